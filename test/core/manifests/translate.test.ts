import { describe, expect, it } from "vitest";
import { readManifests, type Manifest } from "../../../core/manifests/read";
import {
  namespaceLabels,
  translateForAddon,
  type AddonOptions,
  type Translated,
} from "../../../core/manifests/translate";
import { sentence } from "../../../core/problems";

const options: AddonOptions = { revision: "asm-1-31", ingress: "external" };

function manifests(text: string): readonly Manifest[] {
  const result = readManifests([{ file: "a.yaml", text }]);
  if (!result.ok) throw new Error(result.problems.map(sentence).join("\n"));
  return result.value;
}

function translate(text: string, more: Partial<AddonOptions> = {}): Translated {
  const given = manifests(text);
  const before = JSON.stringify(given);
  const result = translateForAddon(given, { ...options, ...more });
  expect(JSON.stringify(given)).toBe(before);
  if (!result.ok) throw new Error(result.problems.map(sentence).join("\n"));
  // Translating what was translated changes nothing more.
  const again = translateForAddon(result.value.manifests, { ...options, ...more });
  expect(again.ok && again.value.manifests).toEqual(result.value.manifests);
  expect(again.ok && again.value.notes.filter((note) => note.kind === "change")).toEqual([]);
  return result.value;
}

function refusals(text: string, more: Partial<AddonOptions> = {}): readonly string[] {
  const result = translateForAddon(manifests(text), { ...options, ...more });
  return result.ok ? [] : result.problems.map(sentence);
}

const first = (translated: Translated): Manifest["object"] => translated.manifests[0]?.object ?? ({} as never);
const paths = (translated: Translated): readonly string[] =>
  translated.notes.map((note) => `${note.kind} ${note.path}`);

// The Bookinfo sample's own gateway file, as far as it matters here.
const BOOKINFO = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: bookinfo-gateway
spec:
  selector:
    istio: ingressgateway
  servers:
  - port: {number: 8080, name: http, protocol: HTTP}
    hosts: ["*"]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: bookinfo
spec:
  hosts: ["*"]
  gateways: [bookinfo-gateway]
  http:
  - match: [{uri: {exact: /productpage}}]
    route: [{destination: {host: productpage, port: {number: 9080}}}]
