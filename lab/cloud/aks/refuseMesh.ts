import { isObject, type JsonObject, listAt, objectAt, textAt, valueAt } from "../json";
import { bad, type Refusal } from "./refusal";
import { compatible, type Region } from "./region";

const MAX_REVISIONS = 2;
const PLUGIN_PARAMETERS = [
  "keyVaultId",
  "certObjectName",
  "keyObjectName",
  "rootCertObjectName",
  "certChainObjectName",
];
const VAULT_ID = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.KeyVault\/vaults\/[^/]+$/i;

/** Fields of the mesh block, with the first stable API version that knows them where that is later than the block itself. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "": { mode: "", istio: "" },
  istio: { revisions: "", components: "", certificateAuthority: "" },
  "istio.components": { ingressGateways: "", egressGateways: "", proxyRedirectionMechanism: "2026-01-01" },
  "istio.certificateAuthority": { plugin: "" },
};

/**
 * Why the service refuses this `serviceMeshProfile`, or undefined. The sentences are the service's own, from its troubleshooting page
 * (https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/extensions/istio-add-on-general-troubleshooting) and from reports
 * of users.
 *
 * @param properties the cluster's `properties` as requested
 * @param kubernetesVersion the version that the cluster runs or will run
 * @param apiVersion the request's api-version
 */
export function refuseMesh(
  properties: JsonObject,
  kubernetesVersion: string,
  apiVersion: string,
  region: Region,
): Refusal | undefined {
  const profile = properties["serviceMeshProfile"];
  if (profile === undefined || profile === null) return undefined;
  return (
    refuseFields(profile, apiVersion) ??
    refuseMode(profile) ??
    (valueAt(profile, "mode") === "Istio"
      ? (refuseFeatures(properties) ??
        refuseIngress(profile) ??
        refuseEgress(profile) ??
        refuseCertificates(properties, profile) ??
        refuseRevisions(profile, kubernetesVersion, region))
      : undefined)
  );
}

function refuseFields(profile: unknown, apiVersion: string): Refusal | undefined {
  for (const [path, fields] of Object.entries(FIELDS)) {
    const block = path === "" ? profile : valueAt(profile, ...path.split("."));
    if (!isObject(block)) continue;
    for (const name of Object.keys(block)) {
      const since = fields[name];
      if (since !== undefined && apiVersion >= since) continue;
      return bad(`UnmarshalEntity encountered error: json: unknown field "${name}".`, "UnmarshalError");
    }
  }
  return undefined;
}

function refuseMode(profile: unknown): Refusal | undefined {
  const mode = valueAt(profile, "mode");
  if (mode !== "Istio" && mode !== "Disabled") return bad(`Missing service mesh mode: ${text(mode)}`);
  if (mode === "Istio" && !isObject(valueAt(profile, "istio"))) {
    return bad("Istio profile is missing even though Service Mesh mode is Istio");
  }
  return undefined;
}

function refuseFeatures(properties: JsonObject): Refusal | undefined {
  const incompatible = (feature: string): Refusal =>
    bad(`Istio based Azure service mesh is incompatible with feature ${feature}`);
  if (valueAt(properties, "addonProfiles", "openServiceMesh", "enabled") === true)
    return incompatible("OpenServiceMesh");
  const appRouting = ["ingressProfile", "webAppRouting", "gatewayAPIImplementations", "appRoutingIstio", "mode"];
  return valueAt(properties, ...appRouting) === "Enabled" ? incompatible("AppRoutingIstio") : undefined;
}

function refuseIngress(profile: unknown): Refusal | undefined {
  const seen = new Set<unknown>();
  for (const gateway of listAt(profile, "istio", "components", "ingressGateways")) {
    const mode = valueAt(gateway, "mode");
    if (mode !== "External" && mode !== "Internal") return bad(`Invalid istio ingress mode: ${text(mode)}`);
    if (seen.has(mode)) return bad(`Too many ingresses for type: ${mode}. Only 1 ingress gateway are allowed`);
    seen.add(mode);
  }
  return undefined;
}

// A static egress gateway is a node pool with public addresses of its own. The lab's clusters have one node, so the lab refuses in its
// own words instead of pretending.
function refuseEgress(profile: unknown): Refusal | undefined {
  const enabled = listAt(profile, "istio", "components", "egressGateways").some(
    (one) => valueAt(one, "enabled") === true,
  );
  return enabled
    ? bad("Istio egress gateways are not available in this region (the lab has no static egress gateway)")
    : undefined;
}

function refuseCertificates(properties: JsonObject, profile: unknown): Refusal | undefined {
  const plugin = objectAt(profile, "istio", "certificateAuthority", "plugin");
  if (Object.keys(plugin).length === 0) return undefined;
  const missing = PLUGIN_PARAMETERS.filter((name) => textAt(plugin, name) === undefined);
  if (missing.length > 0) {
    return bad(
      `ServiceMeshProfile is missing required parameters: ${missing.join(", ")} for plugin certificate authority`,
    );
  }
  const vault = textAt(plugin, "keyVaultId") ?? "";
  if (!VAULT_ID.test(vault)) {
    return bad(
      `'KeyVaultId': '${vault}' is not a valid Azure keyvault resource identifier. Please make sure that the format matches ` +
        "'/subscriptions//resourceGroups//providers/Microsoft.KeyVault/vaults/'",
    );
  }
  if (valueAt(properties, "addonProfiles", "azureKeyvaultSecretsProvider", "enabled") !== true) {
    return bad(
      "AzureKeyvaultSecretsProvider addon is required for Azure Service Mesh plugin certificate authority feature",
    );
  }
  return bad(`The key vault '${vault}' was not found (the lab's region has no key vaults)`);
}

function refuseRevisions(profile: unknown, kubernetesVersion: string, region: Region): Refusal | undefined {
  const revisions = listAt(profile, "istio", "revisions").map(text);
  if (revisions.length > MAX_REVISIONS) {
    return bad(`Request exceeds maximum allowed number of revisions (${String(MAX_REVISIONS)})`);
  }
  for (const [index, name] of revisions.entries()) {
    const known = region.meshRevisions.find((one) => one.revision === name);
    const notAllowed = (reason: string): Refusal =>
      bad(`Requested change in revisions is not allowed. Reason: ${reason}`);
    if (known === undefined) return notAllowed(`Revision ${name} is not supported by the service mesh add-on.`);
    if (revisions.indexOf(name) !== index) return notAllowed(`Revision ${name} is given twice.`);
    if (!compatible(known, kubernetesVersion)) {
      return bad(
        `Service mesh revision ${name} is not compatible with cluster version ${kubernetesVersion}. ` +
          "To find information about mesh-cluster compatibility, use 'az aks mesh get-upgrades'",
      );
    }
  }
  return undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
