import { describe, expect, it } from "vitest";
import { changesBetween, find, urnsOf, valueOf, type Declared } from "../components/engine";
import { deploy, SOURCE_ADDRESS, TARGET_ADDRESS } from "./aksAddon";
import { useRegion } from "./apiServer";

const { at } = useRegion();

/** Weights of the route's destinations, source first. */
function weights(resources: readonly Declared[]): unknown {
  const { spec } = find(resources, "route-virtual-service").inputs as {
    spec: { http: { route: { weight: number }[] }[] };
  };
  return spec.http.map((route) => route.route.map((destination) => destination.weight));
}

const SHIFT = { phase: "shift", weight: 10 };

describe("the dev environment", () => {
  it("has exactly these resources, by names that are a contract: another URN replaces what is live", async () => {
    const { resources } = await deploy(at(SHIFT));
    expect(urnsOf(resources)).toEqual([
      "azure-native:resources:ResourceGroup group-rg-new",
      "azure-native:resources:ResourceGroup group-rg-old",
      "meshlift:azure:AksTargetCluster$azure-native:containerservice:MaintenanceConfiguration target-maintenance",
      "meshlift:azure:AksTargetCluster$azure-native:containerservice:ManagedCluster target-cluster",
      "meshlift:azure:AksTargetCluster$pulumi:providers:kubernetes target-kubernetes",
      "meshlift:azure:AksTargetCluster target",
      "meshlift:azure:PublicDnsRecord$azure-native:dns:RecordSet public-a",
      "meshlift:azure:PublicDnsRecord public",
      "meshlift:azure:SourceCluster$azure-native:containerservice:ManagedCluster source-cluster",
      "meshlift:azure:SourceCluster$pulumi:providers:kubernetes source-kubernetes",
      "meshlift:azure:SourceCluster source",
      "meshlift:istio:IngressAddress$kubernetes:core/v1:ServicePatch source-ingress-service",
      "meshlift:istio:IngressAddress$kubernetes:core/v1:ServicePatch target-ingress-service",
      "meshlift:istio:IngressAddress source-ingress",
      "meshlift:istio:IngressAddress target-ingress",
      "meshlift:istio:InjectedNamespaces$kubernetes:core/v1:NamespacePatch source-namespaces-default",
      "meshlift:istio:InjectedNamespaces$kubernetes:core/v1:NamespacePatch target-namespaces-default",
      "meshlift:istio:InjectedNamespaces source-namespaces",
      "meshlift:istio:InjectedNamespaces target-namespaces",
      "meshlift:istio:SelfManagedIstio$kubernetes:core/v1:Namespace source-istio-namespace",
      "meshlift:istio:SelfManagedIstio$kubernetes:helm.sh/v3:Release source-istio-base",
      "meshlift:istio:SelfManagedIstio$kubernetes:helm.sh/v3:Release source-istio-gateway",
      "meshlift:istio:SelfManagedIstio$kubernetes:helm.sh/v3:Release source-istio-istiod",
      "meshlift:istio:SelfManagedIstio source-istio",
      "meshlift:routing:TargetServiceEntry$kubernetes:networking.istio.io/v1:DestinationRule target-host-rule",
      "meshlift:routing:TargetServiceEntry$kubernetes:networking.istio.io/v1:ServiceEntry target-host-entry",
      "meshlift:routing:TargetServiceEntry target-host",
      "meshlift:routing:WeightedRoute$kubernetes:networking.istio.io/v1:VirtualService route-virtual-service",
      "meshlift:routing:WeightedRoute route",
      "meshlift:workloads:Manifests$kubernetes:apps/v1:Deployment source-workloads-Deployment/front",
      "meshlift:workloads:Manifests$kubernetes:apps/v1:Deployment target-workloads-Deployment/front",
      "meshlift:workloads:Manifests$kubernetes:core/v1:Service source-workloads-Service/front",
      "meshlift:workloads:Manifests$kubernetes:core/v1:Service target-workloads-Service/front",
      "meshlift:workloads:Manifests$kubernetes:core/v1:ServiceAccount source-workloads-ServiceAccount/front",
      "meshlift:workloads:Manifests$kubernetes:core/v1:ServiceAccount target-workloads-ServiceAccount/front",
      "meshlift:workloads:Manifests$kubernetes:networking.istio.io/v1:DestinationRule source-workloads-DestinationRule.networking.istio.io/front",
      "meshlift:workloads:Manifests$kubernetes:networking.istio.io/v1:DestinationRule target-workloads-DestinationRule.networking.istio.io/front",
      "meshlift:workloads:Manifests$kubernetes:networking.istio.io/v1:Gateway source-workloads-Gateway.networking.istio.io/shop-gateway",
      "meshlift:workloads:Manifests$kubernetes:networking.istio.io/v1:Gateway target-workloads-Gateway.networking.istio.io/shop-gateway",
      "meshlift:workloads:Manifests$kubernetes:networking.istio.io/v1:VirtualService target-workloads-VirtualService.networking.istio.io/shop",
      "meshlift:workloads:Manifests source-workloads",
      "meshlift:workloads:Manifests target-workloads",
    ]);
  });

  it("exports both addresses, the revision, the weight, the phase and what to do next", async () => {
    const { outputs } = await deploy(at(SHIFT));
    const { sourceUrl, targetUrl, revision, phase, weight, next, sourceKubeconfig, targetKubeconfig } = outputs;
    expect(await valueOf(sourceUrl)).toBe(`http://${SOURCE_ADDRESS}`);
    expect(await valueOf(targetUrl)).toBe(`http://${TARGET_ADDRESS}`);
    expect({ revision, phase, weight, next }).toEqual({
      revision: "asm-1-30",
      phase: "shift",
      weight: 10,
      next: "Compare both sides at weight 10, then set meshlift:weight to 25; set it lower to go back.",
    });
    for (const kubeconfig of [sourceKubeconfig, targetKubeconfig]) {
      expect(await valueOf(kubeconfig)).toMatch(/^kubeconfig of rg-/);
      expect(await (kubeconfig as unknown as { isSecret: Promise<boolean> }).isSecret).toBe(true);
    }
  });

  it("puts every object of a cluster under the provider of that cluster, and lets it go with the cluster", async () => {
    const { resources } = await deploy(at(SHIFT));
    const inside = resources.filter((resource) => resource.type.startsWith("kubernetes:"));
    expect(inside.filter((resource) => !/^(source|target)-kubernetes$/.test(resource.provider))).toEqual([]);
    const components = resources.filter((resource) => /^meshlift:(istio|routing|workloads):/.test(resource.type));
    expect(components.map((component) => `${component.name} ${component.deletedWith}`)).toEqual([
      "source-ingress source-cluster",
      "target-ingress target-cluster",
      "source-namespaces source-cluster",
      "target-namespaces target-cluster",
      "source-istio source-cluster",
      "target-host source-cluster",
      "route source-cluster",
      "source-workloads source-cluster",
      "target-workloads target-cluster",
    ]);
  });

  it("names the target's host to the source before the route does, and after the target is ready", async () => {
    const { resources } = await deploy(at(SHIFT));
    expect(find(resources, "route").dependsOn).toEqual(
      expect.arrayContaining(["target-host-entry", "target-host-rule"]),
    );
    expect(find(resources, "target-host").dependsOn).toEqual(
      expect.arrayContaining(["target-workloads-Deployment/front"]),
    );
  });
});

