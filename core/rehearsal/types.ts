/** Which cluster's pods answered. */
export type Side = "source" | "target";

/** One numbered request as the load generator recorded it. */
export interface RequestRecord {
  /** its number, from 1, in the order of sending */
  readonly n: number;
  /** epoch milliseconds (with fraction) at which it went out */
  readonly t: number;
  /** milliseconds until the whole answer, or the error, was there */
  readonly ms: number;
  /** milliseconds it waited before it could go out; absent when there was no wait to speak of */
  readonly wait?: number;
  readonly status?: number;
  /** the pod that answered, by its own word */
  readonly pod?: string;
  /** the address that was asked */
  readonly ip?: string;
  readonly path?: string;
  /** why there was no answer: a code such as `ECONNRESET`, or a sentence */
  readonly error?: string;
}

/** All that a load generator left. */
export interface RequestLog {
  readonly records: readonly RequestRecord[];
  /** requests sent by the generator's own last line; undefined when it had no time to write one */
  readonly sent: number | undefined;
  /** requests that the generator's own slowness left unsent */
  readonly skipped: number;
  /** lines that are no record; a last line cut short by a sudden end is not among them */
  readonly garbled: number;
}

/** When one weight was written and until when it held; moments are epoch milliseconds. */
export interface StepBoundary {
  readonly weight: number;
  /** the update began: from here on requests may follow the new weight */
  readonly writingAt: number;
  /** the API server had the new object, if that was noticed; else `writtenAt` stands for it */
  readonly acceptedAt?: number;
  /** the update had ended */
  readonly writtenAt: number;
  /** the next change began */
  readonly endAt: number;
  readonly previewSeconds: number;
  readonly updateSeconds: number;
  /** resources that the preview would update, and those that it would touch in any other way */
  readonly previewUpdates: number;
  readonly previewOther: number;
}

/** What was counted at one weight. `low` and `high` are counts: the exact 99.99 % interval for toSource + toTarget requests. */
export interface StepResult {
  readonly weight: number;
  /** requests sent within the counted window */
  readonly requests: number;
  readonly toTarget: number;
  readonly toSource: number;
  /** answered, but by a pod that belongs to neither side or did not give its name */
  readonly unknown: number;
  readonly low: number;
  readonly high: number;
  /** low <= toTarget <= high */
  readonly agrees: boolean;
  readonly lost: number;
  /** from the written object to the first count that agrees; null when none did */
  readonly observedSeconds: number | null;
  readonly previewSeconds: number;
  readonly updateSeconds: number;
  readonly previewUpdates: number;
  readonly previewOther: number;
}

/** One printed step of the rehearsal. */
export interface NarratedStep {
  readonly title: string;
  /** what was seen, in one line */
  readonly evidence: string;
  readonly seconds: number;
  /** epoch milliseconds at which it began, if known */
  readonly at?: number;
}

/** The proof of one rehearsal: what `rehearsal.json` holds. */
export interface RehearsalReport {
  /** the kind of migration, such as `aks-addon` */
  readonly migration: string;
  /** ISO 8601 */
  readonly startedAt: string;
  /** wall-clock seconds of the whole rehearsal */
  readonly seconds: number;
  readonly peakMemoryMiB: number;
  /** numbered requests sent over the whole rehearsal */
  readonly requests: number;
  /** of these: no answer, an error, or an answer that was not a success */
  readonly lost: number;
  /** times that an application answered a request again */
  readonly duplicates: number;
  /** requests that the applications' own logs show: what `duplicates` was counted on */
  readonly witnessed: number;
  readonly steps: readonly StepResult[];
  readonly narrated: readonly NarratedStep[];
}
