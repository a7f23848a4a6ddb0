import {
  addonGateway,
  attention,
  changed,
  draftAt,
  draftsAt,
  isDraft,
  refused,
  type Draft,
  type Translation,
} from "./addon";

/** What the managed gateway's Service exposes, by the port that a self-managed gateway's pods listen on. */
const PORTS: Readonly<Record<number, number>> = { 8080: 80, 8443: 443 };
const SERVED = [80, 443];

/** Rewrites a Gateway for the managed ingress gateway: its selector and its ports. */
export function translateGateway(on: Translation): void {
  const spec = draftAt(on.draft, "spec");
  if (spec === undefined) return;
  if (!translateSelector(on, spec)) return;
  for (const { item, index } of draftsAt(spec, "servers")) {
    translatePort(on, item, `spec.servers[${index}]`);
    refuseFiles(on, item, `spec.servers[${index}].tls`);
  }
}

/** Whether labels select the source's ingress gateway, as istioctl, the Helm chart or the options name it. */
export function selectsIngress(on: Translation, labels: Draft): boolean {
  const { service } = on.options.sourceIngress;
  const apps = ["istio-ingressgateway", "istio-ingress", service];
  const istios = ["ingressgateway", "ingress", service, service.replace(/^istio-/, "")];
  const entries = Object.entries(labels);
  return (
    entries.some(([key]) => key === "istio" || key === "app") &&
    entries.every(([key, value]) =>
      key === "istio" ? istios.includes(String(value)) : key === "app" ? apps.includes(String(value)) : false,
    )
  );
}

function translateSelector(on: Translation, spec: Draft): boolean {
  const now = { istio: addonGateway(on.options.ingress) };
  const selector = draftAt(spec, "selector") ?? {};
  if (isManaged(selector)) return true;
  if (Object.keys(selector).length > 0 && !selectsIngress(on, selector)) {
    refused(
      on,
      "spec.selector",
      selector,
      "the add-on has one external and one internal ingress gateway and no others, and this selects another one",
      `select ${JSON.stringify(now)}, or leave this Gateway out and use the Gateway API for it`,
      "K17",
    );
    return false;
  }
  changed(
    on,
    "spec.selector",
    spec["selector"],
    now,
    "the managed gateway's pods carry this label, and no other tells it apart",
  );
  spec["selector"] = now;
  return true;
}

function isManaged(selector: Draft): boolean {
  const keys = Object.keys(selector);
  return keys.length === 1 && /^aks-istio-ingressgateway-(?:external|internal)$/.test(String(selector["istio"]));
}

function translatePort(on: Translation, server: Draft, path: string): void {
  const port = draftAt(server, "port");
  const number = port?.["number"];
  if (port === undefined || (typeof number === "number" && SERVED.includes(number))) return;
  const now = typeof number === "number" ? PORTS[number] : undefined;
  if (now === undefined) {
    refused(
      on,
      `${path}.port.number`,
      number,
      "the managed gateway serves ports 80 and 443 only",
      "move this server to port 80 or 443, or serve it through the Gateway API or a load balancer of its own",
      "K16",
    );
    return;
  }
  port["number"] = now;
  changed(
    on,
    `${path}.port.number`,
    number,
    now,
    "the managed gateway serves ports 80 and 443; the source's pods listen behind them",
  );
}

const FILES = ["serverCertificate", "privateKey", "caCertificates"] as const;

function refuseFiles(on: Translation, server: Draft, path: string): void {
  const tls = draftAt(server, "tls");
  for (const field of FILES) {
    const value = tls?.[field];
    if (value === undefined || value === "") continue;
    refused(
      on,
      `${path}.${field}`,
      value,
      "no file can be mounted into the managed gateway's pods",
      "put the certificate into a Secret in aks-istio-ingress and name it in credentialName",
      "K28",
    );
  }
}

/** The names of the secrets that a Gateway's servers present. */
export function credentialNames(gateway: unknown): readonly string[] {
  const spec = isDraft(gateway) ? draftAt(gateway, "spec") : undefined;
  return draftsAt(spec, "servers").flatMap(({ item }) => {
    const tls = draftAt(item, "tls");
    const names = Array.isArray(tls?.["credentialNames"]) ? (tls["credentialNames"] as unknown[]) : [];
    return [tls?.["credentialName"], ...names].filter(
      (name): name is string => typeof name === "string" && name !== "",
    );
  });
}

/** Rewrites what a VirtualService's matches say about gateway ports, which change with the Gateway's own. */
export function translateMatchedPorts(on: Translation): void {
  const spec = draftAt(on.draft, "spec");
  const gateways = Array.isArray(spec?.["gateways"]) ? (spec["gateways"] as unknown[]).map(String) : [];
  if (gateways.length === 0 || gateways.every((name) => name === "mesh")) return;
  for (const protocol of ["http", "tls", "tcp"]) {
    for (const route of draftsAt(spec, protocol)) {
      for (const match of draftsAt(route.item, "match")) {
        const port = match.item["port"];
        const now = typeof port === "number" ? PORTS[port] : undefined;
        if (now === undefined) continue;
        const path = `spec.${protocol}[${route.index}].match[${match.index}].port`;
        if (gateways.includes("mesh")) {
          attention(
            on,
            path,
            port,
            "the VirtualService also holds inside the mesh, so the port is left; at the gateway it is now another",
          );
          continue;
        }
        match.item["port"] = now;
        changed(on, path, port, now, "the gateway's server now listens on this port");
      }
    }
  }
}
