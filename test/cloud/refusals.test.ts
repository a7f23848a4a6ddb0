import { describe, expect, it } from "vitest";
import { type ClusterRequest, refuseCluster } from "../../lab/cloud/aks/refuseCluster";
import { defaultRevision, labRegion, type Region } from "../../lab/cloud/aks/region";
import type { JsonObject } from "../../lab/cloud/json";

const region = labRegion("1.31.0", "1.35.4");

function request(mesh: unknown, more: JsonObject = {}, apiVersion = "2025-09-01"): ClusterRequest {
  return {
    name: "bookinfo",
    group: "rg",
    location: "westeurope",
    identity: { type: "SystemAssigned" },
    apiVersion,
    properties: {
      dnsPrefix: "bookinfo",
      kubernetesVersion: "1.35",
      agentPoolProfiles: [{ name: "system", mode: "System", count: 2 }],
      ...(mesh === undefined ? {} : { serviceMeshProfile: mesh }),
      ...more,
    },
  };
}

function mesh(istio: JsonObject): JsonObject {
  return { mode: "Istio", istio: { revisions: ["asm-1-31"], ...istio } };
}

function words(
  asked: ClusterRequest,
  existing?: Parameters<typeof refuseCluster>[1],
  where: Region = region,
): string | undefined {
  const refusal = refuseCluster(asked, existing, where);
  return refusal === undefined ? undefined : `${String(refusal.status)} ${refusal.code}: ${refusal.message}`;
}

const gateway = (mode: string): JsonObject => ({ mode, enabled: true });

describe("what the service refuses in a mesh profile", () => {
  it("accepts a cluster without a mesh, with one, and with one gateway of each kind", () => {
    expect(words(request(undefined))).toBeUndefined();
    expect(words(request(mesh({})))).toBeUndefined();
    expect(
      words(request(mesh({ components: { ingressGateways: [gateway("External"), gateway("Internal")] } }))),
    ).toBeUndefined();
    expect(words(request({ mode: "Disabled" }))).toBeUndefined();
  });

  it.each([
    ["a missing mode", { istio: {} }, "400 BadRequest: Missing service mesh mode: "],
    ["an unknown mode", { mode: "Linkerd" }, "400 BadRequest: Missing service mesh mode: Linkerd"],
    [
      "a missing profile",
      { mode: "Istio" },
      "400 BadRequest: Istio profile is missing even though Service Mesh mode is Istio",
    ],
    [
      "an unknown ingress mode",
      mesh({ components: { ingressGateways: [gateway("Public")] } }),
      "400 BadRequest: Invalid istio ingress mode: Public",
    ],
    [
      "two external gateways",
      mesh({ components: { ingressGateways: [gateway("External"), gateway("External")] } }),
      "400 BadRequest: Too many ingresses for type: External. Only 1 ingress gateway are allowed",
    ],
    [
      "an unknown revision",
      mesh({ revisions: ["asm-1-17"] }),
      "400 BadRequest: Requested change in revisions is not allowed. Reason: Revision asm-1-17 is not supported by the service mesh add-on.",
    ],
    [
      "three revisions",
      mesh({ revisions: ["asm-1-29", "asm-1-30", "asm-1-31"] }),
      "400 BadRequest: Request exceeds maximum allowed number of revisions (2)",
    ],
    [
      "an incomplete plug-in authority",
      mesh({ certificateAuthority: { plugin: { keyVaultId: "x", certObjectName: "c", keyObjectName: "k" } } }),
      "400 BadRequest: ServiceMeshProfile is missing required parameters: rootCertObjectName, certChainObjectName for plugin certificate authority",
    ],
    [
      "a field that the API version does not know",
      mesh({ components: { proxyRedirectionMechanism: "CNIChaining" } }),
      '400 UnmarshalError: UnmarshalEntity encountered error: json: unknown field "proxyRedirectionMechanism".',
    ],
    [
      "a misspelt field",
      mesh({ component: {} }),
      '400 UnmarshalError: UnmarshalEntity encountered error: json: unknown field "component".',
    ],
  ])("refuses %s in the service's words", (_, profile, expected) => {
    expect(words(request(profile))).toBe(expected);
  });

  it("accepts the redirection mechanism from the API version on that knows it", () => {
    const profile = mesh({ components: { proxyRedirectionMechanism: "InitContainers" } });
    expect(words(request(profile, {}, "2026-01-01"))).toBeUndefined();
  });

  it("refuses a plug-in authority without the key vault add-on", () => {
    const vault = "/subscriptions/s/resourceGroups/r/providers/Microsoft.KeyVault/vaults/v";
    const plugin = {
      keyVaultId: vault,
      certObjectName: "c",
      keyObjectName: "k",
      rootCertObjectName: "r",
      certChainObjectName: "h",
    };
    expect(words(request(mesh({ certificateAuthority: { plugin } })))).toBe(
      "400 BadRequest: AzureKeyvaultSecretsProvider addon is required for Azure Service Mesh plugin certificate authority feature",
    );
  });

  it("refuses Open Service Mesh beside it", () => {
    expect(words(request(mesh({}), { addonProfiles: { openServiceMesh: { enabled: true } } }))).toBe(
      "400 BadRequest: Istio based Azure service mesh is incompatible with feature OpenServiceMesh",
    );
  });

  it("refuses a revision that the cluster's version cannot run", () => {
    const older: Region = {
      ...region,
      meshRevisions: [
        { revision: "asm-1-31", upgrades: [], compatibleWith: [{ name: "kubernetes", versions: ["1.36"] }] },
      ],
    };
    expect(words(request(mesh({})), undefined, older)).toBe(
      "400 BadRequest: Service mesh revision asm-1-31 is not compatible with cluster version 1.35. " +
        "To find information about mesh-cluster compatibility, use 'az aks mesh get-upgrades'",
    );
  });
});

