/** Names that the add-on gives, from its documentation; programs and manifests refer to them. */
export const SYSTEM_NAMESPACE = "aks-istio-system";
export const INGRESS_NAMESPACE = "aks-istio-ingress";
export const ADDON_MANAGER = "azure-service-mesh";

export type IngressMode = "External" | "Internal";

/** Name of a gateway's Service and service account, and value of its label `istio`. */
export function gatewayName(mode: IngressMode): string {
  return `aks-istio-ingressgateway-${mode.toLowerCase()}`;
}

/** The user's part of the mesh configuration, one ConfigMap for each revision. */
export function sharedConfigMap(revision: string): string {
  return `istio-shared-configmap-${revision}`;
}
