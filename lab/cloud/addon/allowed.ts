import { load } from "js-yaml";
import { isObject } from "../json";

/**
 * Fields of the shared mesh configuration that the add-on admits, from
 * https://learn.microsoft.com/azure/aks/istio-meshconfig ("supported" and "allowed"); everything else is blocked.
 */
const MESH = new Set(
  `defaultConfig outboundTrafficPolicy accessLogFile accessLogFormat accessLogEncoding enableEnvoyAccessLogService
  disableEnvoyListenerLog discoverySelectors proxyListenPort proxyInboundListenPort proxyHttpPort connectTimeout tcpKeepalive
  extensionProviders defaultProviders enableTracing trustDomain trustDomainAliases caCertificates defaultServiceExportTo
  defaultVirtualServiceExportTo defaultDestinationRuleExportTo localityLbSetting dnsRefreshRate h2UpgradePolicy
  enablePrometheusMerge pathNormalization defaultHttpRetryPolicy serviceSettings meshMTLS tlsDefaults ingressService
  ingressSelector`.split(/\s+/),
);
const PROXY = new Set(
  `drainDuration concurrency terminationDrainDuration holdApplicationUntilProxyStarts tracingServiceName statsUdpAddress
  statsdUdpAddress proxyAdminPort tracing envoyAccessLogService envoyMetricsService proxyMetadata statusPort extraStatTags
  gatewayTopology proxyStatsMatcher meshId caCertificatesPem privateKeyProvider proxyHeaders`.split(/\s+/),
);

/**
 * Why the add-on denies this text of `data.mesh`, or undefined.
 *
 * @param text YAML or JSON
 */
export function denyMeshConfig(text: string): string | undefined {
  if (text.includes("\t")) return "data.mesh has tab characters: use spaces";
  let mesh: unknown;
  try {
    mesh = text.trim() === "" ? {} : load(text);
  } catch (error) {
    return `data.mesh is no valid YAML: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`;
  }
  if (!isObject(mesh)) return "data.mesh is no mapping of mesh configuration fields";
  const proxy = isObject(mesh["defaultConfig"]) ? mesh["defaultConfig"] : {};
  const blocked = [
    ...Object.keys(mesh).filter((key) => !MESH.has(key)),
    ...Object.keys(proxy)
      .filter((key) => !PROXY.has(key))
      .map((key) => `defaultConfig.${key}`),
  ];
  if (blocked.length === 0) return undefined;
  return `mesh configuration field ${blocked.join(", ")} is not allowed`;
}