describe("a change of weight", () => {
  it("is one update of the route and nothing else, from any weight to any other", async () => {
    const at10 = await deploy(at(SHIFT));
    for (const weight of [0, 11, 50, 100]) {
      const other = await deploy(at({ phase: "shift", weight }));
      expect(changesBetween(at10.resources, other.resources)).toEqual({ "route-virtual-service": "update" });
      expect(weights(other.resources)).toEqual([[100 - weight, weight]]);
    }
  });

  it("asks neither the region nor the add-on's catalogue, so that a retired revision cannot stop it", async () => {
    const { outputs } = await deploy({
      ...SHIFT,
      aksAddon: {
        resourceManagerEndpoint: "http://127.0.0.1:9",
        source: { istioVersion: "1.3.0" },
        target: { revision: "asm-1-3" },
      },
    });
    expect(outputs.revision).toBe("asm-1-3");
  });
});

describe("the phases", () => {
  it("prepare touches nothing that serves users: the route is the manifest's, and there is no way to the target", async () => {
    const { resources } = await deploy(at());
    expect(find(resources, "route-virtual-service").inputs["spec"]).toEqual({
      hosts: ["*"],
      gateways: ["shop-gateway"],
      http: [
        { match: [{ uri: { prefix: "/" } }], route: [{ destination: { host: "front", port: { number: 9080 } } }] },
      ],
    });
    expect(resources.filter((resource) => resource.name.startsWith("target-host"))).toEqual([]);
    expect(find(resources, "public-a").inputs["aRecords"]).toEqual([{ ipv4Address: SOURCE_ADDRESS }]);
  });

  it("shift adds the target's host and splits the route, and nothing else", async () => {
    const prepare = await deploy(at());
    const shift = await deploy(at({ phase: "shift", weight: 0 }));
    expect(changesBetween(prepare.resources, shift.resources)).toEqual({
      "target-host": "create",
      "target-host-entry": "create",
      "target-host-rule": "create",
      "route-virtual-service": "update",
    });
    expect(weights(shift.resources)).toEqual([[100, 0]]);
  });

  it("retire first moves only the public name: users with the old address still reach the target", async () => {
    const shift = await deploy(at({ phase: "shift", weight: 100 }));
    const retire = await deploy(at({ phase: "retire", weight: 100 }));
    expect(changesBetween(shift.resources, retire.resources)).toEqual({ "public-a": "update" });
    expect(find(retire.resources, "public-a").inputs["aRecords"]).toEqual([{ ipv4Address: TARGET_ADDRESS }]);
    expect(retire.outputs.next).toContain("retireSource");
  });

  it("retire with retireSource removes the source with all that is in it and touches nothing of the target", async () => {
    const retire = await deploy(at({ phase: "retire", weight: 100 }));
    const done = await deploy(at({ phase: "retire", weight: 100 }, { retireSource: true }));
    const changed = changesBetween(retire.resources, done.resources);
    expect(new Set(Object.values(changed))).toEqual(new Set(["delete"]));
    expect(Object.keys(changed).filter((name) => !/^(source|route|target-host)|^group-rg-old$/.test(name))).toEqual([]);
    expect(urnsOf(done.resources).filter((urn) => / (source|route|target-host)/.test(urn))).toEqual([]);
    expect(done.outputs.sourceUrl).toBeUndefined();
  });

  it("retire keeps a resource group that the target shares with the source", async () => {
    const shared = { target: { resourceGroup: "RG-old" }, retireSource: true };
    const { resources } = await deploy(at({ phase: "retire", weight: 100 }, shared));
    expect(resources.filter((r) => r.type.endsWith(":ResourceGroup")).map((r) => r.name)).toEqual(["group-rg-old"]);
  });
});
