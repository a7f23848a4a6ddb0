import type { NamespaceSpec } from "../../components/istio/InjectedNamespaces";
import { isBuiltIn } from "../../components/istio/InjectedNamespaces";
import { labelsOf, type KubernetesObject, type Manifest } from "../../core/manifests/object";

type Labels = Readonly<Record<string, string>>;

/** The namespaces to make or label before anything else, and the manifests without those that this makes. */
export interface NamespacePlan {
  readonly namespaces: readonly NamespaceSpec[];
  readonly rest: readonly Manifest[];
}

/**
 * Every namespace that the workloads need: those in the mesh, with what their manifest says and the label for
 * injection, and those that a manifest only mentions, bare.
 *
 * @param meshed names of the namespaces in the mesh
 * @param inject a meshed namespace's labels, given those of its manifest
 * @param given namespaces that the cluster or its Istio brings along
 */
export function planNamespaces(
  manifests: readonly Manifest[],
  meshed: readonly string[],
  inject: (labels: Labels) => Labels,
  given: readonly string[],
): NamespacePlan {
  const written = new Map(manifests.filter(isNamespace).map(({ object }) => [object.metadata.name, object]));
  const namespaces = meshed.map((name) => specOf(name, written.get(name), inject));
  const known = new Set([...meshed, ...given, ...written.keys()]);
  const mentioned = manifests.flatMap(({ object }) => object.metadata.namespace ?? []);
  const missing = [...new Set(mentioned)].filter(
    (name) => !known.has(name) && !isBuiltIn(name) && !name.startsWith("aks-istio-"),
  );
  return {
    namespaces: [...namespaces, ...missing.map((name) => ({ name, labels: {} }))],
    rest: manifests.filter((manifest) => !isNamespace(manifest) || !meshed.includes(manifest.object.metadata.name)),
  };
}

function isNamespace({ object }: Manifest): boolean {
  return object.apiVersion === "v1" && object.kind === "Namespace";
}

function specOf(
  name: string,
  written: KubernetesObject | undefined,
  inject: (labels: Labels) => Labels,
): NamespaceSpec {
  const annotations = written?.metadata.annotations;
  return {
    name,
    labels: inject(written === undefined ? {} : labelsOf(written)),
    ...(annotations === undefined ? {} : { annotations }),
  };
}
