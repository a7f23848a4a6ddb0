import { describe, expect, it } from "vitest";
import { AksTargetCluster } from "../../components/azure/AksTargetCluster";
import { fetchRegionProfile } from "../../components/azure/meshRevisions";
import { PublicDnsRecord } from "../../components/azure/PublicDnsRecord";
import { SourceCluster } from "../../components/azure/SourceCluster";
import type { CreatedSource, TargetSettings } from "../../core/settings";
import { regionOffering } from "../stacks/apiServer";
import { declare, find, valueOf } from "./engine";
import { CALLS, KINDS } from "../stacks/aksAddon";

const POOLS = [{ name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 2 }] as const;

const TARGET: TargetSettings = {
  resourceGroup: "rg-new",
  name: "shop_new_",
  kubernetesVersion: "1.35",
  ingress: { external: true, internal: false, annotations: {} },
  nodePools: POOLS,
  meshConfig: {},
  maintenance: { day: "Saturday", startHour: 22, hours: 2 },
};

const SOURCE: CreatedSource = {
  kind: "create",
  resourceGroup: "rg-old",
  name: "shop-old",
  kubernetesVersion: "1.34",
  istioVersion: "1.30.2",
  nodePools: POOLS,
  chartRepository: "https://charts.example.com",
  helmValues: { base: {}, istiod: {}, gateway: {} },
  ingress: { namespace: "istio-system", service: "istio-ingressgateway" },
};

/** What both clusters have in common, as it reaches Azure. */
const COMMON = {
  location: "westeurope",
  enableRBAC: true,
  identity: { type: "SystemAssigned" },
  oidcIssuerProfile: { enabled: true },
  securityProfile: { workloadIdentity: { enabled: true } },
  networkProfile: {
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    loadBalancerSku: "standard",
    outboundType: "loadBalancer",
    // Azure's own defaults, which the SDK fills in.
    podCidr: "10.244.0.0/16",
    serviceCidr: "10.0.0.0/16",
    dnsServiceIP: "10.0.0.10",
  },
  agentPoolProfiles: [
    {
      name: "system",
      mode: "System",
      vmSize: "Standard_D4s_v5",
      count: 2,
      osType: "Linux",
      type: "VirtualMachineScaleSets",
    },
  ],
};

describe("AksTargetCluster", () => {
  it("is a cluster with the add-on at one pinned revision, its gateways and a maintenance window", async () => {
    const { resources } = await declare(
      () =>
        new AksTargetCluster("target", {
          resourceGroupName: "rg-new",
          location: "westeurope",
          revision: "asm-1-30",
          target: TARGET,
        }),
      KINDS,
      CALLS,
    );
    expect(find(resources, "target-cluster").inputs).toEqual({
      ...COMMON,
      resourceGroupName: "rg-new",
      resourceName: "shop_new_",
      kubernetesVersion: "1.35",
      dnsPrefix: "shop-new",
      serviceMeshProfile: {
        mode: "Istio",
        istio: {
          revisions: ["asm-1-30"],
          components: {
            ingressGateways: [
              { mode: "External", enabled: true },
              { mode: "Internal", enabled: false },
            ],
          },
        },
      },
    });
    expect(find(resources, "target-maintenance").inputs).toEqual({
      resourceGroupName: "rg-new",
      resourceName: "shop_new_",
      configName: "default",
      timeInWeek: [{ day: "Saturday", hourSlots: [22, 23] }],
    });
    expect(find(resources, "target-kubernetes").inputs).toEqual({
      kubeconfig: "kubeconfig of rg-new/shop_new_",
      clusterIdentifier: "rg-new/shop_new_",
    });
    expect(resources).toHaveLength(4);
  });

  it("keeps its kubeconfig secret", async () => {
    const { outputs } = await declare(
      () =>
        new AksTargetCluster("target", {
          resourceGroupName: "rg-new",
          location: "westeurope",
          revision: "asm-1-30",
          target: TARGET,
        }),
      KINDS,
      CALLS,
    );
    expect(await (outputs.kubeconfig as unknown as { isSecret: Promise<boolean> }).isSecret).toBe(true);
    expect(await valueOf(outputs.kubeconfig)).toBe("kubeconfig of rg-new/shop_new_");
  });
});

describe("SourceCluster", () => {
  it("is a plain cluster without a mesh when this program creates it", async () => {
    const { resources } = await declare(
      () =>
        new SourceCluster("source", {
          kind: "create",
          resourceGroupName: "rg-old",
          location: "westeurope",
          source: SOURCE,
        }),
      KINDS,
      CALLS,
    );
    expect(find(resources, "source-cluster").inputs).toEqual({
      ...COMMON,
      resourceGroupName: "rg-old",
      resourceName: "shop-old",
      kubernetesVersion: "1.34",
      dnsPrefix: "shop-old",
    });
    expect(resources).toHaveLength(3);
  });

  it("is only a provider when it exists already", async () => {
    const { resources } = await declare(
      () => new SourceCluster("source", { kind: "existing", kubeconfig: "text", identifier: "rg/one" }),
      KINDS,
      {},
    );
    expect(resources.map(({ name, inputs }) => [name, inputs])).toEqual([
      ["source-kubernetes", { kubeconfig: "text", clusterIdentifier: "rg/one" }],
      ["source", {}],
    ]);
  });
});

describe("PublicDnsRecord", () => {
  const args = {
    resourceGroupName: "rg-dns",
    zoneName: "example.com",
    record: "shop",
    ttlSeconds: 60,
    address: "198.51.100.1",
  };

  it("is one A record with the TTL asked for", async () => {
    const { resources } = await declare(() => new PublicDnsRecord("public", args), KINDS, {});
    expect(find(resources, "public-a").inputs).toEqual({
      resourceGroupName: "rg-dns",
      zoneName: "example.com",
      relativeRecordSetName: "shop",
      recordType: "A",
      ttl: 60,
      aRecords: [{ ipv4Address: "198.51.100.1" }],
    });
  });

  it("takes over a record that is there already", async () => {
    const { resources } = await declare(
      () => new PublicDnsRecord("public", { ...args, importId: "/subscriptions/s/a" }),
      KINDS,
      {},
    );
    expect(find(resources, "public-a").importId).toBe("/subscriptions/s/a");
  });
});

describe("the region's revisions", () => {
  it("are asked of Azure Resource Manager with the caller's own identity", async () => {
    const region = await regionOffering("asm-1-30");
    const { outputs } = await declare(() => fetchRegionProfile(region.url, "westeurope"), {}, CALLS);
    region.close();
    expect(JSON.parse(outputs ?? "")).toMatchObject({ properties: { meshRevisions: [{ revision: "asm-1-30" }] } });
  });

  it("are unknown, with a warning, when the region cannot be asked", async () => {
    const { outputs } = await declare(() => fetchRegionProfile("http://127.0.0.1:9", "westeurope"), {}, CALLS);
    expect(outputs).toBeUndefined();
  });
});
