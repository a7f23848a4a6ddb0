import { describe, expect, it } from "vitest";
import { IngressAddress } from "../../components/istio/IngressAddress";
import { InjectedNamespaces } from "../../components/istio/InjectedNamespaces";
import { SelfManagedIstio } from "../../components/istio/SelfManagedIstio";
import { SharedMeshConfig } from "../../components/istio/SharedMeshConfig";
import { Manifests } from "../../components/workloads/Manifests";
import type { KubernetesObject, Manifest } from "../../core/manifests/object";
import { KINDS } from "../stacks/aksAddon";
import { declare, find, valueOf } from "./engine";

const none = (): Record<string, unknown> => ({});

describe("SelfManagedIstio", () => {
  const args = {
    version: "1.30.2",
    chartRepository: "https://charts.example.com",
    values: {
      base: { defaultRevision: "default" },
      istiod: { pilot: { env: { A: "b" } } },
      gateway: { service: { annotations: { a: "b" } } },
    },
    ingress: { namespace: "istio-system", service: "istio-ingressgateway" },
  };
  const release = (chart: string, name: string, values: unknown): unknown => ({
    name,
    namespace: "istio-system",
    chart,
    version: "1.30.2",
    repositoryOpts: { repo: "https://charts.example.com" },
    values,
    timeout: 600,
    compat: "true",
  });

  it("is Istio's three charts, each after the one it needs, with the gateway that the samples count on", async () => {
    const { resources } = await declare(() => new SelfManagedIstio("istio", args), KINDS, {});
    expect(find(resources, "istio-base").inputs).toEqual(release("base", "istio-base", args.values.base));
    expect(find(resources, "istio-istiod").inputs).toEqual(release("istiod", "istiod", args.values.istiod));
    expect(find(resources, "istio-gateway").inputs).toEqual(
      release("gateway", "istio-ingressgateway", {
        labels: { istio: "ingressgateway" },
        service: {
          ports: [
            { name: "status-port", port: 15021, protocol: "TCP", targetPort: 15021 },
            { name: "http2", port: 80, protocol: "TCP", targetPort: 8080 },
            { name: "https", port: 443, protocol: "TCP", targetPort: 8443 },
          ],
          annotations: { a: "b" },
        },
      }),
    );
    expect(find(resources, "istio-base").dependsOn).toEqual(["istio-namespace"]);
    expect(find(resources, "istio-istiod").dependsOn).toEqual(["istio-base"]);
    expect(find(resources, "istio-gateway").dependsOn).toEqual(["istio-istiod", "istio-namespace"]);
    expect(resources).toHaveLength(5);
  });

  it("makes the gateway's own namespace where it is another one", async () => {
    const elsewhere = { ...args, ingress: { namespace: "edge", service: "front-door" } };
    const { resources } = await declare(() => new SelfManagedIstio("istio", elsewhere), KINDS, {});
    expect(find(resources, "istio-gateway-namespace").inputs["metadata"]).toEqual({ name: "edge" });
    expect(find(resources, "istio-gateway").inputs).toMatchObject({ name: "front-door", namespace: "edge" });
  });
});

describe("SharedMeshConfig", () => {
  it("is the ConfigMap that the add-on reads for exactly this revision", async () => {
    const mesh = "accessLogFile: /dev/stdout\n";
    const { resources } = await declare(() => new SharedMeshConfig("mesh", { revision: "asm-1-30", mesh }), KINDS, {});
    expect(find(resources, "mesh-shared").inputs).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "istio-shared-configmap-asm-1-30", namespace: "aks-istio-system" },
      data: { mesh },
    });
  });
});

describe("InjectedNamespaces", () => {
  it("patches what every cluster has and creates everything else", async () => {
    const namespaces = [
      { name: "default", labels: { "istio.io/rev": "asm-1-30" } },
      { name: "shop", labels: { "istio.io/rev": "asm-1-30", team: "a" }, annotations: { owner: "b" } },
    ];
    const { resources } = await declare(() => new InjectedNamespaces("mesh", { namespaces }), KINDS, {});
    expect(resources.slice(0, 2).map(({ type, inputs }) => [type, inputs])).toEqual([
      [
        "kubernetes:core/v1:Namespace",
        {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: {
            name: "shop",
            labels: { "istio.io/rev": "asm-1-30", team: "a" },
            annotations: { owner: "b" },
          },
        },
      ],
      [
        "kubernetes:core/v1:NamespacePatch",
        {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: {
            name: "default",
            labels: { "istio.io/rev": "asm-1-30" },
            annotations: { "pulumi.com/patchFieldManager": "meshlift" },
          },
        },
      ],
    ]);
  });
});