describe("what the service refuses in a cluster", () => {
  it("names a Kubernetes version that the region does not have", () => {
    expect(words(request(undefined, { kubernetesVersion: "1.29" }))).toBe(
      "400 K8sVersionNotSupported: Managed cluster bookinfo is on version 1.29 which is not supported in this region. " +
        "Please use [az aks get-versions] command to get the supported version list in this region. " +
        "For more information, please check https://aka.ms/supported-version-list",
    );
  });

  it("names what a new cluster lacks", () => {
    expect(words({ ...request(undefined), identity: undefined })).toBe(
      "400 InvalidParameter: Required parameter servicePrincipalProfile is missing (null).",
    );
    expect(words(request(undefined, { dnsPrefix: undefined }))).toBe(
      "400 InvalidParameter: Required parameter dnsPrefix is missing (null).",
    );
    expect(words(request(undefined, { agentPoolProfiles: [{ name: "users", mode: "User" }] }))).toBe(
      "400 InvalidParameter: Must define at least one system pool.",
    );
  });

  it("refuses changes that only a new cluster can have", () => {
    const existing = { location: "westeurope", properties: request(undefined).properties };
    expect(words(request(undefined, { dnsPrefix: "other" }), existing)).toBe(
      "400 PropertyChangeNotAllowed: Changing property 'dnsPrefix' is not allowed.",
    );
    expect(words({ ...request(undefined), location: "northeurope" }, existing)).toMatch(
      /^409 InvalidResourceLocation: The resource/,
    );
    const pools = [
      { name: "system", mode: "System" },
      { name: "more", mode: "User" },
    ];
    expect(words(request(undefined, { agentPoolProfiles: pools }), existing)).toMatch(
      /^400 BadRequest: A new agent pool was introduced\./,
    );
    expect(words(request(mesh({})), existing)).toBeUndefined();
  });
});

describe("the region", () => {
  it("offers the revision of the lab's Istio for the lab's Kubernetes", () => {
    expect(region.meshRevisions).toEqual([
      { revision: "asm-1-31", upgrades: [], compatibleWith: [{ name: "kubernetes", versions: ["1.35"] }] },
    ]);
  });

  it("installs the second newest fitting revision when none is asked for, or the only one", () => {
    const of = (...minors: number[]): Region => ({
      ...region,
      meshRevisions: minors.map((minor) => ({
        revision: `asm-1-${String(minor)}`,
        upgrades: [],
        compatibleWith: [{ name: "kubernetes", versions: ["1.35"] }],
      })),
    });
    expect(defaultRevision(of(9, 30, 31), "1.35")).toBe("asm-1-30");
    expect(defaultRevision(of(31), "1.35.4")).toBe("asm-1-31");
    expect(defaultRevision(of(31), "1.20")).toBeUndefined();
  });
});
