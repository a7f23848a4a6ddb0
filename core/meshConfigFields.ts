// The published table is complete: whatever is in neither list is denied at admission (istio-meshconfig; the denied
// names below were computed against istio/api of 2026-07 and serve hints only).

export const MESH_SUPPORTED = [
  "defaultConfig",
  "outboundTrafficPolicy",
  "accessLogFile",
  "accessLogFormat",
  "accessLogEncoding",
  "enableEnvoyAccessLogService",
  "disableEnvoyListenerLog",
  "discoverySelectors",
] as const;

export const MESH_ALLOWED = [
  "proxyListenPort",
  "proxyInboundListenPort",
  "proxyHttpPort",
  "connectTimeout",
  "tcpKeepalive",
  "extensionProviders",
  "defaultProviders",
  "enableTracing",
  "trustDomain",
  "trustDomainAliases",
  "caCertificates",
  "defaultServiceExportTo",
  "defaultVirtualServiceExportTo",
  "defaultDestinationRuleExportTo",
  "localityLbSetting",
  "dnsRefreshRate",
  "h2UpgradePolicy",
  "enablePrometheusMerge",
  "pathNormalization",
  "defaultHttpRetryPolicy",
  "serviceSettings",
  "meshMTLS",
  "tlsDefaults",
  "ingressService",
  "ingressSelector",
] as const;

export const MESH_BLOCKED = [
  "configSources",
  "rootNamespace",
  "enableAutoMtls",
  "inboundTrafficPolicy",
  "ingressClass",
  "ingressControllerMode",
  "certificates",
  "ca",
  "verifyCertificateAtClient",
  "inboundClusterStatName",
  "outboundClusterStatName",
  "hboneIdleTimeout",
  "protocolDetectionTimeout",
  "serviceScopeConfigs",
  "zoneAwareLbSetting",
  "defaultTrafficPolicy",
  "serviceEntryVisibility",
] as const;

export const PROXY_SUPPORTED = [
  "drainDuration",
  "concurrency",
  "terminationDrainDuration",
  "holdApplicationUntilProxyStarts",
] as const;

export const PROXY_ALLOWED = [
  "tracingServiceName",
  // The published table's spelling; Istio's own is statsdUdpAddress, and which one admission takes is not known.
  "statsUdpAddress",
  "proxyAdminPort",
  "tracing",
  "envoyAccessLogService",
  "envoyMetricsService",
  "proxyMetadata",
  "statusPort",
  "extraStatTags",
  "gatewayTopology",
  "proxyStatsMatcher",
  "meshId",
  "caCertificatesPem",
  "privateKeyProvider",
  "proxyHeaders",
] as const;

export const PROXY_BLOCKED = [
  "configPath",
  "binaryPath",
  "serviceCluster",
  "discoveryAddress",
  "discoveryRefreshDelay",
  "zipkinAddress",
  "statsdUdpAddress",
  "envoyMetricsServiceAddress",
  "availabilityZone",
  "controlPlaneAuthPolicy",
  "customConfigFile",
  "statNameLength",
  "proxyBootstrapTemplatePath",
  "interceptionMode",
  "sds",
  "runtimeValues",
  "readinessProbe",
  "image",
  "fileFlushInterval",
  "fileFlushMinSizeKb",
  "statsCompression",
  "connectionSettings",
] as const;

/** What to do instead of a denied field, where there is something to do. */
export const MESH_REMEDIES: Readonly<Record<string, string>> = {
  configSources: "leave it out; the target's istiod reads its own API server",
  rootNamespace: "leave it out; the add-on's root namespace is aks-istio-system, and mesh-wide objects are moved there",
  enableAutoMtls: "leave it out, and set tls in DestinationRules where it was false",
  inboundTrafficPolicy: "leave it out, or use the pods' traffic.sidecar.istio.io annotations",
  ingressClass:
    "leave it out; an IngressClass with controller istio.io/ingress-controller is used with ingressService and ingressSelector",
  ingressControllerMode: "leave it out; set ingressService and ingressSelector instead",
  certificates: "leave it out; certificates come from the mesh's CA or a plug-in CA given to the cluster",
  ca: "leave it out; a plug-in CA is given to the cluster when the mesh is enabled",
  serviceEntryVisibility: "leave it out, and set exportTo on each ServiceEntry",
};

export const PROXY_REMEDIES: Readonly<Record<string, string>> = {
  zipkinAddress: "set defaultConfig.tracing.zipkin.address, or an entry of extensionProviders",
  statsdUdpAddress: "write it as statsUdpAddress, as the add-on's list spells it, or leave it out",
  interceptionMode: "leave it out, or set the pods' annotation sidecar.istio.io/interceptionMode",
  image: "leave it out; the add-on chooses the proxy's image, and imageType cannot be carried over",
  runtimeValues: "leave it out; the add-on has no place for Envoy runtime values yet",
  discoveryAddress: "leave it out; the add-on's proxies know their own istiod",
  readinessProbe: "leave it out; it was for machines in the mesh",
  serviceCluster: "leave it out; it follows from the workload",
  availabilityZone: "leave it out; locality follows from the node",
  envoyMetricsServiceAddress: "set defaultConfig.envoyMetricsService.address",
};
