import {
  type CreateRequest,
  type DeleteRequest,
  engineLog,
  type Inputs,
  isRecord,
  markSecretsLike,
  PartialFailure,
  type ReadRequest,
  type UpdateRequest,
} from "../kit/index";
import type { ObjectKey } from "./api/cluster";
import { ApiError, Unreachable, UnknownKind } from "./api/errors";
import { fieldManagerOf } from "./objects/fieldManagers";
import { idOf, isPatch, keyOf, parseId } from "./objects/identity";
import { inputsFromLive, pruneToInputs } from "./objects/prune";
import { deleteObject, relinquish, type Removal } from "./objects/remove";
import { toKubernetes, toPulumi } from "./objects/shape";
import { checkpoint, inputsOf, sealed } from "./objects/state";
import { createObject, updateObject, type Write } from "./objects/write";
import type { Session } from "./session";
import { untilReady, unreadyReasons } from "./wait/index";

/** @throws PartialFailure when the object exists but does not become ready */
export async function create(session: Session, request: CreateRequest): Promise<{ id: string; outputs: Inputs }> {
  const object = toKubernetes(request.inputs);
  const key = keyOf(request.type, object);
  const write: Write = {
    urn: request.urn,
    key,
    object,
    patch: isPatch(request.type, object),
    preview: request.preview,
    fieldManager: fieldManagerOf(object, {}),
  };
  requireServerSideApply(session, write);
  const created = await createObject(session, write);
  // What cannot be tried is shown as it was asked for; everything else stays unknown to the engine.
  if (created === undefined) return { id: "", outputs: request.inputs };
  if (request.preview) return { id: "", outputs: checkpoint(created, request.inputs, write.fieldManager) };
  // A new definition brings a new kind, whose group may have been asked for before.
  if (key.kind === "CustomResourceDefinition") forgetKinds(session, object);
  const outputs = await settled(session, write, created, request.inputs, request.timeoutSeconds);
  return { id: idOf(created), outputs };
}

/** @throws PartialFailure when the object has changed but does not become ready */
export async function update(session: Session, request: UpdateRequest): Promise<{ outputs: Inputs }> {
  const object = toKubernetes(request.news);
  const before = toKubernetes(inputsOf(request.oldInputs, request.oldOutputs));
  const oldManager = fieldManagerOf(before, request.oldOutputs);
  const write: Write = {
    urn: request.urn,
    key: withPlace(keyOf(request.type, object), request.id),
    object,
    patch: isPatch(request.type, object),
    preview: request.preview,
    fieldManager: fieldManagerOf(object, request.oldOutputs),
  };
  requireServerSideApply(session, write);
  const updated = await updateObject(session, write, { inputs: before, ignoreChanges: request.ignoreChanges });
  if (updated === undefined) return { outputs: request.news };
  if (request.preview) return { outputs: checkpoint(updated, request.news, write.fieldManager) };
  if (oldManager !== write.fieldManager && session.settings.serverSideApply) {
    // The old name must not keep holding fields that nobody will ever release.
    await relinquish(session, { ...removalOf(write.key, request.urn, object), fieldManager: oldManager });
  }
  return { outputs: await settled(session, write, updated, request.news, request.timeoutSeconds) };
}

/** Undefined when the object (or its kind) is gone. Without inputs (import, get) everything in the cluster becomes inputs. */
export async function read(
  session: Session,
  request: ReadRequest,
): Promise<{ id: string; inputs: Inputs; outputs: Inputs } | undefined> {
  const known = inputsOf(request.inputs, request.outputs);
  const before = toKubernetes(known);
  const adopted = Object.keys(before).length === 0;
  const key = withPlace(keyOf(request.type, before), request.id);
  let live: Inputs;
  try {
    live = await session.cluster.get(key);
  } catch (error) {
    if (error instanceof UnknownKind || (error instanceof ApiError && error.notFound)) return undefined;
    if (error instanceof Unreachable) return readUnreachable(session, request, error);
    throw error;
  }
  const shaped = toPulumi(adopted ? inputsFromLive(live) : pruneToInputs(live, before));
  const marked = markSecretsLike(shaped, known);
  const inputs = sealed(isRecord(marked) ? marked : shaped);
  const outputs = checkpoint(live, inputs, fieldManagerOf(before, request.outputs));
  const id = request.id === "" ? idOf(live) : request.id;
  const reasons = adopted ? [] : await unreadyReasons(session, key, before, live);
  if (reasons.length > 0) throw new PartialFailure({ id, outputs, inputs, reasons });
  return { id, inputs, outputs };
}

export async function remove(session: Session, request: DeleteRequest): Promise<void> {
  const before = toKubernetes(inputsOf(request.inputs, request.outputs));
  const key = withPlace(keyOf(request.type, before), request.id);
  const removal: Removal = {
    ...removalOf(key, request.urn, before),
    fieldManager: fieldManagerOf(before, request.outputs),
    customTimeout: request.timeoutSeconds,
  };
  try {
    if (isPatch(request.type, before)) await relinquish(session, removal);
    else await deleteObject(session, removal);
    if (key.kind === "CustomResourceDefinition") forgetKinds(session, before);
  } catch (error) {
    if (!(error instanceof Unreachable) || !session.settings.deleteUnreachable) throw error;
    await engineLog("warning", `${error.message} The object is forgotten, as deleteUnreachable asks.`, request.urn);
  }
}

async function settled(
  session: Session,
  write: Write,
  written: Inputs,
  inputs: Inputs,
  customTimeout: number,
): Promise<Inputs> {
  const wait = { urn: write.urn, key: write.key, object: write.object, customTimeout };
  const { live, reasons } = await untilReady(session, wait, written);
  const outputs = checkpoint(live, inputs, write.fieldManager);
  if (reasons.length === 0) return outputs;
  throw new PartialFailure({ id: idOf(live), outputs, inputs, reasons });
}

async function readUnreachable(
  session: Session,
  request: ReadRequest,
  error: Unreachable,
): Promise<{ id: string; inputs: Inputs; outputs: Inputs } | undefined> {
  if (session.settings.deleteUnreachable) {
    await engineLog("warning", `${error.message} The object is forgotten, as deleteUnreachable asks.`, request.urn);
    return undefined;
  }
  if (!session.settings.skipUpdateUnreachable) throw error;
  await engineLog(
    "warning",
    `${error.message} The state is left as it was, as skipUpdateUnreachable asks.`,
    request.urn,
  );
  return { id: request.id, inputs: request.inputs, outputs: request.outputs };
}

function requireServerSideApply(session: Session, write: Write): void {
  if (!write.patch || session.settings.serverSideApply) return;
  throw new Error("A Patch needs server-side apply: leave the provider's enableServerSideApply at true.");
}

// The id is where the object was made; inputs may leave the namespace to a default that has changed since.
function withPlace(key: ObjectKey, id: string): ObjectKey {
  return id === "" ? key : { ...key, ...parseId(id) };
}

function removalOf(key: ObjectKey, urn: string, inputs: Inputs): Removal {
  return { urn, key, inputs, fieldManager: "", customTimeout: 0 };
}

function forgetKinds(session: Session, definition: Inputs): void {
  const spec = isRecord(definition["spec"]) ? definition["spec"] : {};
  const versions = Array.isArray(spec["versions"]) ? spec["versions"].filter(isRecord) : [];
  for (const { name } of versions) session.cluster.discovery.forget(`${String(spec["group"])}/${String(name)}`);
}
