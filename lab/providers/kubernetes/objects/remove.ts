import { diffValues, engineLog, type Inputs } from "../../kit/index";
import type { ObjectKey } from "../api/cluster";
import { ApiError, UnknownKind } from "../api/errors";
import type { Session } from "../session";
import { isAnnotatedTrue, propagationPolicy, SKIP_AWAIT, waitSeconds } from "./annotations";
import { describe } from "./identity";
import { valueAt } from "./shape";

export interface Removal {
  readonly urn: string;
  readonly key: ObjectKey;
  readonly inputs: Inputs;
  readonly fieldManager: string;
  readonly customTimeout: number;
}

/** Deletes the object and (unless it is not to be awaited) waits until it is gone. An object that does not exist is a success. */
export async function deleteObject(session: Session, removal: Removal): Promise<void> {
  const { key } = removal;
  const live = await find(session, key);
  if (live === undefined) return;
  const uid = valueAt(live, ["metadata", "uid"]);
  try {
    await session.cluster.delete(key, {
      apiVersion: "v1",
      kind: "DeleteOptions",
      propagationPolicy: propagationPolicy(removal.inputs),
      preconditions: { uid },
    });
  } catch (error) {
    // A conflict is the uid's: what bears the name now is not ours.
    if (error instanceof ApiError && (error.notFound || error.code === 409)) return;
    // Protected namespaces (default, kube-system) cannot be deleted, only be let go of.
    if (error instanceof ApiError && error.code === 403) {
      await engineLog("warning", `${describe(key)} may not be deleted; its fields are given up instead.`, removal.urn);
      return relinquish(session, removal);
    }
    throw error;
  }
  if (!isAnnotatedTrue(removal.inputs, SKIP_AWAIT)) await untilGone(session, removal, uid);
}

/**
 * Ends a Patch: an apply with nothing in it gives up every field the manager holds. Fields that nobody else holds vanish;
 * a list without keys vanishes as a whole.
 */
export async function relinquish(session: Session, removal: Removal): Promise<void> {
  const { key } = removal;
  const live = await find(session, key);
  if (live === undefined) return;
  // With the uid the apply can only change this object, never create an empty one in its place.
  const metadata = {
    name: key.name,
    ...(key.namespace === "" ? {} : { namespace: key.namespace }),
    uid: valueAt(live, ["metadata", "uid"]),
  };
  let left: Inputs;
  try {
    left = await session.cluster.apply(
      key,
      { apiVersion: key.apiVersion, kind: key.kind, metadata },
      { fieldManager: removal.fieldManager },
    );
  } catch (error) {
    throw explainRequired(error, key);
  }
  const gone = Object.entries(diffValues(live["spec"], left["spec"])).filter(([, change]) => change === "delete");
  if (gone.length === 0) return;
  const fields = gone.map(([path]) => `spec.${path}`).join(", ");
  await engineLog("warning", `Nobody else held ${fields} of ${describe(key)}: removed with the Patch.`, removal.urn);
}

async function find(session: Session, key: ObjectKey): Promise<Inputs | undefined> {
  try {
    return await session.cluster.get(key);
  } catch (error) {
    if (error instanceof UnknownKind || (error instanceof ApiError && error.notFound)) return undefined;
    throw error;
  }
}

async function untilGone(session: Session, removal: Removal, uid: unknown): Promise<void> {
  const seconds = waitSeconds(removal.inputs, removal.customTimeout);
  const until = Date.now() + seconds * 1_000;
  for (let delay = 50; ; delay = Math.min(delay * 2, 1_000)) {
    const live = await find(session, removal.key);
    // Another uid means that somebody has made a new object under the same name: ours is gone.
    if (live === undefined || valueAt(live, ["metadata", "uid"]) !== uid) return;
    if (session.signal.aborted)
      throw new Error(`${describe(removal.key)} was still being deleted when the run was stopped.`);
    if (Date.now() > until) throw new Error(stuck(removal.key, live, seconds));
    void engineLog("info", "Waiting until it is gone", removal.urn, true);
    await session.pause(delay);
  }
}

function stuck(key: ObjectKey, live: Inputs, seconds: number): string {
  const finalizers = valueAt(live, ["metadata", "finalizers"]);
  const conditions = valueAt(live, ["status", "conditions"]);
  const messages = (Array.isArray(conditions) ? conditions : [])
    .filter((condition) => valueAt(condition, ["status"]) === "True")
    .map((condition) => String(valueAt(condition, ["message"])));
  const held =
    Array.isArray(finalizers) && finalizers.length > 0 ? `; finalizers ${finalizers.join(", ")} hold it` : "";
  const why = messages.length > 0 ? `; ${messages.join("; ")}` : "";
  return `${describe(key)} was not gone ${String(seconds)} s after its deletion${held}${why}.`;
}

function explainRequired(error: unknown, key: ObjectKey): unknown {
  if (!(error instanceof ApiError) || error.code !== 422) return error;
  const required = error.causes.find((cause) => cause.reason === "FieldValueRequired");
  if (required === undefined) return error;
  return new Error(
    `This Patch is the only holder of ${describe(key)}'s required field ${required.field}, so it cannot be given up: set the ` +
      `resource option retainOnDelete, or let another writer take the field first.`,
  );
}
