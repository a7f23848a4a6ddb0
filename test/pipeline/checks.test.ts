import { describe, expect, it } from "vitest";
import { injectionProblem, reviewsServedBy } from "../../pipeline/rehearse/checks";
import type { KubernetesObject } from "../../pipeline/ports/cluster";

function pod(
  where: "containers" | "initContainers",
  ready: { readonly app: boolean; readonly proxy: boolean },
): KubernetesObject {
  const proxy = { name: "istio-proxy", ready: ready.proxy };
  const app = { name: "details", ready: ready.app };
  return {
    metadata: { name: "details-v1-0", namespace: "default" },
    spec: {
      containers: where === "containers" ? [app, proxy] : [app],
      initContainers: where === "containers" ? [{ name: "istio-init" }] : [{ name: "istio-init" }, proxy],
    },
    status: {
      containerStatuses: where === "containers" ? [app, proxy] : [app],
      initContainerStatuses: where === "containers" ? [] : [{ name: "istio-init", ready: true }, proxy],
    },
  };
}

describe("verifying sidecar injection", () => {
  it.each(["containers", "initContainers"] as const)("finds the proxy among the %s", (where) => {
    expect(injectionProblem(pod(where, { app: true, proxy: true }))).toBeUndefined();
  });

  it.each(["containers", "initContainers"] as const)("names a proxy among the %s that is not ready", (where) => {
    expect(injectionProblem(pod(where, { app: true, proxy: false }))).toBe("details-v1-0: istio-proxy not ready");
  });

  it("names an application container that is not ready", () => {
    expect(injectionProblem(pod("initContainers", { app: false, proxy: true }))).toBe(
      "details-v1-0: details not ready",
    );
  });

  it("refuses a pod that was never injected", () => {
    const bare: KubernetesObject = {
      metadata: { name: "details-v1-0" },
      spec: { containers: [{ name: "details" }] },
      status: { containerStatuses: [{ name: "details", ready: true }] },
    };
    expect(injectionProblem(bare)).toBe("details-v1-0 has no istio-proxy container");
  });
});

describe("reading which pod served the reviews", () => {
  it("finds the pod name on the line after the words, as the product page writes it", () => {
    const page = '<div class="font-mono">Reviews served by: \n                  reviews-v2-5c757d5846-s9fx9\n  </div>';
    expect(reviewsServedBy(page)).toBe("reviews-v2-5c757d5846-s9fx9");
  });

  it("finds nothing on a page that shows an error instead of reviews", () => {
    expect(reviewsServedBy("<h4>Error fetching product reviews!</h4>")).toBeUndefined();
  });
});
