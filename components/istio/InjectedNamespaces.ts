import { Namespace, NamespacePatch } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { FIELD_MANAGER } from "../../core/ownership";

/** One namespace as it has to be before the first pod is made in it. */
export interface NamespaceSpec {
  readonly name: string;
  /** All its labels, the one for injection among them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface InjectedNamespacesArgs {
  readonly namespaces: readonly NamespaceSpec[];
}

/**
 * The namespaces of the workloads, labelled before any pod is made: a label that comes later changes no running pod.
 * Namespaces that every cluster is born with are patched, all others are created.
 */
export class InjectedNamespaces extends pulumi.ComponentResource {
  public constructor(name: string, args: InjectedNamespacesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:istio:InjectedNamespaces", name, {}, opts);
    for (const namespace of args.namespaces) {
      const metadata = {
        name: namespace.name,
        labels: { ...namespace.labels },
        ...(namespace.annotations === undefined ? {} : { annotations: { ...namespace.annotations } }),
      };
      if (isBuiltIn(namespace.name)) {
        const annotations = { ...namespace.annotations, "pulumi.com/patchFieldManager": FIELD_MANAGER };
        new NamespacePatch(`${name}-${namespace.name}`, { metadata: { ...metadata, annotations } }, { parent: this });
      } else {
        new Namespace(`${name}-${namespace.name}`, { metadata }, { parent: this });
      }
    }
    this.registerOutputs({});
  }
}

/** Whether every cluster has the namespace from the start. */
export function isBuiltIn(namespace: string): boolean {
  return namespace === "default" || namespace.startsWith("kube-");
}
