import { type JsonObject, listAt, textAt, valueAt } from "../json";
import { bad, type Refusal } from "./refusal";
import { refuseMesh } from "./refuseMesh";
import { minorOf, normalLocation, type Region } from "./region";

/** A PUT of a managed cluster. */
export interface ClusterRequest {
  readonly name: string;
  readonly group: string;
  readonly location: string;
  readonly identity?: unknown;
  readonly properties: JsonObject;
  readonly apiVersion: string;
}

/** What exists under that name already. */
export interface ExistingCluster {
  readonly location: string;
  readonly properties: JsonObject;
}

// Linux pools: https://aka.ms/aks-naming-rules.
const POOL_NAME = /^[a-z][a-z0-9]{0,11}$/;
const DNS_PREFIX = /^[a-zA-Z0-9]([a-zA-Z0-9-]{0,52}[a-zA-Z0-9])?$/;

/** Fields that the service never changes on an existing cluster. */
const FIXED = [
  ["dnsPrefix"],
  ["fqdnSubdomain"],
  ["nodeResourceGroup"],
  ["networkProfile", "networkPlugin"],
  ["networkProfile", "serviceCidr"],
  ["networkProfile", "dnsServiceIP"],
  ["networkProfile", "loadBalancerSku"],
] as const;

/**
 * Why the service refuses this PUT, or undefined. Only the first reason is given, as the service does. Words are the service's own where
 * they are documented or were reported by users; where neither exists they follow its manner.
 */
export function refuseCluster(
  request: ClusterRequest,
  existing: ExistingCluster | undefined,
  region: Region,
): Refusal | undefined {
  const version = textAt(request.properties, "kubernetesVersion") ?? region.kubernetesVersion;
  return (
    (existing === undefined ? refuseNew(request) : refuseChange(request, existing)) ??
    refusePools(request.properties, existing) ??
    refuseVersion(request.name, version, region) ??
    refuseMesh(request.properties, version, request.apiVersion, region)
  );
}

function refuseNew({ identity, location, properties }: ClusterRequest): Refusal | undefined {
  const missing = (what: string): Refusal => bad(`Required parameter ${what} is missing (null).`, "InvalidParameter");
  if (location === "") return bad("The location property is required for this definition.", "LocationRequired");
  const prefix = textAt(properties, "dnsPrefix") ?? textAt(properties, "fqdnSubdomain");
  if (prefix === undefined) return missing("dnsPrefix");
  if (!DNS_PREFIX.test(prefix)) {
    return bad(
      "The value of parameter dnsPrefix is invalid. Please see https://aka.ms/aks-naming-rules for more details.",
      "InvalidParameter",
    );
  }
  const identified = textAt(identity, "type") ?? textAt(properties, "servicePrincipalProfile", "clientId");
  if (identified === undefined) return missing("servicePrincipalProfile");
  return listAt(properties, "agentPoolProfiles").length === 0 ? missing("agentPoolProfiles") : undefined;
}

function refuseChange(request: ClusterRequest, existing: ExistingCluster): Refusal | undefined {
  const { group, location, name } = request;
  if (location !== "" && normalLocation(location) !== normalLocation(existing.location)) {
    return {
      status: 409,
      code: "InvalidResourceLocation",
      message:
        `The resource '${name}' already exists in location '${existing.location}' in resource group '${group}'. ` +
        `A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`,
    };
  }
  for (const path of FIXED) {
    const wanted = valueAt(request.properties, ...path);
    const present = valueAt(existing.properties, ...path);
    if (wanted === undefined || wanted === null || wanted === present) continue;
    return bad(`Changing property '${path.join(".")}' is not allowed.`, "PropertyChangeNotAllowed");
  }
  return undefined;
}

function refusePools(properties: JsonObject, existing: ExistingCluster | undefined): Refusal | undefined {
  const pools = listAt(properties, "agentPoolProfiles");
  if (pools.length === 0) return undefined;
  for (const pool of pools) {
    if (POOL_NAME.test(textAt(pool, "name") ?? "")) continue;
    return bad(
      "The value of parameter agentPoolProfile.name is invalid. Please see https://aka.ms/aks-naming-rules for more details.",
      "InvalidParameter",
    );
  }
  if (!pools.some((pool) => valueAt(pool, "mode") === "System")) {
    return bad("Must define at least one system pool.", "InvalidParameter");
  }
  if (existing === undefined) return undefined;
  const known = new Set(listAt(existing.properties, "agentPoolProfiles").map((pool) => textAt(pool, "name")));
  if (pools.every((pool) => known.has(textAt(pool, "name")))) return undefined;
  return bad(
    "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed cluster operations. " +
      "For agent pool specific change, please use per agent pool operations: https://aka.ms/agent-pool-rest-api",
  );
}

function refuseVersion(name: string, version: string, region: Region): Refusal | undefined {
  if (version === minorOf(region.kubernetesVersion) || version === region.kubernetesVersion) return undefined;
  return bad(
    `Managed cluster ${name} is on version ${version} which is not supported in this region. ` +
      "Please use [az aks get-versions] command to get the supported version list in this region. " +
      "For more information, please check https://aka.ms/supported-version-list",
    "K8sVersionNotSupported",
  );
}