`;

describe("translating Bookinfo's gateway", () => {
  it("selects the managed gateway, moves port 8080 to 80, keeps the VirtualService, and says so", () => {
    const given = manifests(BOOKINFO);
    const result = translate(BOOKINFO);
    expect(result.manifests.map((manifest) => manifest.object)).toEqual([
      {
        apiVersion: "networking.istio.io/v1",
        kind: "Gateway",
        metadata: { name: "bookinfo-gateway" },
        spec: {
          selector: { istio: "aks-istio-ingressgateway-external" },
          servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
        },
      },
      given[1]?.object,
    ]);
    expect(result.notes).toEqual([
      {
        kind: "change",
        object: "a.yaml:2 Gateway bookinfo-gateway",
        path: "spec.selector",
        was: { istio: "ingressgateway" },
        now: { istio: "aks-istio-ingressgateway-external" },
        why: "the managed gateway's pods carry this label, and no other tells it apart",
      },
      {
        kind: "change",
        object: "a.yaml:2 Gateway bookinfo-gateway",
        path: "spec.servers[0].port.number",
        was: 8080,
        now: 80,
        why: "the managed gateway serves ports 80 and 443; the source's pods listen behind them",
      },
    ]);
  });
});

const gateway = (selector: string, servers: string): string =>
  `apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec:\n  selector: ${selector}\n  servers: ${servers}\n`;
const http = "[{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]";

describe("gateways", () => {
  it.each([
    "{istio: ingressgateway, app: istio-ingressgateway}",
    "{app: istio-ingressgateway}",
    "{istio: ingress}",
    "{istio: ingress, app: istio-ingress}",
    "{}",
    "null",
  ])("selected by %s become the internal managed one when that is asked for", (selector) => {
    expect(first(translate(gateway(selector, http), { ingress: "internal" }))["spec"]).toMatchObject({
      selector: { istio: "aks-istio-ingressgateway-internal" },
    });
  });

  it("installed by Helm under another name are known by the source's Service", () => {
    const helm = gateway("{istio: edge, app: istio-edge}", http);
    expect(refusals(helm)).toHaveLength(1);
    const sourceIngress = { namespace: "edge", service: "istio-edge" };
    expect(first(translate(helm, { sourceIngress }))["spec"]).toMatchObject({
      selector: { istio: "aks-istio-ingressgateway-external" },
    });
  });

  it("that already select a managed one are left to it", () => {
    const managed = gateway("{istio: aks-istio-ingressgateway-internal}", http);
    expect(translate(managed).manifests).toEqual(manifests(managed));
  });

  it("of another name or with further labels are refused, as the add-on has two and no more", () => {
    expect(refusals(gateway("{istio: egressgateway}", http))).toEqual([
      'a.yaml:1 Gateway g spec.selector is {"istio":"egressgateway"}, but the add-on has one external and one internal ingress gateway and no others, and this selects another one; select {"istio":"aks-istio-ingressgateway-external"}, or leave this Gateway out and use the Gateway API for it (add-on limit K17).',
    ]);
    // Its ports are no matter while it cannot stay at all.
    expect(refusals(gateway("{istio: egressgateway}", "[{port: {number: 15443}}]"))).toHaveLength(1);
    expect(refusals(gateway("{istio: ingressgateway, team: red}", http))).toHaveLength(1);
    expect(refusals(gateway("{team: red}", http))).toHaveLength(1);
  });

  it("move 8443 to 443 and refuse every other port", () => {
    const servers =
      "[{port: {number: 8443}, tls: {mode: SIMPLE, credentialName: c}}, {port: {number: 15443}}, {port: {}}, {hosts: [a]}]";
    expect(refusals(gateway("{istio: ingressgateway}", servers))).toEqual([
      "a.yaml:1 Gateway g spec.servers[1].port.number is 15443, but the managed gateway serves ports 80 and 443 only; move this server to port 80 or 443, or serve it through the Gateway API or a load balancer of its own (add-on limit K16).",
      "a.yaml:1 Gateway g spec.servers[2].port.number: the managed gateway serves ports 80 and 443 only; move this server to port 80 or 443, or serve it through the Gateway API or a load balancer of its own (add-on limit K16).",
    ]);
    const https =
      "[{port: {number: 8443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: c}, hosts: [a]}]";
    expect(first(translate(gateway("{istio: ingressgateway}", https)))["spec"]).toMatchObject({
      servers: [{ port: { number: 443, name: "https", protocol: "HTTPS" }, tls: { credentialName: "c" } }],
    });
  });

  it("with certificates from files are refused", () => {
    const servers = "[{port: {number: 443}, tls: {mode: SIMPLE, serverCertificate: /a.crt, privateKey: /a.key}}]";
    expect(refusals(gateway("{istio: ingressgateway}", servers)).map((each) => each.split(" is ")[0])).toEqual([
      "a.yaml:1 Gateway g spec.servers[0].tls.serverCertificate",
      "a.yaml:1 Gateway g spec.servers[0].tls.privateKey",
    ]);
  });

  it("take the ports that VirtualServices match with them, unless these also hold inside the mesh", () => {
    const service = (gateways: string): string =>
      `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec:\n  gateways: ${gateways}\n  http: [{match: [{port: 8080}, {port: 9080}]}]\n  tls: [{match: [{port: 8443}]}]\n`;
    expect(first(translate(service("[g]")))["spec"]).toMatchObject({
      http: [{ match: [{ port: 80 }, { port: 9080 }] }],
      tls: [{ match: [{ port: 443 }] }],
    });
    expect(paths(translate(service("[g, mesh]")))).toEqual([
      "attention spec.http[0].match[0].port",
      "attention spec.tls[0].match[0].port",
    ]);
    expect(translate(service("[mesh]")).notes).toEqual([]);
    expect(translate(service("[]")).notes).toEqual([]);
  });
});

describe("kinds that the add-on denies", () => {
  it.each([
    ["install.istio.io/v1alpha1", "IstioOperator", "K01"],
    ["networking.istio.io/v1beta1", "ProxyConfig", "K02"],
    ["networking.istio.io/v1", "WorkloadEntry", "K03"],
    ["networking.istio.io/v1", "WorkloadGroup", "K03"],
    ["extensions.istio.io/v1alpha1", "WasmPlugin", "K04"],
  ])("%s %s is refused by name with its way out (%s)", (apiVersion, kind, check) => {
    const [only, ...more] = refusals(
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x, namespace: istio-system}\n`,
    );
    expect(more).toEqual([]);
    expect(only).toMatch(
      new RegExp(`^a\\.yaml:1 ${kind} istio-system/x: the add-on denies ${kind}.*; .+ \\(add-on limit ${check}\\)\\.$`),
    );
  });

  it("are told by their group: the same word in another group is no matter", () => {
    expect(refusals("apiVersion: example.com/v1\nkind: WasmPlugin\nmetadata: {name: x}\n")).toEqual([]);
  });

  it("include service entries that select machines, and ambient labels", () => {
    expect(
      refusals(
        "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: x}\nspec: {workloadSelector: {labels: {a: b}}}\n",
      )[0],
    ).toMatch(/spec\.workloadSelector.*K03/);
    expect(
      refusals("apiVersion: v1\nkind: Namespace\nmetadata: {name: x, labels: {istio.io/dataplane-mode: ambient}}\n")[0],
    ).toMatch(/K11/);
    expect(
      refusals("apiVersion: v1\nkind: Namespace\nmetadata: {name: x, labels: {istio.io/dataplane-mode: none}}\n"),
    ).toEqual([]);
  });
});

