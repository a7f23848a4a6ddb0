import { hasUnknowns, type Inputs } from "../../kit/index";
import type { ObjectKey } from "../api/cluster";
import { ApiError } from "../api/errors";
import type { Session } from "../session";
import { isAnnotatedTrue, PATCH_FORCE } from "./annotations";
import { alreadyExists, explainConflict, fieldConflicts, onlyTakenOver } from "./conflict";
import { ownersOf, takeOver } from "./fieldManagers";
import { describe } from "./identity";
import { valueAt, withValueAt } from "./shape";

export interface Write {
  readonly urn: string;
  readonly key: ObjectKey;
  /** The object as it is sent; it may hold unknowns in a preview. */
  readonly object: Inputs;
  readonly patch: boolean;
  readonly preview: boolean;
  readonly fieldManager: string;
}

/**
 * Creates the object and returns it as the server has it; undefined in a preview that cannot be tried on the server.
 * A whole object is a plain create; a Patch (or `upsertExistingObjects`) is a server-side apply.
 */
export async function createObject(session: Session, write: Write): Promise<Inputs | undefined> {
  if (write.preview) return previewCreate(session, write);
  const force = isForced(session, write.object);
  return session.retryMissing(write.urn, async () => {
    try {
      if ((write.patch || session.settings.upsert) && session.settings.serverSideApply) {
        return await session.cluster.apply(write.key, write.object, { fieldManager: write.fieldManager, force });
      }
      return await session.cluster.create(write.key, write.object, { fieldManager: write.fieldManager });
    } catch (error) {
      if (error instanceof ApiError && error.reason === "AlreadyExists") throw alreadyExists(write.key);
      throw explainConflict(error, write.key, write.fieldManager);
    }
  });
}

/** Changes the object in place; undefined in a preview that cannot be tried on the server. */
export async function updateObject(
  session: Session,
  write: Write,
  old: { inputs: Inputs; ignoreChanges: readonly string[] },
): Promise<Inputs | undefined> {
  if (write.preview && (hasUnknowns(write.object) || !(await session.serves(write.key)))) return undefined;
  const live = await existing(session, write.key);
  if (write.key.kind === "CustomResourceDefinition") return replaceDefinition(session, write, live);
  if (!session.settings.serverSideApply) return mergeChanges(session, write, old.inputs);
  return applyChanges(session, write, live, old.ignoreChanges);
}

// The creation of a Patch is not tried: what it would change belongs to an object that may not exist yet.
async function previewCreate(session: Session, write: Write): Promise<Inputs | undefined> {
  if (write.patch || hasUnknowns(write.object) || !(await session.serves(write.key))) return undefined;
  try {
    const tried = await session.cluster.create(write.key, write.object, {
      fieldManager: write.fieldManager,
      dryRun: true,
    });
    return withoutServerFields(tried);
  } catch (error) {
    // Not decidable now: the namespace comes later, the name is still taken by what will be replaced, or the user may not try.
    const undecided = error instanceof ApiError && (error.notFound || [403, 409].includes(error.code));
    if (undecided || isDryRunRefusal(error)) return undefined;
    throw error;
  }
}

async function existing(session: Session, key: ObjectKey): Promise<Inputs> {
  try {
    return await session.cluster.get(key);
  } catch (error) {
    if (!(error instanceof ApiError && error.notFound)) throw error;
    throw new Error(
      `${describe(key)} is in Pulumi's state but no longer in the cluster: run a refresh, then the update creates it again.`,
      { cause: error },
    );
  }
}

// A definition is replaced as a whole (as `kubectl replace` does): half-merged schemas would be worse than either.
async function replaceDefinition(session: Session, write: Write, live: Inputs): Promise<Inputs> {
  const version = valueAt(live, ["metadata", "resourceVersion"]);
  return session.cluster.replace(write.key, withValueAt(write.object, ["metadata", "resourceVersion"], version), {
    fieldManager: write.fieldManager,
    dryRun: write.preview,
  });
}

async function applyChanges(
  session: Session,
  write: Write,
  live: Inputs,
  ignoreChanges: readonly string[],
): Promise<Inputs> {
  const owned = write.patch || write.preview ? live : await takeOwnership(session, write, live);
  const object = keepIgnored(write.object, owned, ignoreChanges, write.fieldManager);
  const force = isForced(session, write.object);
  const options = { fieldManager: write.fieldManager, dryRun: write.preview, force };
  try {
    return await session.cluster.apply(write.key, object, options);
  } catch (error) {
    // A preview changes nothing, so it has not taken over what the update will.
    if (write.preview && !write.patch && onlyTakenOver(fieldConflicts(error))) {
      return session.cluster.apply(write.key, object, { ...options, force: true });
    }
    throw explainConflict(error, write.key, write.fieldManager);
  }
}

async function takeOwnership(session: Session, write: Write, live: Inputs): Promise<Inputs> {
  const managedFields = takeOver(live, write.fieldManager);
  if (managedFields === undefined) return live;
  const body = [
    { op: "replace", path: "/metadata/managedFields", value: managedFields },
    // Fails when somebody wrote in between: their entry must not be lost.
    { op: "replace", path: "/metadata/resourceVersion", value: valueAt(live, ["metadata", "resourceVersion"]) },
  ];
  try {
    return await session.cluster.patch(write.key, body, "application/json-patch+json", {
      fieldManager: write.fieldManager,
    });
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) {
      return takeOwnership(session, write, await existing(session, write.key));
    }
    throw error;
  }
}

/**
 * `ignoreChanges` under server-side apply: a field that only others own is left out of what is sent (sending it would claim
 * it); one that is ours is sent with its live value (leaving it out would delete it).
 */
function keepIgnored(object: Inputs, live: Inputs, ignoreChanges: readonly string[], manager: string): Inputs {
  return ignoreChanges.reduce((sent, ignored) => {
    if (/[[\]*"]/.test(ignored)) return sent;
    const path = ignored.split(".");
    const { others, ours } = ownersOf(live, path, manager);
    if (others && !ours) return withValueAt(sent, path, undefined);
    const value = valueAt(live, path);
    return value === undefined ? sent : withValueAt(sent, path, value);
  }, object);
}

// Without server-side apply: a merge patch of what changed between the old and the new inputs.
async function mergeChanges(session: Session, write: Write, oldInputs: Inputs): Promise<Inputs> {
  const { mergePatch } = await import("./mergePatch.js");
  return session.cluster.patch(write.key, mergePatch(oldInputs, write.object), "application/merge-patch+json", {
    fieldManager: write.fieldManager,
    ...(write.preview ? { dryRun: "All" } : {}),
  });
}

function isForced(session: Session, object: Inputs): boolean {
  return session.settings.patchForce || isAnnotatedTrue(object, PATCH_FORCE);
}

// Admission webhooks with side effects make the server refuse dry runs.
function isDryRunRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.code === 400 && /dry ?run/i.test(error.message);
}

// What a trial invents (a uid, a time, an empty status) would be shown as known although the update will make others.
function withoutServerFields(object: Inputs): Inputs {
  const paths = ["uid", "creationTimestamp", "generation", "managedFields", "resourceVersion"];
  return paths.reduce(
    (left, key) => withValueAt(left, ["metadata", key], undefined),
    withValueAt(object, ["status"], undefined),
  );
}
