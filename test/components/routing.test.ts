import { describe, expect, it } from "vitest";
import { TargetServiceEntry } from "../../components/routing/TargetServiceEntry";
import { WeightedRoute } from "../../components/routing/WeightedRoute";
import { KINDS } from "../stacks/aksAddon";
import { declare, find } from "./engine";

describe("TargetServiceEntry", () => {
  it("is the target's address under the temporary host, and a rule of its own that no wildcard can break", async () => {
    const args = { namespace: "default", objectName: "shop-target", host: "v2.example.com", address: "198.51.100.20" };
    const { resources } = await declare(() => new TargetServiceEntry("target-host", args), KINDS, {});
    expect(find(resources, "target-host-entry").inputs).toEqual({
      apiVersion: "networking.istio.io/v1",
      kind: "ServiceEntry",
      metadata: { name: "shop-target", namespace: "default" },
      spec: {
        hosts: ["v2.example.com"],
        location: "MESH_EXTERNAL",
        ports: [{ number: 80, name: "http", protocol: "HTTP" }],
        resolution: "STATIC",
        endpoints: [{ address: "198.51.100.20" }],
      },
    });
    expect(find(resources, "target-host-rule").inputs).toEqual({
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: "shop-target", namespace: "default" },
      spec: {
        host: "v2.example.com",
        trafficPolicy: { tls: { mode: "DISABLE" }, connectionPool: { http: { idleTimeout: "180s" } } },
      },
    });
    expect(resources).toHaveLength(3);
  });
});

describe("WeightedRoute", () => {
  const http = [{ name: "only", route: [{ destination: { host: "front" } }] }];

  it("owns a VirtualService of the manifests with everything it has, except its routes", async () => {
    const object = {
      apiVersion: "networking.istio.io/v1beta1",
      kind: "VirtualService",
      metadata: { name: "shop", namespace: "edge", labels: { team: "a" } },
      spec: { hosts: ["*"], exportTo: ["."], tcp: [{ match: [{ port: 9000 }] }], http: [{ name: "old" }] },
    };
    const kinds = { "kubernetes:networking.istio.io/v1beta1:VirtualService": () => ({}) };
    const { resources } = await declare(() => new WeightedRoute("route", { kind: "owned", object, http }), kinds, {});
    const route = find(resources, "route-virtual-service");
    expect(route.inputs).toEqual({ ...object, spec: { ...object.spec, http } });
    expect(route).toMatchObject({ retainOnDelete: false, protect: false });
  });

  it("writes nothing of an adopted VirtualService but its routes and annotations, and never takes them away", async () => {
    const args = {
      kind: "adopted",
      apiVersion: "networking.istio.io/v1",
      namespace: "edge",
      name: "shop",
      http,
      annotations: { "meshlift.dev/original-http": "[]" },
      protect: true,
    } as const;
    const { resources } = await declare(() => new WeightedRoute("route", args), KINDS, {});
    const route = find(resources, "route-virtual-service");
    expect(route.inputs).toEqual({
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: {
        name: "shop",
        namespace: "edge",
        annotations: {
          "meshlift.dev/original-http": "[]",
          "pulumi.com/patchFieldManager": "meshlift",
          "pulumi.com/patchForce": "true",
        },
      },
      spec: { http },
    });
    expect(route).toMatchObject({ retainOnDelete: true, protect: true });
  });
});
