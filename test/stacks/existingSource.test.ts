import { afterEach, describe, expect, it } from "vitest";
import { hashOf, ORIGINAL_HTTP, WRITTEN_HTTP_SHA } from "../../core/ownership";
import type { HttpRoute } from "../../core/routes";
import { find, valueOf, type Declared } from "../components/engine";
import { deploy, TARGET_ADDRESS } from "./aksAddon";
import { kubeconfigFor, regionOffering, serve, type JsonServer } from "./apiServer";

type Tree = Readonly<Record<string, unknown>>;

const ORIGINAL: readonly HttpRoute[] = [
  { match: [{ uri: { prefix: "/" } }], route: [{ destination: { host: "front", port: { number: 9080 } } }] },
];

const split = (weight: number): readonly HttpRoute[] => [
  {
    match: [{ uri: { prefix: "/" } }],
    route: [
      { destination: { host: "front", port: { number: 9080 } }, weight: 100 - weight },
      { destination: { host: "v2.example.com", port: { number: 80 } }, weight },
    ],
  },
];

const ROUTE = "/apis/networking.istio.io/v1/namespaces/default/virtualservices/shop";
const SERVICE = "/api/v1/namespaces/istio-system/services/istio-ingressgateway";
const ISTIOD = "/apis/apps/v1/namespaces/istio-system/deployments?labelSelector=app%3Distiod";

const service = { status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }] } } };
const istiod = {
  items: [
    { spec: { template: { spec: { containers: [{ image: "registry.istio.io/release/pilot:1.30.2-distroless" }] } } } },
  ],
};

const untouched = { metadata: { name: "shop" }, spec: { hosts: ["*"], http: ORIGINAL } };

/** The route as this program leaves it at a weight. */
function written(weight: number, http = split(weight), manager?: string): Tree {
  return {
    metadata: {
      name: "shop",
      annotations: { [ORIGINAL_HTTP]: JSON.stringify(ORIGINAL), [WRITTEN_HTTP_SHA]: hashOf(split(weight)) },
      ...(manager === undefined
        ? {}
        : { managedFields: [{ manager, operation: "Update", fieldsV1: { "f:spec": { "f:http": {} } } }] }),
    },
    spec: { hosts: ["*"], http },
  };
}

