import type { Inputs } from "../../kit/index";
import type { ObjectKey } from "../api/cluster";
import type { Session } from "../session";

/** What one look at an object says. `failed` means that waiting longer is useless. */
export interface Readiness {
  readonly ready: boolean;
  readonly failed?: boolean;
  /** One short line for the progress column: "1 of 3 pods are available". */
  readonly progress: string;
}

/** What a look may need besides the object itself. */
export interface Surroundings {
  readonly session: Session;
  readonly key: ObjectKey;
}

/** Decides whether an object is ready; asks the cluster about its surroundings when the object alone cannot tell. */
export type Awaiter = (live: Inputs, around: Surroundings) => Readiness | Promise<Readiness>;

export const READY: Readiness = { ready: true, progress: "ready" };

export function waitingFor(progress: string): Readiness {
  return { ready: false, progress };
}

export function failedWith(progress: string): Readiness {
  return { ready: false, failed: true, progress };
}