describe("labels", () => {
  it.each([
    [{ "istio-injection": "enabled", team: "red" }, false, { team: "red", "istio.io/rev": "asm-1-31" }],
    [{ "istio.io/rev": "default" }, false, { "istio.io/rev": "asm-1-31" }],
    [{ "istio-injection": "disabled", "istio.io/rev": "x" }, false, {}],
    [{ team: "red" }, false, { team: "red" }],
    [{ team: "red" }, true, { team: "red", "istio.io/rev": "asm-1-31" }],
    [{}, true, { "istio.io/rev": "asm-1-31" }],
  ])("of a namespace %j (meshed: %s) become %j", (labels, meshed, expected) => {
    expect(namespaceLabels(labels, "asm-1-31", meshed)).toEqual(expected);
    if (!meshed) expect(namespaceLabels(labels, "asm-1-31")).toEqual(expected);
  });

  it("of namespaces in the files are rewritten; those in the settings belong to the mesh anyway", () => {
    const text =
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {istio-injection: enabled}}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: c}\n";
    const result = translate(text, { namespaces: ["b"] });
    expect(result.manifests.map(({ object }) => object.metadata)).toEqual([
      { name: "a", labels: { "istio.io/rev": "asm-1-31" } },
      { name: "b", labels: { "istio.io/rev": "asm-1-31" } },
      { name: "c" },
    ]);
  });

  it("of revisions vanish from Istio's objects and from pods; injection by pod label gets a word", () => {
    const text = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: d, labels: {istio.io/rev: 1-28-0}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d, labels: {app: d}}
spec: {template: {metadata: {labels: {app: d, istio.io/rev: old, sidecar.istio.io/inject: "true"}}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: d}
spec: {jobTemplate: {spec: {template: {metadata: {labels: {istio.io/rev: old, a: b}}}}}}
`;
    const result = translate(text);
    expect(result.manifests.map(({ object }) => [object.metadata, object["spec"]])).toEqual([
      [{ name: "d" }, undefined],
      [
        { name: "d", labels: { app: "d" } },
        { template: { metadata: { labels: { app: "d", "sidecar.istio.io/inject": "true" } } } },
      ],
      [{ name: "d" }, { jobTemplate: { spec: { template: { metadata: { labels: { a: "b" } } } } } }],
    ]);
    expect(result.notes[2]?.was).toBe("true");
    expect(paths(result)).toEqual([
      'change metadata.labels["istio.io/rev"]',
      'change spec.template.metadata.labels["istio.io/rev"]',
      'attention spec.template.metadata.labels["sidecar.istio.io/inject"]',
      'change spec.jobTemplate.spec.template.metadata.labels["istio.io/rev"]',
    ]);
  });
});

describe("what only a cluster can say", () => {
  it("is removed from objects that were exported", () => {
    const text = `
apiVersion: v1
kind: Service
metadata:
  name: web
  uid: a-b
  resourceVersion: "1"
  creationTimestamp: "2026-01-01T00:00:00Z"
  generation: 2
  managedFields: []
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
spec: {ports: [{port: 80}]}
status: {loadBalancer: {}}
`;
    const result = translate(text);
    expect(first(result)).toEqual({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { ports: [{ port: 80 }] },
    });
    expect(result.notes).toHaveLength(7);
  });
});

describe("the source's Istio namespaces", () => {
  const policy = (kind: string, spec: string): string =>
    `apiVersion: security.istio.io/v1\nkind: ${kind}\nmetadata: {name: p, namespace: istio-system}\nspec: ${spec}\n`;

  it("give way to the add-on's root namespace for what holds for the whole mesh", () => {
    expect(first(translate(policy("PeerAuthentication", "{mtls: {mode: STRICT}}")))).toEqual({
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: "p", namespace: "aks-istio-system" },
      spec: { mtls: { mode: "STRICT" } },
    });
  });

  it("give way to the gateway's for policies and filters on the gateway", () => {
    const result = translate(policy("AuthorizationPolicy", "{selector: {matchLabels: {app: istio-ingressgateway}}}"));
    expect(first(result)).toMatchObject({
      metadata: { namespace: "aks-istio-ingress" },
      spec: { selector: { matchLabels: { istio: "aks-istio-ingressgateway-external" } } },
    });
    const filter = `apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: f, namespace: istio-system}\nspec: {workloadSelector: {labels: {istio: ingressgateway}}}\n`;
    expect(first(translate(filter))).toMatchObject({
      metadata: { namespace: "aks-istio-ingress" },
      spec: { workloadSelector: { labels: { istio: "aks-istio-ingressgateway-external" } } },
    });
  });

  it("leave alone a selector of the same words in another namespace, which never meant the gateway", () => {
    const text = `apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: shop}\nspec: {selector: {matchLabels: {app: istio-ingress}}}\n`;
    expect(translate(text).manifests).toEqual(manifests(text));
  });

  it("hand the gateway's TLS secrets on to the gateway's namespace, and refuse other objects of theirs", () => {
    const secret =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: cert, namespace: istio-system}\ntype: kubernetes.io/tls\n";
    const servers = "[{port: {number: 443}, tls: {mode: SIMPLE, credentialName: cert}}]";
    const result = translate(`${gateway("{istio: ingressgateway}", servers)}---\n${secret}`);
    expect(result.manifests[1]?.object.metadata.namespace).toBe("aks-istio-ingress");
    expect(refusals(secret)).toEqual([
      "a.yaml:1 Secret istio-system/cert metadata.namespace is \"istio-system\", but the source's Istio namespaces do not exist on the target, and the add-on's own take no workloads; give the object a namespace of yours, or leave it out if it belongs to the source's Istio (add-on limit K22).",
    ]);
  });

  it("are told apart when the gateway has a namespace of its own", () => {
    const sourceIngress = { namespace: "istio-ingress", service: "istio-ingress" };
    const text = gateway("{istio: ingress}", http).replace("{name: g}", "{name: g, namespace: istio-ingress}");
    expect(first(translate(text, { sourceIngress })).metadata.namespace).toBe("aks-istio-ingress");
  });
});

describe("names of the source's gateway", () => {
  it("are rewritten in hosts, principals and source namespaces", () => {
    const text = `
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: p}
spec:
  rules:
  - from:
    - source: {principals: [cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account]}
    - source: {namespaces: [istio-system, shop]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v}
