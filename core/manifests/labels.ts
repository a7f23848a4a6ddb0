import { attention, changed, draftAt, isDraft, type Draft, type Translation } from "./addon";
import { groupOf, isIstio } from "./object";

const INJECTION = "istio-injection";
const REVISION = "istio.io/rev";

/**
 * A namespace's labels for the add-on. `istio-injection` in any form goes, as its mere presence makes the add-on's
 * webhook pass the namespace by; what was injected, or is `meshed`, gets the revision.
 */
export function namespaceLabels(
  labels: Readonly<Record<string, string>>,
  revision: string,
  meshed = false,
): Readonly<Record<string, string>> {
  const injected =
    labels[INJECTION] === "enabled" || (labels[REVISION] !== undefined && labels[INJECTION] !== "disabled");
  const others = Object.entries(labels).filter(([key]) => key !== INJECTION && key !== REVISION);
  return Object.fromEntries(injected || meshed ? [...others, [REVISION, revision]] : others);
}

/** Rewrites injection labels, on namespaces, on Istio's objects and on pod templates. */
export function translateLabels(on: Translation): void {
  const { object } = on.manifest;
  const metadata = draftAt(on.draft, "metadata");
  if (groupOf(object) === "" && object.kind === "Namespace") {
    translateNamespaceLabels(on, metadata);
    return;
  }
  strip(
    on,
    metadata,
    "metadata.labels",
    isIstio(object)
      ? "the control plane passes by objects of another revision"
      : "the namespace's label decides on the target",
  );
  const template = draftAt(draftAt(on.draft, "spec"), "template");
  const job = draftAt(draftAt(draftAt(draftAt(on.draft, "spec"), "jobTemplate"), "spec"), "template");
  for (const [pod, path] of [
    [template, "spec.template"],
    [job, "spec.jobTemplate.spec.template"],
  ] as const) {
    if (pod === undefined) continue;
    const meta = draftAt(pod, "metadata");
    strip(on, meta, `${path}.metadata.labels`, "the namespace's label decides on the target");
    if (draftAt(meta, "labels")?.["sidecar.istio.io/inject"] === "true") {
      attention(
        on,
        `${path}.metadata.labels["sidecar.istio.io/inject"]`,
        "true",
        "the add-on supports injection by the namespace's label only; list the namespace in aksAddon.namespaces",
      );
    }
  }
}

function translateNamespaceLabels(on: Translation, metadata: Draft | undefined): void {
  const was = draftAt(metadata, "labels") as Record<string, string> | undefined;
  const meshed = on.options.namespaces.includes(on.manifest.object.metadata.name);
  const now = namespaceLabels(was ?? {}, on.options.revision, meshed);
  if (metadata === undefined || JSON.stringify(was ?? {}) === JSON.stringify(now)) return;
  metadata["labels"] = { ...now };
  changed(
    on,
    "metadata.labels",
    was,
    now,
    "the add-on injects by its revision alone, and never where istio-injection stands",
  );
}

function strip(on: Translation, metadata: Draft | undefined, path: string, why: string): void {
  const labels = draftAt(metadata, "labels");
  if (metadata === undefined || labels?.[REVISION] === undefined) return;
  changed(on, `${path}["${REVISION}"]`, labels[REVISION], undefined, why);
  Reflect.deleteProperty(labels, REVISION);
  if (Object.keys(labels).length === 0) Reflect.deleteProperty(metadata, "labels");
}

/** What the API server adds to an object; a file that carries it was exported from a cluster. */
const SERVER_FIELDS = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
  "ownerReferences",
] as const;
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Removes what only the source's API server could say. */
export function stripServerFields(on: Translation): void {
  const metadata = draftAt(on.draft, "metadata");
  const why = "the source's API server wrote it, and the target's writes its own";
  for (const field of SERVER_FIELDS) {
    if (metadata?.[field] === undefined) continue;
    changed(on, `metadata.${field}`, undefined, undefined, why);
    Reflect.deleteProperty(metadata, field);
  }
  if (on.draft["status"] !== undefined && on.manifest.object.kind !== "CustomResourceDefinition") {
    changed(on, "status", undefined, undefined, why);
    Reflect.deleteProperty(on.draft, "status");
  }
  const annotations = draftAt(metadata, "annotations");
  if (metadata !== undefined && isDraft(annotations) && annotations[LAST_APPLIED] !== undefined) {
    Reflect.deleteProperty(annotations, LAST_APPLIED);
    if (Object.keys(annotations).length === 0) Reflect.deleteProperty(metadata, "annotations");
    changed(on, `metadata.annotations["${LAST_APPLIED}"]`, undefined, undefined, why);
  }
}
