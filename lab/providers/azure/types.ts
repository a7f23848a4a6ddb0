/** How one resource type of the SDK maps to Resource Manager. */
export interface ResourceType {
  readonly apiVersion: string;
  /** Address below the subscription, with the inputs that fill it in braces. The last one names the resource. */
  readonly path: string;
  /** How the real provider names it when the program does not: random suffix for top-level resources, the plain name for children. */
  readonly autoName?: "random" | "copy";
  /** Inputs that the program must give. */
  readonly required: readonly string[];
  /** Inputs that stand beside `properties` in the request's body; all others stand inside. */
  readonly beside: readonly string[];
  /** False when the SDK shows `properties` as it is. */
  readonly flattened: boolean;
  /** SDK name -> name inside `properties`, where they differ. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Inputs that the real provider replaces the resource for, besides those in the path and the location. */
  readonly fixed?: readonly string[];
  /** Outputs that only the service knows, as property paths (`a.b` inside an object that the program gives). */
  readonly computed: readonly string[];
  /** Inputs that the service fills in when the program does not give them. */
  readonly defaulted?: readonly string[];
}

const GROUP = "/resourceGroups/{resourceGroupName}";
const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/{resourceName}`;

/** The types that the stand-in knows: exactly those that the program uses, at the API versions of the SDK. */
const RESOURCE_TYPES: Readonly<Record<string, ResourceType>> = {
  "azure-native:resources:ResourceGroup": {
    apiVersion: "2024-03-01",
    path: GROUP,
    autoName: "random",
    required: ["location"],
    beside: ["location", "managedBy", "tags"],
    flattened: false,
    fixed: ["managedBy"],
    computed: ["name", "type", "properties"],
  },
  "azure-native:containerservice:ManagedCluster": {
    apiVersion: "2025-09-01",
    path: CLUSTER,
    autoName: "random",
    required: ["resourceGroupName", "location"],
    beside: ["location", "tags", "identity", "sku", "kind", "extendedLocation"],
    flattened: true,
    fixed: ["dnsPrefix", "fqdnSubdomain", "nodeResourceGroup", "diskEncryptionSetID"],
    computed: [
      ...[
        "name",
        "type",
        "eTag",
        "systemData",
        "provisioningState",
        "powerState",
        "fqdn",
        "privateFQDN",
        "azurePortalFQDN",
      ],
      ...["currentKubernetesVersion", "maxAgentPools", "resourceUID", "status"],
      ...["identity.principalId", "identity.tenantId", "oidcIssuerProfile.issuerURL"],
    ],
    defaulted: [
      ...[
        "kubernetesVersion",
        "nodeResourceGroup",
        "identityProfile",
        "networkProfile",
        "oidcIssuerProfile",
        "enableRBAC",
      ],
      ...["dnsPrefix", "disableLocalAccounts", "supportPlan", "sku", "serviceMeshProfile.istio.revisions"],
    ],
  },
  "azure-native:containerservice:AgentPool": {
    apiVersion: "2025-09-01",
    path: `${CLUSTER}/agentPools/{agentPoolName}`,
    autoName: "copy",
    required: ["resourceGroupName", "resourceName"],
    beside: [],
    flattened: true,
    computed: [
      ...[
        "name",
        "eTag",
        "provisioningState",
        "powerState",
        "currentOrchestratorVersion",
        "nodeImageVersion",
        "status",
      ],
      ...["orchestratorVersion", "vmSize", "osType", "osSKU", "maxPods"],
    ],
  },
  "azure-native:containerservice:MaintenanceConfiguration": {
    apiVersion: "2025-09-01",
    path: `${CLUSTER}/maintenanceConfigurations/{configName}`,
    autoName: "copy",
    required: ["resourceGroupName", "resourceName"],
    beside: [],
    flattened: true,
    computed: ["name", "type", "systemData"],
  },
  "azure-native:managedidentity:UserAssignedIdentity": {
    apiVersion: "2023-01-31",
    path: `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}`,
    autoName: "random",
    required: ["resourceGroupName", "location"],
    beside: ["location", "tags"],
    flattened: true,
    computed: ["name", "type", "systemData", "clientId", "principalId", "tenantId"],
  },
  "azure-native:dns:Zone": {
    apiVersion: "2023-07-01-preview",
    path: `${GROUP}/providers/Microsoft.Network/dnsZones/{zoneName}`,
    autoName: "random",
    required: ["resourceGroupName", "location"],
    beside: ["location", "tags"],
    flattened: true,
    computed: [
      ...["name", "type", "etag", "systemData", "nameServers", "numberOfRecordSets", "maxNumberOfRecordSets"],
      ...["maxNumberOfRecordsPerRecordSet", "signingKeys"],
    ],
  },
  "azure-native:dns:RecordSet": {
    apiVersion: "2023-07-01-preview",
    path: `${GROUP}/providers/Microsoft.Network/dnsZones/{zoneName}/{recordType}/{relativeRecordSetName}`,
    autoName: "copy",
    required: ["resourceGroupName", "zoneName", "recordType"],
    beside: [],
    flattened: true,
    renamed: { aRecords: "ARecords", cnameRecord: "CNAMERecord", ttl: "TTL" },
    computed: ["name", "type", "etag", "systemData", "fqdn", "provisioningState"],
  },
  "azure-native:network:PublicIPAddress": {
    apiVersion: "2024-05-01",
    path: `${GROUP}/providers/Microsoft.Network/publicIPAddresses/{publicIpAddressName}`,
    autoName: "random",
    required: ["resourceGroupName", "location"],
    beside: ["location", "tags", "sku", "zones", "extendedLocation"],
    flattened: true,
    computed: ["name", "type", "etag", "ipConfiguration", "provisioningState", "resourceGuid"],
    defaulted: ["ipAddress"],
  },
};

/** Names of the inputs that stand in the path, in their order. */
export function pathInputs(type: ResourceType): readonly string[] {
  return [...type.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
}

/** The input that names the resource itself. */
export function nameInput(type: ResourceType): string {
  return pathInputs(type).at(-1) ?? "";
}

/** @throws Error for a type that the stand-in does not know */
export function resourceType(token: string): ResourceType {
  const found = RESOURCE_TYPES[token];
  if (found !== undefined) return found;
  throw new Error(
    `The lab's azure-native provider does not know the type ${token}; it knows ${Object.keys(RESOURCE_TYPES).join(", ")}.`,
  );
}
