import { ArmError, resourceNotFound } from "../arm/errors";
import { type ArmRequest, type ArmResponse, parameter, type Route } from "../arm/router";
import { listAt, textAt } from "../json";
import { shown } from "../resources/plain";
import type { Store } from "../store";
import type { ManagedClusters } from "./clusters";
import { namedKubeconfig } from "./kubeconfig";
import type { Machine } from "./machine";
import { poolRoutes } from "./pools";
import { CLUSTER_TYPE, machineOf } from "./record";
import { type Region, revisionProfile } from "./region";

const SUBSCRIPTION = "/subscriptions/:subscription";
const LIST = `${SUBSCRIPTION}/resourcegroups/:group/providers/${CLUSTER_TYPE}`;
const ONE = `${LIST}/:cluster`;
const LOCATION = `${SUBSCRIPTION}/providers/Microsoft.ContainerService/locations/:location`;

/** Everything below Microsoft.ContainerService. */
export function clusterRoutes(
  clusters: ManagedClusters,
  store: Store,
  machine: Pick<Machine, "find">,
  region: Region,
): readonly Route[] {
  const profile = (request: ArmRequest): object =>
    revisionProfile(parameter(request, "subscription"), parameter(request, "location"), region);
  const credentials =
    (admin: boolean) =>
    (request: ArmRequest): Promise<ArmResponse> =>
      credential(clusters, machine, request, admin);
  return [
    { method: "PUT", pattern: ONE, handle: (request) => clusters.put(request) },
    { method: "GET", pattern: ONE, handle: (request) => ({ status: 200, body: shown(clusters.require(request)) }) },
    { method: "DELETE", pattern: ONE, handle: (request) => clusters.delete(request) },
    {
      method: "GET",
      pattern: `${SUBSCRIPTION}/providers/${CLUSTER_TYPE}`,
      handle: () => ({ status: 200, body: { value: store.list(CLUSTER_TYPE).map(shown) } }),
    },
    { method: "POST", pattern: `${ONE}/listClusterUserCredential`, handle: credentials(false) },
    { method: "POST", pattern: `${ONE}/listClusterAdminCredential`, handle: credentials(true) },
    {
      method: "GET",
      pattern: `${LOCATION}/meshRevisionProfiles`,
      handle: (request) => ({ status: 200, body: { value: [profile(request)] } }),
    },
    {
      method: "GET",
      pattern: `${LOCATION}/meshRevisionProfiles/istio`,
      handle: (request) => ({ status: 200, body: profile(request) }),
    },
    {
      method: "GET",
      pattern: `${ONE}/meshUpgradeProfiles/istio`,
      handle: (request) => upgrades(clusters, region, request),
    },
    ...poolRoutes(clusters, store, region),
  ];
}

async function credential(
  clusters: ManagedClusters,
  machine: Pick<Machine, "find">,
  request: ArmRequest,
  admin: boolean,
): Promise<ArmResponse> {
  const resource = clusters.require(request);
  if (admin && resource.properties["disableLocalAccounts"] === true) {
    const message = "Getting static credential is not allowed because this cluster is set to disable local accounts.";
    throw new ArmError(400, "BadRequest", message);
  }
  const cluster = await machine.find(machineOf(resource));
  if (cluster === undefined) {
    throw new ArmError(
      409,
      "OperationNotAllowed",
      `The cluster '${resource.name}' has no credentials yet: its creation has not finished.`,
    );
  }
  const group = parameter(request, "group");
  const text = namedKubeconfig(cluster.kubeconfig, resource.name, group, admin);
  const name = admin ? "clusterAdmin" : "clusterUser";
  return { status: 200, body: { kubeconfigs: [{ name, value: Buffer.from(text).toString("base64") }] } };
}

function upgrades(clusters: ManagedClusters, region: Region, request: ArmRequest): ArmResponse {
  const resource = clusters.require(request);
  const installed = listAt(resource.properties, "serviceMeshProfile", "istio", "revisions");
  if (installed.length === 0) {
    throw resourceNotFound(
      `${CLUSTER_TYPE}/meshUpgradeProfiles`,
      `${resource.name}/istio`,
      parameter(request, "group"),
    );
  }
  if (installed.length > 1) {
    const message =
      "Mesh upgrade is in progress. Please complete or roll back the current upgrade before attempting to retrieve versioning and compatibility information";
    throw new ArmError(400, "BadRequest", message);
  }
  const found = region.meshRevisions.find((one) => one.revision === installed[0]);
  const id = `${resource.id}/meshUpgradeProfiles/istio`;
  const properties = {
    revision: found?.revision,
    upgrades: found?.upgrades ?? [],
    compatibleWith: found?.compatibleWith ?? [],
  };
  return { status: 200, body: { id, name: "istio", type: `${CLUSTER_TYPE}/meshUpgradeProfiles`, properties } };
}

/** The address of a public IP resource, looked up as the cloud controller of a cluster does: by default beside its nodes. */
export function publicAddress(
  store: Store,
  machine: string,
  group: string | undefined,
  name: string,
): string | undefined {
  const cluster = store.list(CLUSTER_TYPE).find((one) => machineOf(one) === machine);
  const subscription = cluster?.id.split("/")[2] ?? "";
  const where = group ?? textAt(cluster?.properties, "nodeResourceGroup") ?? "";
  const id = `/subscriptions/${subscription}/resourceGroups/${where}/providers/Microsoft.Network/publicIPAddresses/${name}`;
  return textAt(store.get(id)?.properties, "ipAddress");
}
