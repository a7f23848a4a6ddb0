import { describe, expect, it } from "vitest";
import { namespaceLabels } from "../../../core/manifests/translate";
import { first, gateway, http, manifests, paths, refusals, translate } from "./translating";

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
