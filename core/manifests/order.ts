import { groupOf, type Manifest } from "./object";

/**
 * The order in which objects can be installed so that each finds what it needs: namespaces and types first, then
 * identities and configuration, then services before the pods behind them, and routing last, so that no proxy is ever
 * told of a host that does not exist yet. Objects of the same rank keep the order they were written in.
 */
export function installOrder(manifests: readonly Manifest[]): readonly Manifest[] {
  return manifests
    .map((manifest, index) => ({ manifest, index, rank: rankOf(manifest) }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map((entry) => entry.manifest);
}

const KINDS: readonly (readonly string[])[] = [
  ["Namespace"],
  ["CustomResourceDefinition"],
  ["PriorityClass", "StorageClass", "RuntimeClass", "IngressClass", "GatewayClass"],
  ["ResourceQuota", "LimitRange", "NetworkPolicy"],
  ["ServiceAccount"],
  ["ClusterRole", "Role"],
  ["ClusterRoleBinding", "RoleBinding"],
  ["ConfigMap", "Secret", "SecretProviderClass"],
  ["PersistentVolume"],
  ["PersistentVolumeClaim"],
  ["Service", "Endpoints", "EndpointSlice"],
];

// A sidecar that starts with its final policy is spared a reconfiguration, and STRICT never meets a plain client.
const ISTIO_BEFORE_PODS = new Set([
  "PeerAuthentication",
  "RequestAuthentication",
  "AuthorizationPolicy",
  "Telemetry",
  "Sidecar",
  "EnvoyFilter",
  "ServiceEntry",
]);

const PODS = new Set([
  "Pod",
  "ReplicationController",
  "ReplicaSet",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
]);

const AFTER_PODS = new Set(["HorizontalPodAutoscaler", "PodDisruptionBudget", "VerticalPodAutoscaler"]);

// Subsets before the routes that name them: a route to an unknown subset answers 503.
const ISTIO_AFTER_PODS = ["DestinationRule", "Gateway", "VirtualService"];

function rankOf({ object }: Manifest): number {
  const known = KINDS.findIndex((kinds) => kinds.includes(object.kind));
  if (known >= 0 && !groupOf(object).endsWith(".istio.io")) return known;
  const base = KINDS.length;
  if (groupOf(object).endsWith(".istio.io")) {
    if (ISTIO_BEFORE_PODS.has(object.kind)) return base;
    const after = ISTIO_AFTER_PODS.indexOf(object.kind);
    return base + 4 + (after < 0 ? ISTIO_AFTER_PODS.length : after);
  }
  if (PODS.has(object.kind)) return base + 2;
  if (AFTER_PODS.has(object.kind)) return base + 3;
  if (/WebhookConfiguration$|^APIService$|^Ingress$|Route$/.test(object.kind)) return base + 8;
  return base + 1;
}
