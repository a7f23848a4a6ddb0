import type { Bucket } from "../core/rehearsal/series";
import type { NarratedStep } from "../core/rehearsal/types";

type Values = readonly (number | null)[];

/** The charts' data, one value per bucket; `seconds` since the first request, shares and weights in percent. */
export interface ChartData {
  readonly seconds: readonly number[];
  readonly weight: Values;
  readonly share: Values;
  readonly low: Values;
  readonly high: Values;
  readonly p50: Values;
  readonly p99: Values;
  readonly requests: Values;
  readonly lost: Values;
  /** printed steps that began while the load ran, by their number in the list */
  readonly marks: readonly { readonly at: number; readonly step: number }[];
}

function rounded(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}

/** What is drawn, in the columns that the charts want. */
export function chartData(series: readonly Bucket[], narrated: readonly NarratedStep[]): ChartData {
  const begin = series[0]?.at ?? 0;
  const since = (at: number): number => Number(((at - begin) / 1000).toFixed(3));
  const shares = (pick: (bucket: Bucket) => number | null): Values =>
    series.map((bucket) => {
      const share = pick(bucket);
      return rounded(share === null ? null : share * 100, 2);
    });
  const end = series.at(-1)?.at ?? 0;
  return {
    seconds: series.map((bucket) => since(bucket.at)),
    weight: series.map((bucket) => bucket.weight),
    share: shares((bucket) => bucket.share),
    low: shares((bucket) => bucket.low),
    high: shares((bucket) => bucket.high),
    p50: series.map((bucket) => rounded(bucket.p50, 2)),
    p99: series.map((bucket) => rounded(bucket.p99, 2)),
    requests: series.map((bucket) => bucket.requests),
    lost: series.map((bucket) => bucket.lost),
    marks: narrated.flatMap(({ at }, index) =>
      at === undefined || at < begin || at > end ? [] : [{ at: since(at), step: index + 1 }],
    ),
  };
}