describe("IngressAddress", () => {
  const args = { namespace: "aks-istio-ingress", service: "gateway", annotations: { pinned: "yes" } };

  it("waits for the gateway's address and sets nothing but annotations", async () => {
    const { resources, outputs } = await declare(() => new IngressAddress("target", args), KINDS, {});
    expect(find(resources, "target-service").inputs).toEqual({
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "gateway",
        namespace: "aks-istio-ingress",
        annotations: {
          pinned: "yes",
          "pulumi.com/patchFieldManager": "meshlift",
          "pulumi.com/timeoutSeconds": "600",
          "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
        },
      },
    });
    expect(await valueOf(outputs.address)).toBe("198.51.100.20");
  });

  it("takes a host name where the cloud gives no number", async () => {
    const named = {
      "kubernetes:core/v1:ServicePatch": () => ({
        status: { loadBalancer: { ingress: [{ hostname: "lb.example.com" }] } },
      }),
    };
    const { outputs } = await declare(() => new IngressAddress("target", args), named, {});
    expect(await valueOf(outputs.address)).toBe("lb.example.com");
  });
});

describe("Manifests", () => {
  const at = (object: KubernetesObject, line: number): Manifest => ({ file: "a.yaml", line, object });
  const object = (
    apiVersion: string,
    kind: string,
    name: string,
    rest: Record<string, unknown> = {},
  ): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name },
    ...rest,
  });
  const manifests = [
    object("networking.istio.io/v1", "VirtualService", "front", { spec: { http: [] } }),
    object("networking.istio.io/v1", "DestinationRule", "front", { spec: { host: "front" } }),
    object("apps/v1", "Deployment", "front", { spec: { replicas: 1 } }),
    object("v1", "Service", "front", { spec: { ports: [{ port: 80 }] } }),
    object("v1", "ConfigMap", "front", { data: { a: "b" } }),
    object("v1", "Namespace", "shop"),
    object("example.com/v1", "Widget", "front", { spec: { size: 1 }, extra: true }),
  ].map(at);

  it("are one resource each, in waves, Services beside the pods behind them", async () => {
    const kinds = { ...KINDS, "kubernetes:example.com/v1:Widget": none };
    const { resources } = await declare(() => new Manifests("app", { manifests }), kinds, {});
    expect(resources.map(({ type, name, dependsOn }) => [type, name, dependsOn])).toEqual([
      [
        "kubernetes:apps/v1:Deployment",
        "app-Deployment/front",
        ["app-ConfigMap/front", "app-Widget.example.com/front"],
      ],
      ["kubernetes:core/v1:ConfigMap", "app-ConfigMap/front", ["app-Namespace/shop"]],
      ["kubernetes:core/v1:Namespace", "app-Namespace/shop", []],
      ["kubernetes:core/v1:Service", "app-Service/front", ["app-ConfigMap/front", "app-Widget.example.com/front"]],
      ["kubernetes:example.com/v1:Widget", "app-Widget.example.com/front", ["app-Namespace/shop"]],
      [
        "kubernetes:networking.istio.io/v1:DestinationRule",
        "app-DestinationRule.networking.istio.io/front",
        ["app-Deployment/front", "app-Service/front"],
      ],
      [
        "kubernetes:networking.istio.io/v1:VirtualService",
        "app-VirtualService.networking.istio.io/front",
        ["app-DestinationRule.networking.istio.io/front"],
      ],
      ["meshlift:workloads:Manifests", "app", []],
    ]);
  });

  it("keep every field of every object", async () => {
    const kinds = { ...KINDS, "kubernetes:example.com/v1:Widget": none };
    const { resources } = await declare(() => new Manifests("app", { manifests }), kinds, {});
    expect(find(resources, "app-Widget.example.com/front").inputs).toEqual({
      apiVersion: "example.com/v1",
      kind: "Widget",
      metadata: { name: "front" },
      spec: { size: 1 },
      extra: true,
    });
    expect(find(resources, "app-Deployment/front").inputs["spec"]).toEqual({ replicas: 1 });
  });

  it("have names that neither their file nor their line decides", async () => {
    const kinds = { ...KINDS, "kubernetes:example.com/v1:Widget": none };
    const moved = [...manifests]
      .reverse()
      .map((manifest, index) => ({ ...manifest, file: "b.yaml", line: 100 + index }));
    const before = await declare(() => new Manifests("app", { manifests }), kinds, {});
    const after = await declare(() => new Manifests("app", { manifests: moved }), kinds, {});
    expect(after.resources.map(({ urn }) => urn)).toEqual(before.resources.map(({ urn }) => urn));
  });
});
