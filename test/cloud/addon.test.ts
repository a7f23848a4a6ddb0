import { describe, expect, it } from "vitest";
import { denyMeshConfig } from "../../lab/cloud/addon/allowed";
import { meshWish } from "../../lab/cloud/addon/mesh";
import { blockedKinds } from "../../lab/cloud/addon/policy";
import { baseValues, gatewayValues, istiodValues } from "../../lab/cloud/addon/values";
import { review } from "../../lab/cloud/addon/webhook";

describe("chart values of the add-on", () => {
  it("validates objects without a revision label too", () => {
    expect(baseValues("asm-1-31")).toEqual({
      defaultRevision: "asm-1-31",
      global: { istioNamespace: "aks-istio-system" },
    });
  });

  it("runs istiod as a revision that reads the user's shared mesh configuration and suits stock Envoy", () => {
    expect(istiodValues("asm-1-31")).toMatchObject({
      revision: "asm-1-31",
      env: {
        SHARED_MESH_CONFIG: "istio-shared-configmap-asm-1-31",
        PILOT_ENABLE_METADATA_EXCHANGE: "false",
        PILOT_ENABLE_ALPN_FILTER: "false",
      },
      meshConfig: { enableTracing: false, defaultProviders: { metrics: [] } },
      global: { istioNamespace: "aks-istio-system", imagePullPolicy: "IfNotPresent" },
    });
  });

  it("labels a gateway as the add-on does and keeps the revision out of its Service and account", () => {
    expect(gatewayValues("External", "asm-1-31")).toMatchObject({
      name: "aks-istio-ingressgateway-external-asm-1-31",
      revision: "asm-1-31",
      labels: { app: "aks-istio-ingressgateway-external", istio: "aks-istio-ingressgateway-external" },
      serviceAccount: { name: "aks-istio-ingressgateway-external" },
      imagePullPolicy: "IfNotPresent",
      service: { annotations: {} },
    });
    expect(gatewayValues("Internal", "asm-1-31")).toMatchObject({
      service: { annotations: { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" } },
    });
  });

  it("reads from the profile what has to be installed", () => {
    const ingressGateways = [
      { mode: "Internal", enabled: true },
      { mode: "External", enabled: false },
    ];
    const profile = { mode: "Istio", istio: { revisions: ["asm-1-31"], components: { ingressGateways } } };
    expect(meshWish(profile)).toEqual({ revision: "asm-1-31", gateways: ["Internal"] });
    expect(meshWish({ mode: "Disabled" })).toBeUndefined();
    expect(meshWish(undefined)).toBeUndefined();
  });
});

describe("admission of the add-on", () => {
  it("accepts allowed fields as YAML and as JSON", () => {
    expect(
      denyMeshConfig("accessLogFile: /dev/stdout\ndefaultConfig:\n  holdApplicationUntilProxyStarts: true\n"),
    ).toBeUndefined();
    expect(denyMeshConfig('{"outboundTrafficPolicy":{"mode":"REGISTRY_ONLY"}}')).toBeUndefined();
    expect(denyMeshConfig("")).toBeUndefined();
  });

  it("denies blocked and misspelt fields by name, all at once", () => {
    expect(
      denyMeshConfig("rootNamespace: x\naccessLogfile: y\ndefaultConfig: {interceptionMode: TPROXY, concurrency: 2}"),
    ).toBe("mesh configuration field rootNamespace, accessLogfile, defaultConfig.interceptionMode is not allowed");
  });

  it("denies tabs, broken YAML and what is no mapping", () => {
    expect(denyMeshConfig("defaultConfig:\n\tconcurrency: 1")).toBe("data.mesh has tab characters: use spaces");
    expect(denyMeshConfig("a: [")).toMatch(/^data\.mesh is no valid YAML: /);
    expect(denyMeshConfig("- a")).toBe("data.mesh is no mapping of mesh configuration fields");
  });

  it("answers an admission review with the request's id", () => {
    const body = { request: { uid: "u1", object: { data: { mesh: "ingressClass: x" } } } };
    expect(review(body)).toEqual({
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      response: {
        uid: "u1",
        allowed: false,
        status: { code: 403, message: "mesh configuration field ingressClass is not allowed" },
      },
    });
  });

  it("blocks the kinds that the add-on does not run, and no others", () => {
    const rules = JSON.stringify(blockedKinds());
    for (const kind of ["proxyconfigs", "workloadentries", "workloadgroups", "wasmplugins", "istiooperators"]) {
      expect(rules).toContain(`"${kind}"`);
    }
    expect(rules).not.toContain("envoyfilters");
  });
});
