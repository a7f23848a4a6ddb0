import { engineLog, type Inputs } from "../../kit/index";
import type { ObjectKey } from "../api/cluster";
import { ApiError } from "../api/errors";
import { isAnnotatedTrue, SKIP_AWAIT, waitSeconds } from "../objects/annotations";
import { describe } from "../objects/identity";
import type { Session } from "../session";
import { conditionOf } from "./conditions";
import { ingress, service } from "./network";
import { podReasons } from "./pods";
import { type Awaiter, READY, type Readiness, waitingFor } from "./readiness";
import { customResourceDefinition, persistentVolumeClaim, secret } from "./storage";
import { annotatedAwaiter } from "./waitFor";
import { daemonSet, deployment, job, pod, statefulSet } from "./workloads";

const AWAITERS: Readonly<Record<string, Awaiter>> = {
  "apiextensions.k8s.io/v1/CustomResourceDefinition": customResourceDefinition,
  "apps/v1/DaemonSet": daemonSet,
  "apps/v1/Deployment": deployment,
  "apps/v1/StatefulSet": statefulSet,
  "batch/v1/Job": job,
  "networking.k8s.io/v1/Ingress": ingress,
  "v1/PersistentVolumeClaim": persistentVolumeClaim,
  "v1/Pod": pod,
  "v1/Secret": secret,
  "v1/Service": service,
};

export interface Wait {
  readonly urn: string;
  readonly key: ObjectKey;
  /** The inputs, whose annotations say whether and for how long to wait. */
  readonly object: Inputs;
  readonly customTimeout: number;
}

/** The outcome of a wait: the object as last seen, and why it is not ready (empty when it is). */
export interface Outcome {
  readonly live: Inputs;
  readonly reasons: readonly string[];
}

/** Waits until the object is ready, has failed for good, or the time is up; `created` is the server's answer to the write. */
export async function untilReady(session: Session, wait: Wait, created: Inputs): Promise<Outcome> {
  const awaiter = awaiterOf(session, wait.object, wait.key);
  if (awaiter === undefined) return { live: created, reasons: [] };
  const seconds = waitSeconds(wait.object, wait.customTimeout);
  const until = Date.now() + seconds * 1_000;
  let live = created;
  let shown = "";
  for (let delay = 100; ; delay = Math.min(delay * 1.5, 1_000)) {
    const { ready, failed, progress } = await look(session, wait.key, awaiter, live);
    if (ready) return { live, reasons: [] };
    const stop =
      failed === true
        ? ""
        : session.signal.aborted
          ? "stopped by the user"
          : Date.now() > until
            ? timedOut(seconds)
            : undefined;
    if (stop !== undefined) return { live, reasons: await reasonsFor(session, wait.key, live, [stop, progress]) };
    if (progress !== shown) void engineLog("info", progress, wait.urn, true);
    shown = progress;
    await session.pause(delay);
    live = await refreshed(session, wait.key, live);
  }
}

/** Why an existing object is not ready now; empty when it is, or when nobody asked to wait for its kind. */
export async function unreadyReasons(
  session: Session,
  key: ObjectKey,
  object: Inputs,
  live: Inputs,
): Promise<readonly string[]> {
  const awaiter = awaiterOf(session, object, key);
  if (awaiter === undefined) return [];
  const { ready, progress } = await look(session, key, awaiter, live);
  return ready ? [] : reasonsFor(session, key, live, [progress]);
}

function awaiterOf(session: Session, object: Inputs, key: ObjectKey): Awaiter | undefined {
  if (isAnnotatedTrue(object, SKIP_AWAIT)) return undefined;
  const known = AWAITERS[`${key.apiVersion}/${key.kind}`];
  return annotatedAwaiter(object) ?? known ?? (session.settings.awaitAll ? readyCondition : undefined);
}

// For kinds nobody knows: the convention is a condition Ready of the newest generation; without one there is nothing to wait for.
const readyCondition: Awaiter = (live) => {
  const ready = conditionOf(live, "Ready");
  if (ready === undefined || ready.status === "True") return READY;
  return waitingFor(ready.message || "waiting for condition Ready");
};

async function look(session: Session, key: ObjectKey, awaiter: Awaiter, live: Inputs): Promise<Readiness> {
  return awaiter(live, { session, key });
}

async function refreshed(session: Session, key: ObjectKey, last: Inputs): Promise<Inputs> {
  try {
    return await session.cluster.get(key);
  } catch (error) {
    if (error instanceof ApiError && error.notFound)
      throw new Error(`${describe(key)} was deleted while it was waited for.`, { cause: error });
    // A restarting API server is no reason to give up before the time is up.
    if (error instanceof ApiError && error.code < 500) throw error;
    return last;
  }
}

async function reasonsFor(
  session: Session,
  key: ObjectKey,
  live: Inputs,
  parts: readonly string[],
): Promise<readonly string[]> {
  const first = `${describe(key)} is not ready: ${parts.filter((part) => part !== "").join("; ")}`;
  return [first, ...(await podReasons(session, key, live))];
}

function timedOut(seconds: number): string {
  return `not within ${String(seconds)} s`;
}
