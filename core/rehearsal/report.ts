import { lostIn, sentIn } from "./records";
import { stepResults, type Judging, type PodSide } from "./steps";
import type { NarratedStep, RehearsalReport, RequestLog, StepBoundary, StepResult } from "./types";

/** Everything that a rehearsal leaves. */
export interface Evidence {
  readonly migration: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly seconds: number;
  readonly peakMemoryMiB: number;
  readonly log: RequestLog;
  readonly boundaries: readonly StepBoundary[];
  readonly podSide: PodSide;
  /** as `duplicatesOf` counts them */
  readonly duplicates: number;
  readonly witnessed: number;
  readonly narrated: readonly NarratedStep[];
}

/** The proof, worked out from what was recorded and nothing else. */
export function rehearsalReport(evidence: Evidence, judging: Judging = {}): RehearsalReport {
  return {
    migration: evidence.migration,
    startedAt: evidence.startedAt,
    seconds: evidence.seconds,
    peakMemoryMiB: evidence.peakMemoryMiB,
    requests: sentIn(evidence.log),
    lost: lostIn(evidence.log),
    duplicates: evidence.duplicates,
    witnessed: evidence.witnessed,
    steps: stepResults(evidence.log.records, evidence.boundaries, evidence.podSide, judging),
    narrated: evidence.narrated,
  };
}

function stepShortfalls(step: StepResult): string[] {
  const at = `weight ${String(step.weight)}`;
  const found: string[] = [];
  if (step.toTarget + step.toSource === 0) {
    found.push(`${at}: no request was counted, so nothing is known about this weight`);
  } else if (!step.agrees) {
    found.push(
      `${at}: ${String(step.toTarget)} of ${String(step.toTarget + step.toSource)} requests went to the target, ` +
        `outside the 99.99 % interval ${String(step.low)} to ${String(step.high)}`,
    );
  }
  if (step.unknown > 0) found.push(`${at}: ${String(step.unknown)} answers came from a pod of neither cluster`);
  if (step.previewUpdates !== 1 || step.previewOther !== 0) {
    found.push(
      `${at}: the preview showed ${String(step.previewUpdates)} updates and ${String(step.previewOther)} other changes, ` +
        `not exactly one update`,
    );
  }
  return found;
}

/** What keeps a rehearsal from being a proof, one sentence each; none when it is one. */
export function shortfalls(report: RehearsalReport): readonly string[] {
  const found: string[] = [];
  if (report.requests === 0) found.push("no request was sent, so nothing is proven");
  if (report.steps.length === 0) found.push("no weight was counted, so nothing is proven");
  if (report.lost > 0) found.push(`${String(report.lost)} of ${String(report.requests)} requests were lost`);
  if (report.duplicates > 0) found.push(`${String(report.duplicates)} requests were answered twice`);
  const answered = report.requests - report.lost;
  if (report.witnessed < answered) {
    found.push(
      `the applications' logs show only ${String(report.witnessed)} of ${String(answered)} answered requests, ` +
        "so duplicates cannot be ruled out",
    );
  }
  return [...found, ...report.steps.flatMap(stepShortfalls)];
}