spec: {http: [{route: [{destination: {host: istio-ingressgateway.istio-system.svc.cluster.local}}]}]}
`;
    const result = translate(text);
    expect(result.manifests.map(({ object }) => object["spec"])).toEqual([
      {
        rules: [
          {
            from: [
              { source: { principals: ["cluster.local/ns/aks-istio-ingress/sa/aks-istio-ingressgateway-external"] } },
              { source: { namespaces: ["aks-istio-ingress", "shop"] } },
            ],
          },
        ],
      },
      {
        http: [
          {
            route: [{ destination: { host: "aks-istio-ingressgateway-external.aks-istio-ingress.svc.cluster.local" } }],
          },
        ],
      },
    ]);
    expect(paths(result)).toEqual([
      "change spec.rules[0].from[0].source.principals[0]",
      "change spec.rules[0].from[1].source.namespaces",
      "change spec.http[0].route[0].destination.host",
    ]);
  });

  it("get a word where they stand in applications or name something else that stays behind", () => {
    const text = `
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {url: "http://istio-ingressgateway.istio-system/"}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: v}
spec: {http: [{route: [{destination: {host: kiali.istio-system.svc.cluster.local}}]}]}
`;
    const result = translate(text);
    expect(result.manifests).toEqual(manifests(text));
    expect(paths(result)).toEqual(["attention data.url", "attention spec.http[0].route[0].destination.host"]);
  });
});
