/**
 * What Istio's own charts need when the proxy is stock Envoy, as it is here: an environment whose Istio is built by
 * itself hands such values to whoever installs Istio in it. Small requests, because the nodes share one machine.
 */

/** Filters that only Istio's build of Envoy has; stock Envoy rejects a whole configuration that names one. */
export const STOCK_ENVOY_ENV = {
  PILOT_ENABLE_METADATA_EXCHANGE: "false",
  PILOT_ENABLE_ALPN_FILTER: "false",
} as const;

/** The default provider's statistics filter and tracer are not in stock Envoy either. */
export const STOCK_ENVOY_MESH = { enableTracing: false, defaultProviders: { metrics: [] } } as const;

export const SMALL_ISTIOD = { requests: { cpu: "50m", memory: "128Mi" } } as const;
export const SMALL_PROXY = { requests: { cpu: "10m", memory: "64Mi" } } as const;

/** Values for a user who installs Istio from the lab's chart repository. */
export const SELF_MANAGED_VALUES = {
  base: {},
  istiod: {
    env: STOCK_ENVOY_ENV,
    meshConfig: STOCK_ENVOY_MESH,
    autoscaleEnabled: false,
    resources: SMALL_ISTIOD,
    global: { proxy: { resources: SMALL_PROXY } },
  },
  gateway: { autoscaling: { enabled: false }, resources: SMALL_PROXY, imagePullPolicy: "IfNotPresent" },
} as const;
