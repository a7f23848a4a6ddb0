import {
  type CheckFailure,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type DetailedChange,
  type DiffRequest,
  type DiffResult,
  diffValues,
  type Inputs,
  PartialFailure,
  randomHex,
  type ReadRequest,
  splitPath,
  type UpdateRequest,
  unwrapSecrets,
} from "../../kit/index";
import { Unreachable } from "../api/errors";
import { isIgnored } from "../objects/diff";
import { parseId } from "../objects/identity";
import type { Session } from "../session";
import { repositoriesText, secondsOf, upgradeArguments, valuesText } from "./arguments";
import { HelmError, withHelm, type Workspace } from "./command";
import { readStatus, type ReleaseStatus, resourceNames } from "./status";

const REPOSITORY_ALIAS = "chosen";
// A release is found by these two; another value is another release.
const IDENTITY = ["name", "namespace"];

export function checkRelease(
  request: CheckRequest,
  defaultNamespace: string,
): { inputs: Inputs; failures: readonly CheckFailure[] } {
  const failures: CheckFailure[] = [];
  if (request.news["chart"] === undefined) failures.push({ property: "chart", reason: "a Release needs a chart." });
  const oldName = unwrapSecrets(request.olds["name"]);
  const made = `${request.name.toLowerCase()}-${randomHex(request.randomSeed, request.urn, 8)}`;
  const inputs: Inputs = {
    ...request.news,
    name: request.news["name"] ?? (typeof oldName === "string" ? oldName : made),
    namespace: request.news["namespace"] ?? (defaultNamespace || "default"),
  };
  // A mark of the SDK's own for its older versions; it says nothing about the release.
  Reflect.deleteProperty(inputs, "compat");
  return { inputs, failures };
}

export function diffRelease(request: DiffRequest): DiffResult {
  const entries = Object.entries(diffValues(request.oldInputs, request.news)).filter(
    ([path]) => !isIgnored(path, request.ignoreChanges),
  );
  const state = unwrapSecrets(request.oldOutputs)["status"] as Partial<ReleaseStatus> | undefined;
  // A release that failed is tried again by the next update, even with the same inputs.
  if (state?.status !== undefined && state.status !== "deployed") entries.push(["status.status", "update"]);
  if (entries.length === 0) return { changes: false };
  const replaces = entries.map(([path]) => path).filter((path) => IDENTITY.includes(String(splitPath(path)[0])));
  const detailed: Record<string, DetailedChange> = {};
  for (const [path, change] of entries) detailed[path] = replaces.includes(path) ? `${change}-replace` : change;
  return { changes: true, replaces, detailed };
}

/** @throws PartialFailure when the release was recorded in the cluster but did not succeed */
export async function upgradeRelease(
  session: Session,
  request: Pick<CreateRequest, "inputs" | "timeoutSeconds">,
): Promise<{ id: string; outputs: Inputs }> {
  const place = placeOf(request.inputs);
  const id = `${place.namespace}/${place.name}`;
  return withCluster(session, async (workspace) => {
    const values = await workspace.write("values.json", valuesText(request.inputs));
    const repositories = repositoriesText(request.inputs, REPOSITORY_ALIAS);
    if (repositories !== undefined) {
      await workspace.write("repositories.yaml", repositories);
      await workspace.helm(["repo", "update", REPOSITORY_ALIAS]);
    }
    const alias = repositories === undefined ? {} : { repositoryAlias: REPOSITORY_ALIAS };
    try {
      await workspace.helm(upgradeArguments(request.inputs, { values, ...alias }, request.timeoutSeconds));
    } catch (error) {
      if (!(error instanceof HelmError)) throw error;
      const reason = `Helm release ${id} did not succeed: ${error.message}`;
      const status = await readStatus(workspace, place);
      if (status === undefined) throw new Error(reason, { cause: error });
      const outputs = await outputsOf(workspace, request.inputs, status);
      throw new PartialFailure({ id, outputs, inputs: request.inputs, reasons: [reason] });
    }
    const status = await readStatus(workspace, place);
    if (status === undefined) throw new Error(`Helm release ${id} vanished right after it was installed.`);
    return { id, outputs: await outputsOf(workspace, request.inputs, status) };
  });
}

/** What a preview shows: the inputs; the status is known only afterwards. */
export function previewRelease(request: CreateRequest | UpdateRequest): Inputs {
  return "news" in request ? request.news : request.inputs;
}

export async function readRelease(
  session: Session,
  request: ReadRequest,
): Promise<{ id: string; inputs: Inputs; outputs: Inputs } | undefined> {
  const { namespace, name } = parseId(request.id);
  return withCluster(session, async (workspace) => {
    const place = { namespace: namespace || "default", name };
    const status = await readStatus(workspace, place);
    if (status === undefined) return undefined;
    const known = Object.keys(request.inputs).length > 0;
    const inputs = known ? withLiveVersion(request.inputs, status) : await adopted(workspace, place, status);
    return { id: request.id, inputs, outputs: await outputsOf(workspace, inputs, status) };
  });
}

export async function deleteRelease(session: Session, request: DeleteRequest): Promise<void> {
  const { namespace, name } = parseId(request.id);
  const timeout = `${String(secondsOf(request.inputs, request.timeoutSeconds))}s`;
  await withCluster(session, async (workspace) => {
    await workspace.helm([
      ...["uninstall", name, "--namespace", namespace || "default"],
      ...["--ignore-not-found", "--wait", "--timeout", timeout],
    ]);
  });
}

async function withCluster<T>(session: Session, work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const { connection } = session.cluster.client;
  // Helm's own words about a cluster that is away are long and unclear.
  if (await session.isUnreachable()) throw new Unreachable(connection.server, "no answer to a first request");
  return withHelm(connection, session.signal, work);
}

function placeOf(inputs: Inputs): { namespace: string; name: string } {
  const open = unwrapSecrets(inputs);
  return { namespace: String(open["namespace"]), name: String(open["name"]) };
}

async function outputsOf(workspace: Workspace, inputs: Inputs, status: ReleaseStatus): Promise<Inputs> {
  return { ...inputs, status, resourceNames: await resourceNames(workspace, status) };
}

function withLiveVersion(inputs: Inputs, status: ReleaseStatus): Inputs {
  return inputs["version"] === undefined ? inputs : { ...inputs, version: status.version };
}

async function adopted(
  workspace: Workspace,
  place: { namespace: string; name: string },
  status: ReleaseStatus,
): Promise<Inputs> {
  const text = await workspace.helm(["get", "values", place.name, "--namespace", place.namespace, "--output", "json"]);
  const values = JSON.parse(text) as Inputs | null;
  return { ...place, chart: status.chart, version: status.version, ...(values === null ? {} : { values }) };
}
