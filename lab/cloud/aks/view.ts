import { createHash } from "node:crypto";
import { compact, isObject, type JsonObject, listAt, objectAt, textAt, valueAt } from "../json";
import type { Resource } from "../store";
import { TENANT } from "../identity";
import { defaultRevision, type Region } from "./region";

/** A GUID that is always the same for the same text, so that what the service invents stays what it is. */
export function guid(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}

/**
 * What the service stores and shows for a requested cluster: the request, its defaults, and what only the service knows.
 *
 * @param current the properties that the cluster has now, when it exists
 */
export function clusterProperties(
  id: string,
  location: string,
  requested: JsonObject,
  current: JsonObject,
  region: Region,
): JsonObject {
  const uid = guid(id.toLowerCase());
  const [, , , , group = "", , , , name = ""] = id.split("/");
  const prefix =
    textAt(requested, "dnsPrefix") ?? textAt(requested, "fqdnSubdomain") ?? textAt(current, "dnsPrefix") ?? name;
  const oidc = valueAt(requested, "oidcIssuerProfile", "enabled") ?? valueAt(current, "oidcIssuerProfile", "enabled");
  return compact({
    ...requested,
    dnsPrefix: prefix,
    fqdn: `${prefix}-${uid.slice(0, 8)}.hcp.${location}.azmk8s.io`,
    azurePortalFQDN: `${prefix}-${uid.slice(0, 8)}.portal.hcp.${location}.azmk8s.io`,
    kubernetesVersion: textAt(requested, "kubernetesVersion") ?? region.kubernetesVersion,
    currentKubernetesVersion: region.kubernetesVersion,
    nodeResourceGroup: textAt(requested, "nodeResourceGroup") ?? `MC_${group}_${name}_${location}`,
    enableRBAC: valueAt(requested, "enableRBAC") ?? true,
    disableLocalAccounts: valueAt(requested, "disableLocalAccounts") ?? false,
    maxAgentPools: 100,
    powerState: { code: "Running" },
    resourceUID: uid.replaceAll("-", "").slice(0, 24),
    supportPlan: valueAt(requested, "supportPlan") ?? "KubernetesOfficial",
    agentPoolProfiles: poolsAfter(requested, current).map((pool) => poolProperties(pool, region)),
    identityProfile: { kubeletidentity: kubeletIdentity(id, group, name, location) },
    networkProfile: {
      networkPlugin: "azure",
      loadBalancerSku: "standard",
      outboundType: "loadBalancer",
      ...objectAt(current, "networkProfile"),
      ...objectAt(requested, "networkProfile"),
    },
    oidcIssuerProfile:
      oidc === true
        ? { enabled: true, issuerURL: `https://${location}.oic.prod-aks.azure.com/${TENANT}/${uid}/` }
        : { enabled: false },
    serviceMeshProfile: meshProfile(requested, current, region),
  });
}

// A PUT changes the pools that it names; pools that were added on their own stay.
function poolsAfter(requested: JsonObject, current: JsonObject): readonly JsonObject[] {
  const asked = listAt(requested, "agentPoolProfiles").filter(isObject);
  const names = new Set(asked.map((pool) => textAt(pool, "name")));
  const others = listAt(current, "agentPoolProfiles").filter(isObject);
  return [...asked, ...others.filter((pool) => !names.has(textAt(pool, "name")))];
}

/** One agent pool with the defaults that the service fills in. */
export function poolProperties(pool: JsonObject, region: Region): JsonObject {
  return compact({
    count: 1,
    osDiskSizeGB: 128,
    osDiskType: "Managed",
    osType: "Linux",
    osSKU: "Ubuntu",
    maxPods: 110,
    mode: "User",
    type: "VirtualMachineScaleSets",
    vmSize: "Standard_D4s_v5",
    orchestratorVersion: region.kubernetesVersion,
    ...pool,
    currentOrchestratorVersion: region.kubernetesVersion,
    powerState: { code: "Running" },
    provisioningState: "Succeeded",
  });
}

// A PUT without `revisions` keeps those that are installed; on first enabling it means the default (service since 2025-08-08).
function meshProfile(requested: JsonObject, current: JsonObject, region: Region): JsonObject | undefined {
  const profile = requested["serviceMeshProfile"] ?? current["serviceMeshProfile"];
  if (!isObject(profile)) return undefined;
  if (profile["mode"] !== "Istio") return { mode: "Disabled" };
  const istio = objectAt(profile, "istio");
  const asked = listAt(istio, "revisions");
  const installed = listAt(current, "serviceMeshProfile", "istio", "revisions");
  const version = textAt(requested, "kubernetesVersion") ?? region.kubernetesVersion;
  const fallback = installed.length > 0 ? installed : [defaultRevision(region, version)];
  return { mode: "Istio", istio: { ...istio, revisions: asked.length > 0 ? [...asked].sort() : fallback } };
}

function kubeletIdentity(id: string, group: string, name: string, location: string): JsonObject {
  const subscription = id.split("/")[2] ?? "";
  const nodes = `MC_${group}_${name}_${location}`;
  const identity = "Microsoft.ManagedIdentity/userAssignedIdentities";
  return {
    resourceId: `/subscriptions/${subscription}/resourcegroups/${nodes}/providers/${identity}/${name}-agentpool`,
    clientId: guid(`${id}/kubelet/client`.toLowerCase()),
    objectId: guid(`${id}/kubelet/object`.toLowerCase()),
  };
}

/**
 * The identity block as the service shows it: with the ids of the principals behind it.
 *
 * @param find looks up a user assigned identity by its id
 */
export function clusterIdentity(
  id: string,
  requested: unknown,
  find: (identity: string) => Resource | undefined,
): JsonObject | undefined {
  if (!isObject(requested)) return undefined;
  if (requested["type"] !== "UserAssigned") {
    return { type: requested["type"], principalId: guid(`${id}/principal`.toLowerCase()), tenantId: TENANT };
  }
  const assigned = Object.keys(objectAt(requested, "userAssignedIdentities")).map((one): [string, JsonObject] => {
    const { clientId, principalId } = find(one)?.properties ?? {};
    return [one, { clientId, principalId }];
  });
  return { type: "UserAssigned", userAssignedIdentities: Object.fromEntries(assigned) };
}
