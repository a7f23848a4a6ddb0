import { binomialBounds } from "../binomial";
import { isLost } from "./records";
import { CONFIDENCE, SETTLE_MS, sideOf, type Judging, type PodSide } from "./steps";
import type { RequestRecord, StepBoundary } from "./types";

/** The requests sent within one stretch of time. Shares are 0 to 1; null where nothing was counted. */
export interface Bucket {
  /** epoch milliseconds of its beginning */
  readonly at: number;
  readonly requests: number;
  readonly lost: number;
  readonly toTarget: number;
  /** of the requests whose pod is known */
  readonly share: number | null;
  /** percent configured when the bucket begins */
  readonly weight: number;
  /** where the share may lie by chance alone; while a weight is being written, anything from the old to the new one */
  readonly low: number | null;
  readonly high: number | null;
  /** milliseconds from when the request was due until its answer, of the answered ones */
  readonly p50: number | null;
  readonly p99: number | null;
}

/** The value below or at which a part (0 to 1) of the sorted values lies (nearest rank); null for none. */
export function percentile(sorted: readonly number[], part: number): number | null {
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(part * sorted.length)));
  return sorted[rank - 1] ?? null;
}

interface Expectation {
  readonly weight: number;
  readonly lowest: number;
  readonly highest: number;
}

/** The weights that may be in force within [from, to). */
function expectation(
  boundaries: readonly StepBoundary[],
  from: number,
  to: number,
  settleMs: number,
  first: number,
): Expectation {
  let weight = first;
  let inForce: number[] = [first];
  let before = first;
  for (const boundary of boundaries) {
    if (boundary.writingAt >= to) break;
    const settled = boundary.writtenAt + settleMs <= from;
    inForce = settled ? [boundary.weight] : [...inForce, before, boundary.weight];
    if ((boundary.acceptedAt ?? boundary.writtenAt) <= from) weight = boundary.weight;
    before = boundary.weight;
  }
  return { weight, lowest: Math.min(...inForce), highest: Math.max(...inForce) };
}

/** The whole load over time, in buckets (default one second) without a gap; requests belong to when they were sent. */
export function shareOverTime(
  records: readonly RequestRecord[],
  boundaries: readonly StepBoundary[],
  podSide: PodSide,
  options: Judging & { readonly bucketMs?: number } = {},
): readonly Bucket[] {
  const { bucketMs = 1000, settleMs = SETTLE_MS, confidence = CONFIDENCE, weightBefore = 0 } = options;
  if (records.length === 0) return [];
  const begin = records.reduce((earliest, record) => Math.min(earliest, record.t), Infinity);
  const last = records.reduce((latest, record) => Math.max(latest, record.t), begin);
  const groups = Array.from({ length: Math.floor((last - begin) / bucketMs) + 1 }, (): RequestRecord[] => []);
  for (const record of records) groups[Math.floor((record.t - begin) / bucketMs)]?.push(record);
  // Buckets of a steady load hold few different counts: their intervals are worth keeping.
  const known = new Map<string, { readonly low: number; readonly high: number }>();
  const bounds = (n: number, weight: number): { readonly low: number; readonly high: number } => {
    const key = `${String(n)}/${String(weight)}`;
    const found = known.get(key) ?? binomialBounds(n, weight / 100, confidence);
    known.set(key, found);
    return found;
  };
  return groups.map((group, index) => {
    const at = begin + index * bucketMs;
    const sides = group.map((record) => sideOf(record, podSide));
    const toTarget = sides.filter((side) => side === "target").length;
    const n = sides.filter((side) => side !== undefined).length;
    const expected = expectation(boundaries, at, at + bucketMs, settleMs, weightBefore);
    const times = group.filter((record) => !isLost(record)).map((record) => record.ms + (record.wait ?? 0));
    times.sort((a, b) => a - b);
    return {
      at,
      requests: group.length,
      lost: group.filter(isLost).length,
      toTarget,
      share: n === 0 ? null : toTarget / n,
      weight: expected.weight,
      low: n === 0 ? null : bounds(n, expected.lowest).low / n,
      high: n === 0 ? null : bounds(n, expected.highest).high / n,
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
    };
  });
}
