import { SMALL_ISTIOD, SMALL_PROXY, STOCK_ENVOY_ENV, STOCK_ENVOY_MESH } from "../../stockEnvoy";
import type { JsonObject } from "../json";
import { gatewayName, type IngressMode, sharedConfigMap, SYSTEM_NAMESPACE } from "./names";

/**
 * Chart values that give Istio's own charts the add-on's shape.
 *
 * Differences from the service, made knowingly: one replica of istiod and of each gateway instead of two (a second Envoy and istiod on
 * the same single node cost 200 MiB and guard against nothing), smaller resource requests, and redirection by init containers instead
 * of Istio CNI (the lab has no image of it). The autoscalers exist under the service's names, with 1 instead of 2 as minimum.
 */

/** CRDs and the default validator, which checks objects without a revision label too (as the add-on does). */
export function baseValues(revision: string): JsonObject {
  return { defaultRevision: revision, global: { istioNamespace: SYSTEM_NAMESPACE } };
}

export function istiodValues(revision: string): JsonObject {
  return {
    revision,
    env: {
      // Istiod merges this ConfigMap below its own: on conflict the add-on's value wins.
      SHARED_MESH_CONFIG: sharedConfigMap(revision),
      ...STOCK_ENVOY_ENV,
    },
    meshConfig: { enablePrometheusMerge: true, ...STOCK_ENVOY_MESH },
    autoscaleMin: 1,
    resources: SMALL_ISTIOD,
    global: {
      istioNamespace: SYSTEM_NAMESPACE,
      imagePullPolicy: "IfNotPresent",
      proxy: { resources: SMALL_PROXY },
    },
  };
}

export function gatewayValues(mode: IngressMode, revision: string): JsonObject {
  const name = gatewayName(mode);
  const internal = { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" };
  return {
    // The Deployment and its autoscaler carry the revision, the Service does not: one address over all revisions.
    name: `${name}-${revision}`,
    revision,
    labels: { app: name, istio: name, "azureservicemesh/istio.component": "ingress-gateway" },
    serviceAccount: { name },
    imagePullPolicy: "IfNotPresent",
    autoscaling: { minReplicas: 1, maxReplicas: 5, targetCPUUtilizationPercentage: 80 },
    resources: SMALL_PROXY,
    service: { annotations: mode === "Internal" ? internal : {} },
  };
}
