import type { StepResult } from "../core/rehearsal/types";
import { percent, seconds, whole } from "./format";

export interface Column {
  readonly title: string;
  /** what the title means, for readers who meet it for the first time */
  readonly meaning: string;
  readonly cell: (step: StepResult) => string;
}

function known(step: StepResult): number {
  return step.toSource + step.toTarget;
}

function share(count: number, step: StepResult): string {
  return known(step) === 0 ? "–" : percent(count / known(step));
}

function preview(step: StepResult): string {
  const one = step.previewUpdates === 1 ? "1 update" : `${String(step.previewUpdates)} updates`;
  const what = step.previewOther === 0 ? one : `${one}, ${String(step.previewOther)} other`;
  return `${what} in ${seconds(step.previewSeconds)}`;
}

/** The table of steps, for the terminal and for the page. */
export const COLUMNS: readonly Column[] = [
  { title: "Weight", meaning: "percent configured for the target", cell: (step) => `${String(step.weight)} %` },
  { title: "Requests", meaning: "requests counted at this weight", cell: (step) => whole(step.requests) },
  { title: "To target", meaning: "of these, answered by a pod of the target", cell: (step) => whole(step.toTarget) },
  { title: "Observed", meaning: "share of the target", cell: (step) => share(step.toTarget, step) },
  {
    title: "99.99 % interval",
    meaning: "where the share lies by chance alone in 9,999 of 10,000 runs (exact binomial)",
    cell: (step) =>
      known(step) === 0 ? "–" : `${share(step.low, step).replace(" %", "")} – ${share(step.high, step)}`,
  },
  { title: "Agrees", meaning: "the count lies inside the interval", cell: (step) => (step.agrees ? "yes" : "NO") },
  { title: "Lost", meaning: "no answer, or one that is not a success", cell: (step) => whole(step.lost) },
  {
    title: "Observed after",
    meaning: "from the written object to the first count that agrees",
    cell: (step) => (step.observedSeconds === null ? "–" : seconds(step.observedSeconds)),
  },
  { title: "Preview", meaning: "what the preview showed, and how long it took", cell: preview },
  { title: "Update", meaning: "how long the update took", cell: (step) => seconds(step.updateSeconds) },
];
