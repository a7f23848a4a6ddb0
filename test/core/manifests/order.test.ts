import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../core/manifests/object";
import { installOrder } from "../../../core/manifests/order";

const of = (apiVersion: string, kind: string, name = "x"): Manifest => ({
  file: "a.yaml",
  line: 1,
  object: { apiVersion, kind, metadata: { name } },
});

const IN_ORDER: readonly Manifest[] = [
  of("v1", "Namespace"),
  of("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
  of("scheduling.k8s.io/v1", "PriorityClass"),
  of("v1", "ResourceQuota"),
  of("v1", "ServiceAccount"),
  of("rbac.authorization.k8s.io/v1", "Role"),
  of("rbac.authorization.k8s.io/v1", "RoleBinding"),
  of("v1", "ConfigMap"),
  of("v1", "PersistentVolumeClaim"),
  of("v1", "Service"),
  of("security.istio.io/v1", "PeerAuthentication"),
  of("example.com/v1", "Widget"),
  of("apps/v1", "Deployment"),
  of("autoscaling/v2", "HorizontalPodAutoscaler"),
  of("networking.istio.io/v1", "DestinationRule"),
  of("networking.istio.io/v1", "Gateway"),
  of("networking.istio.io/v1", "VirtualService"),
  of("networking.k8s.io/v1", "Ingress"),
];

describe("install order", () => {
  it("puts what others need first and routing after the pods, whatever the order written", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...IN_ORDER]), (shuffled) => {
        expect(installOrder(shuffled)).toEqual(IN_ORDER.filter((manifest) => shuffled.includes(manifest)));
      }),
    );
  });

  it("keeps the order written among objects of one rank", () => {
    const services = ["c", "a", "b"].map((name) => of("v1", "Service", name));
    expect(installOrder(services)).toEqual(services);
  });
});
