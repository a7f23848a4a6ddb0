import { describe, expect, it } from "vitest";
import { first, gateway, http, manifests, paths, refusals, translate } from "./translating";

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
