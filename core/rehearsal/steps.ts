import { binomialBounds } from "../binomial";
import { observedSeconds, type Sided } from "./observed";
import { isLost } from "./records";
import type { RequestRecord, Side, StepBoundary, StepResult } from "./types";

/** How steps are judged. */
export interface Judging {
  /**
   * milliseconds after the end of an update from which on requests count for its weight; default 1000.
   * Fixed beforehand and independent of the counts: many times what proxies need to take over a route (0.3 s).
   */
  readonly settleMs?: number;
  /** confidence of the exact intervals; default 0.9999 */
  readonly confidence?: number;
  /** weight before the first boundary; default 0 */
  readonly weightBefore?: number;
}

export const SETTLE_MS = 1000;
export const CONFIDENCE = 0.9999;

/** Pod name -> side. */
export type PodSide = Readonly<Record<string, Side>>;

/** The side whose pod answered, or undefined when it is not known. A lost request has no side, whoever refused it. */
export function sideOf(record: RequestRecord, podSide: PodSide): Side | undefined {
  if (isLost(record) || record.pod === undefined) return undefined;
  return Object.hasOwn(podSide, record.pod) ? podSide[record.pod] : undefined;
}

/**
 * What was counted at each weight. A step counts the requests sent from `settleMs` after its update had ended until
 * `endAt` (excluded): none of them can have met the weight before or the one after. Requests are told apart by the pod
 * that answered; those without a known pod count for neither side and are given as `unknown`.
 */
export function stepResults(
  records: readonly RequestRecord[],
  boundaries: readonly StepBoundary[],
  podSide: PodSide,
  judging: Judging = {},
): readonly StepResult[] {
  const { settleMs = SETTLE_MS, confidence = CONFIDENCE, weightBefore = 0 } = judging;
  const bySending = [...records].sort((a, b) => a.t - b.t);
  const sided = bySending.flatMap((record): Sided[] => {
    const side = sideOf(record, podSide);
    return side === undefined ? [] : [{ t: record.t, ms: record.ms, toTarget: side === "target" }];
  });
  return boundaries.map((boundary, index) => {
    const from = boundary.writtenAt + settleMs;
    const counted = bySending.filter((record) => record.t >= from && record.t < boundary.endAt);
    const sides = counted.map((record) => sideOf(record, podSide));
    const toTarget = sides.filter((side) => side === "target").length;
    const toSource = sides.filter((side) => side === "source").length;
    const lost = counted.filter(isLost).length;
    const { low, high } = binomialBounds(toTarget + toSource, boundary.weight / 100, confidence);
    const before = boundaries[index - 1]?.weight ?? weightBefore;
    return {
      weight: boundary.weight,
      requests: counted.length,
      toTarget,
      toSource,
      unknown: counted.length - toTarget - toSource - lost,
      low,
      high,
      // No request is no proof: the interval of an empty count holds the empty count.
      agrees: toTarget + toSource > 0 && toTarget >= low && toTarget <= high,
      lost,
      observedSeconds: observedSeconds(sided, boundary, before, confidence),
      previewSeconds: boundary.previewSeconds,
      updateSeconds: boundary.updateSeconds,
      previewUpdates: boundary.previewUpdates,
      previewOther: boundary.previewOther,
    };
  });
}