const open: JsonServer[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function cluster(route: unknown): Promise<JsonServer> {
  const server = await serve({
    ...(route === undefined ? {} : { [ROUTE]: route }),
    [SERVICE]: service,
    [ISTIOD]: istiod,
  });
  open.push(server);
  return server;
}

async function onExisting(
  live: unknown,
  top: Tree = {},
  aksAddon: Tree = {},
): Promise<Awaited<ReturnType<typeof deploy>>> {
  const server = await cluster(live);
  const region = await regionOffering("asm-1-29", "asm-1-30");
  open.push(region);
  return deploy(existing(server.url, region.url, top, aksAddon));
}

function existing(url: string, region: string, top: Tree, aksAddon: Tree): Tree {
  const source = {
    kind: "existing",
    kubeconfig: kubeconfigFor(url),
    resourceGroup: undefined,
    name: undefined,
    kubernetesVersion: undefined,
    istioVersion: undefined,
  };
  const { source: more, ...rest } = aksAddon;
  return {
    ...top,
    aksAddon: { resourceManagerEndpoint: region, ...rest, source: { ...source, ...(more as Tree | undefined) } },
  };
}

const PINNED = { target: { revision: "asm-1-30" } };
const route = (resources: readonly Declared[]): Declared => find(resources, "route-virtual-service");

describe("an existing source in prepare", () => {
  it("is only looked at: its Istio decides the revision, its address the DNS record, its route is not touched", async () => {
    const { resources, outputs } = await onExisting(untouched);
    expect(outputs.revision).toBe("asm-1-30");
    expect(await valueOf(outputs.sourceUrl)).toBe("http://203.0.113.5");
    expect(find(resources, "public-a").inputs["aRecords"]).toEqual([{ ipv4Address: "203.0.113.5" }]);
    expect(resources.filter((resource) => resource.provider === "source-kubernetes")).toEqual([]);
  });

  it("has its kubeconfig secret, and one provider that only another cluster replaces", async () => {
    const { resources, outputs } = await onExisting(untouched);
    expect(find(resources, "source-kubernetes").inputs["clusterIdentifier"]).toBe("source");
    expect(await (outputs.sourceKubeconfig as unknown as { isSecret: Promise<boolean> }).isSecret).toBe(true);
  });

  it("is not taken back to prepare while its route still sends requests to the target", async () => {
    await expect(onExisting(written(10))).rejects.toThrow(
      /^phase is "prepare", but VirtualService default\/shop still sends requests to the target, [^\n]+; bring meshlift:weight to 0 in phase shift first\.$/,
    );
    const { resources } = await onExisting(written(0));
    expect(resources.filter(({ name }) => name.startsWith("route"))).toEqual([]);
  });

  it("is refused already then when its route cannot be split later", async () => {
    const rewriting = { spec: { http: [{ ...ORIGINAL[0], rewrite: { uri: "/other" } }] } };
    await expect(onExisting(rewriting)).rejects.toThrow(/rewrite/);
  });
});

describe("an existing source in shift", () => {
  it("keeps the original routes in an annotation and is written as a whole, by one field manager, retained", async () => {
    const { resources } = await onExisting(untouched, { phase: "shift", weight: 10 }, PINNED);
    const patch = route(resources);
    expect(patch.type).toBe("kubernetes:networking.istio.io/v1:VirtualServicePatch");
    expect(patch.inputs).toEqual({
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: {
        name: "shop",
        namespace: "default",
        annotations: {
          [ORIGINAL_HTTP]: JSON.stringify(ORIGINAL),
          [WRITTEN_HTTP_SHA]: hashOf(split(10)),
          "pulumi.com/patchFieldManager": "meshlift",
          "pulumi.com/patchForce": "true",
        },
      },
      spec: { http: split(10) },
    });
    expect(patch).toMatchObject({ provider: "source-kubernetes", retainOnDelete: true, protect: true });
  });

  it("changes one resource per weight, and none when run again", async () => {
    const first = await onExisting(untouched, { phase: "shift", weight: 10 }, PINNED);
    const again = await onExisting(written(10), { phase: "shift", weight: 10 }, PINNED);
    const next = await onExisting(written(10), { phase: "shift", weight: 50 }, PINNED);
    expect(route(again.resources).inputs).toEqual(route(first.resources).inputs);
    expect((route(next.resources).inputs["spec"] as Tree)["http"]).toEqual(split(50));
    const others = ({ resources }: { resources: readonly Declared[] }): unknown =>
      resources
        .filter(({ name }) => !/^(route-virtual-service|source-kubernetes)$/.test(name))
        .map(({ urn, inputs }) => [urn, inputs]);
    const known = (value: unknown): string => JSON.stringify(value).replaceAll(/127\.0\.0\.1:\d+/g, "");
    expect(known(others(next))).toBe(known(others(first)));
  });

  it("stops at a foreign change and names who made it", async () => {
    const edited = written(10, split(40), "kubectl-edit");
    await expect(onExisting(edited, { phase: "shift", weight: 50 }, PINNED)).rejects.toThrow(
      /^VirtualService default\/shop spec.http: kubectl-edit \(Update\) changed it since this program last wrote it, and route.onForeignChange is "freeze"; [^\n]+\.$/,
    );
  });

  it("puts its split back over a foreign change under the policy revert", async () => {
    const edited = written(10, split(40), "kubectl-edit");
    const policy = { ...PINNED, route: { onForeignChange: "revert" } };
    const { resources } = await onExisting(edited, { phase: "shift", weight: 50 }, policy);
    expect((route(resources).inputs["spec"] as Tree)["http"]).toEqual(split(50));
  });
});

describe("an existing source in retire", () => {
  it("stays split at 100 while only the public name moves", async () => {
    const { resources } = await onExisting(written(100), { phase: "retire", weight: 100 }, PINNED);
    expect((route(resources).inputs["spec"] as Tree)["http"]).toEqual(split(100));
    expect(find(resources, "target-host-entry").inputs["kind"]).toBe("ServiceEntry");
    expect(find(resources, "public-a").inputs["aRecords"]).toEqual([{ ipv4Address: TARGET_ADDRESS }]);
  });

  it("gets its original routes back when it is released, and loses what was temporary", async () => {
    const released = { ...PINNED, retireSource: true };
    const { resources } = await onExisting(written(100), { phase: "retire", weight: 100 }, released);
    expect(route(resources).inputs).toEqual({
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: {
        name: "shop",
        namespace: "default",
        annotations: { "pulumi.com/patchFieldManager": "meshlift", "pulumi.com/patchForce": "true" },
      },
      spec: { http: ORIGINAL },
    });
    expect(route(resources)).toMatchObject({ retainOnDelete: true, protect: false });
    expect(resources.filter((resource) => resource.name.startsWith("target-host"))).toEqual([]);
    const again = await onExisting(untouched, { phase: "retire", weight: 100 }, released);
    expect(route(again.resources).inputs).toEqual(route(resources).inputs);
  });

  it("is not asked any more once its owner has removed it", async () => {
    const region = await regionOffering("asm-1-30");
    open.push(region);
    const removed = existing(
      "http://127.0.0.1:9",
      region.url,
      { phase: "retire", weight: 100 },
      {
        ...PINNED,
        retireSource: true,
        source: { removed: true },
      },
    );
    const { resources, outputs } = await deploy(removed);
    expect(resources.filter(({ name }) => /^(source|route)/.test(name))).toEqual([]);
    expect(outputs.sourceUrl).toBeUndefined();
  });
});

describe("an existing source that cannot be used", () => {
  it("is one sentence when its API server cannot be reached", async () => {
    const unreachable = existing("http://127.0.0.1:9", "http://127.0.0.1:9", { phase: "shift", weight: 10 }, PINNED);
    await expect(deploy(unreachable)).rejects.toThrow(
      /^aksAddon.source: the API server of the source, http:\/\/127.0.0.1:9, gave no usable answer: connect ECONNREFUSED 127.0.0.1:9; check that it is reachable from here and that the credentials are valid; nothing was changed\.$/,
    );
  });

  it("is one sentence when the VirtualService does not exist", async () => {
    await expect(onExisting(undefined, { phase: "shift", weight: 10 }, PINNED)).rejects.toThrow(
      /^aksAddon.route.virtualService is "default\/shop", but there is no such VirtualService on the source \(http:[^\n]+\); name the VirtualService[^\n]+\.$/,
    );
  });

  it("is one sentence, without the text, when its kubeconfig is none", async () => {
    const changed = existing("x", "http://127.0.0.1:9", {}, { source: { kubeconfig: "users: [PRIVATE" } });
    const failure = await deploy(changed).catch((error: unknown) => error as Error);
    expect((failure as Error).message).toMatch(/^aksAddon.source.kubeconfig: it is not a usable kubeconfig/);
    expect((failure as Error).message).not.toContain("PRIVATE");
  });
});
