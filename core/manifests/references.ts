import {
  ADDON_INGRESS_NAMESPACE,
  ADDON_ROOT_NAMESPACE,
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
import { selectsIngress } from "./gateways";
import { isIstio } from "./object";

/** Gives selectors of policies and filters on the ingress gateway its new labels; says whether there was one. */
export function translateWorkloadSelector(on: Translation): boolean {
  const spec = draftAt(on.draft, "spec");
  const matched = draftAt(draftAt(spec, "selector"), "matchLabels");
  const chosen = draftAt(draftAt(spec, "workloadSelector"), "labels");
  const [labels, path] =
    matched === undefined ? [chosen, "spec.workloadSelector.labels"] : [matched, "spec.selector.matchLabels"];
  if (labels === undefined || !selectsIngress(on, labels) || !standsAtIngress(on)) return false;
  const was = { ...labels };
  for (const key of Object.keys(labels)) Reflect.deleteProperty(labels, key);
  labels["istio"] = addonGateway(on.options.ingress);
  changed(on, path, was, { ...labels }, "the managed gateway's pods carry this label");
  return true;
}

function standsAtIngress(on: Translation): boolean {
  const namespace = on.manifest.object.metadata.namespace ?? "default";
  return namespace === on.options.sourceRootNamespace || namespace === on.options.sourceIngress.namespace;
}

/**
 * Moves objects out of the source's Istio namespaces: what selected the gateway goes to the gateway's namespace, its
 * TLS secrets too, what held for the whole mesh to the add-on's root namespace.
 */
export function translateNamespace(on: Translation, atGateway: boolean, credentials: ReadonlySet<string>): void {
  const { object } = on.manifest;
  const metadata = draftAt(on.draft, "metadata");
  if (metadata === undefined || !standsAtIngress(on)) return;
  const was = metadata["namespace"];
  const move = (now: string, why: string): void => {
    metadata["namespace"] = now;
    changed(on, "metadata.namespace", was, now, why);
  };
  if (object.kind === "Secret" && credentials.has(object.metadata.name)) {
    move(ADDON_INGRESS_NAMESPACE, "the managed gateway reads its TLS secrets from its own namespace");
  } else if (isIstio(object) && atGateway) {
    move(ADDON_INGRESS_NAMESPACE, "a policy on the gateway stands in the gateway's namespace");
  } else if (isIstio(object)) {
    const holdsForMesh = was === on.options.sourceRootNamespace;
    move(
      holdsForMesh ? ADDON_ROOT_NAMESPACE : ADDON_INGRESS_NAMESPACE,
      holdsForMesh
        ? "what holds for the whole mesh stands in the add-on's root namespace"
        : "this is where the gateway is now",
    );
  } else {
    refused(
      on,
      "metadata.namespace",
      was,
      "the source's Istio namespaces do not exist on the target, and the add-on's own take no workloads",
      "give the object a namespace of yours, or leave it out if it belongs to the source's Istio",
      "K22",
    );
  }
}

/** Rewrites names of the source's gateway wherever an Istio object holds text: hosts, principals, namespaces. */
export function translateNames(on: Translation): void {
  const spec = on.draft["spec"];
  if (!isIstio(on.manifest.object)) {
    noteNames(on);
    return;
  }
  const { service, namespace } = on.options.sourceIngress;
  const gateway = addonGateway(on.options.ingress);
  const host = new RegExp(`^${escaped(service)}\\.${escaped(namespace)}(\\.svc(?:\\.cluster\\.local)?)?$`, "i");
  const principal = new RegExp(
    `^([^/]+)/ns/${escaped(namespace)}/sa/(?:${escaped(service)}|${escaped(service)}-service-account)$`,
  );
  replaceTexts(spec, "spec", (text, path) => {
    const now = text
      .replace(host, (_, suffix: string | undefined) => `${gateway}.${ADDON_INGRESS_NAMESPACE}${suffix ?? ""}`)
      .replace(principal, (_, domain: string) => `${domain}/ns/${ADDON_INGRESS_NAMESPACE}/sa/${gateway}`);
    if (now !== text) changed(on, path, text, now, "this is the managed gateway's name");
    else if (text.includes(`/ns/${namespace}/`) || new RegExp(`\\.${escaped(namespace)}(\\.svc|$)`).test(text)) {
      attention(on, path, text, `nothing of the source's namespace ${namespace} exists on the target`);
    }
    return now;
  });
  if (on.manifest.object.kind === "AuthorizationPolicy") translateSourceNamespaces(on, spec);
}

function translateSourceNamespaces(on: Translation, spec: unknown): void {
  for (const rule of draftsAt(spec, "rules")) {
    for (const from of draftsAt(rule.item, "from")) {
      const source = draftAt(from.item, "source");
      for (const field of ["namespaces", "notNamespaces"]) {
        const was = source?.[field];
        if (source === undefined || !Array.isArray(was) || !was.includes(on.options.sourceIngress.namespace)) continue;
        const now = was.map((name: unknown) =>
          name === on.options.sourceIngress.namespace ? ADDON_INGRESS_NAMESPACE : name,
        );
        source[field] = now;
        changed(
          on,
          `spec.rules[${rule.index}].from[${from.index}].source.${field}`,
          was,
          now,
          "this is where the gateway is now",
        );
      }
    }
  }
}

/** Applications' own settings are theirs to change, but a host that is gone deserves a word. */
function noteNames(on: Translation): void {
  const { service, namespace } = on.options.sourceIngress;
  const host = new RegExp(`\\b${escaped(service)}\\.${escaped(namespace)}\\b`, "i");
  for (const field of ["spec", "data"]) {
    replaceTexts(on.draft[field], field, (text, path) => {
      if (host.test(text))
        attention(
          on,
          path,
          text.length > 200 ? "(long text)" : text,
          `it names ${service}.${namespace}, which the target does not have`,
        );
      return text;
    });
  }
}

function replaceTexts(value: unknown, path: string, replace: (text: string, path: string) => string): void {
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : isDraft(value)
      ? Object.entries(value)
      : [];
  for (const [key, child] of entries) {
    const at = typeof key === "number" ? `${path}[${key}]` : `${path}.${key}`;
    if (typeof child === "string") (value as Draft)[key] = replace(child, at);
    else replaceTexts(child, at, replace);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
