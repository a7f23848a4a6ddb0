import { describe, expect, it } from "vitest";
import { rehearsalReport, shortfalls, type Evidence } from "../../../core/rehearsal/report";
import { percentile, shareOverTime } from "../../../core/rehearsal/series";
import { stepResults } from "../../../core/rehearsal/steps";
import type { RequestRecord, StepBoundary } from "../../../core/rehearsal/types";

const PODS = { old: "source", new: "target" } as const;

/** `count` requests a millisecond apart from `from` on; every `every`-th of them is answered by the target. */
function requests(from: number, count: number, every: number, first = 1): RequestRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    n: first + i,
    t: from + i,
    ms: 2,
    status: 200,
    pod: i % every === 0 ? "new" : "old",
  }));
}

const boundary = (weight: number, writtenAt: number, endAt: number): StepBoundary => ({
  weight,
  writingAt: writtenAt - 500,
  writtenAt,
  endAt,
  previewSeconds: 1,
  updateSeconds: 0.5,
  previewUpdates: 1,
  previewOther: 0,
});

describe("what is counted at a weight", () => {
  it("is sent from the settle time after the update's end until the next change, whatever the counts are", () => {
    const records = [...requests(0, 2000, 1), ...requests(2000, 1000, 2, 2001), ...requests(3000, 50, 1, 3001)];
    expect(stepResults(records, [boundary(50, 1000, 3000)], PODS)).toEqual([
      {
        weight: 50,
        requests: 1000,
        toTarget: 500,
        toSource: 500,
        unknown: 0,
        low: 439,
        high: 561,
        agrees: true,
        lost: 0,
        observedSeconds: expect.any(Number) as number,
        previewSeconds: 1,
        updateSeconds: 0.5,
        previewUpdates: 1,
        previewOther: 0,
      },
    ]);
  });

  it("does not agree when the share lies outside the exact interval of the weight", () => {
    const [step] = stepResults(requests(2000, 1000, 4), [boundary(50, 1000, 3000)], PODS);
    expect({ toTarget: step?.toTarget, agrees: step?.agrees }).toEqual({ toTarget: 250, agrees: false });
  });

  it("is no proof when it is nothing", () => {
    const [step] = stepResults([], [boundary(0, 1000, 3000)], PODS);
    expect({ requests: step?.requests, agrees: step?.agrees }).toEqual({ requests: 0, agrees: false });
  });

  it("keeps lost requests and unknown pods apart from both sides", () => {
    const records: RequestRecord[] = [
      { n: 1, t: 2000, ms: 1, status: 200, pod: "old" },
      { n: 2, t: 2001, ms: 1, status: 200, pod: "stranger" },
      { n: 3, t: 2002, ms: 1, status: 200, pod: "toString" },
      { n: 4, t: 2003, ms: 1, status: 503, pod: "new" },
    ];
    const [step] = stepResults(records, [boundary(0, 1000, 3000)], PODS);
    expect(step).toMatchObject({ requests: 4, toSource: 1, toTarget: 0, unknown: 2, lost: 1 });
  });

  it("is observed when enough answers tell the new weight from the one before", () => {
    const change = { ...boundary(100, 1000, 3000), acceptedAt: 800 };
    const [step] = stepResults([...requests(0, 900, 2000), ...requests(900, 2000, 1, 901)], [change], PODS);
    // From 0 to 100 a single request tells them apart; the first to reach the target went out at 900 and took 2 ms.
    expect(step?.observedSeconds).toBeCloseTo(0.102, 6);
  });

  it("is never observed when the target gets nothing", () => {
    const [step] = stepResults(requests(1000, 2000, 1e9).slice(1), [boundary(100, 1000, 3000)], PODS);
    expect(step?.observedSeconds).toBeNull();
  });
});

describe("the share over time", () => {
  it("draws a weight from when the API server had it, and allows old and new while it is written", () => {
    const change = { ...boundary(100, 2000, 9000), writingAt: 900, acceptedAt: 1000 };
    const buckets = shareOverTime(requests(0, 4000, 1), [change], PODS);
    expect(buckets.map(({ weight, low, high }) => [weight, low, high])).toEqual([
      [0, 0, 1],
      [100, 0, 1],
      [100, 0, 1],
      [100, 1, 1],
    ]);
  });

  it("leaves no gap for a second without a request", () => {
    const buckets = shareOverTime([...requests(0, 1, 1), ...requests(2500, 1, 1, 2)], [], PODS);
    expect(buckets.map(({ requests: n, share, p50 }) => [n, share, p50])).toEqual([
      [1, 1, 2],
      [0, null, null],
      [1, 1, 2],
    ]);
  });

  it("takes percentiles by nearest rank", () => {
    expect([percentile([], 0.5), percentile([1, 2, 3, 4], 0.5), percentile([1, 2, 3, 4], 0.99)]).toEqual([null, 2, 4]);
  });
});

describe("the verdict on a rehearsal", () => {
  const evidence: Evidence = {
    migration: "aks-addon",
    startedAt: "2026-01-15T09:30:00.000Z",
    seconds: 60,
    peakMemoryMiB: 3000,
    log: { records: requests(2000, 1000, 2), sent: 1000, skipped: 0, garbled: 0 },
    boundaries: [boundary(50, 1000, 3000)],
    podSide: PODS,
    duplicates: 0,
    witnessed: 1000,
    narrated: [],
  };

  it("is clean when every request was answered once and every share agrees", () => {
    const report = rehearsalReport(evidence);
    expect({ requests: report.requests, lost: report.lost, short: shortfalls(report) }).toEqual({
      requests: 1000,
      lost: 0,
      short: [],
    });
  });

  it("names everything that is wrong at once", () => {
    const report = rehearsalReport({
      ...evidence,
      log: { ...evidence.log, sent: 1003 },
      duplicates: 2,
      witnessed: 900,
      boundaries: [{ ...boundary(10, 1000, 3000), previewUpdates: 2, previewOther: 1 }, boundary(20, 8000, 9000)],
    });
    expect(shortfalls(report)).toEqual([
      "3 of 1003 requests were lost",
      "2 requests were answered twice",
      "the applications' logs show only 900 of 1000 answered requests, so duplicates cannot be ruled out",
      "weight 10: 500 of 1000 requests went to the target, outside the 99.99 % interval 65 to 139",
      "weight 10: the preview showed 2 updates and 1 other changes, not exactly one update",
      "weight 20: no request was counted, so nothing is known about this weight",
    ]);
  });

  it("is no proof when nothing was sent and nothing was counted", () => {
    const nothing = { records: [], sent: 0, skipped: 0, garbled: 0 };
    expect(shortfalls(rehearsalReport({ ...evidence, log: nothing, boundaries: [], witnessed: 0 }))).toEqual([
      "no request was sent, so nothing is proven",
      "no weight was counted, so nothing is proven",
    ]);
  });
});
