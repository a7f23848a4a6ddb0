import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../../core/manifests/object";

type ObjectClass = new (
  name: string,
  args: Readonly<Record<string, unknown>>,
  opts: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

type Module = Readonly<Record<string, unknown>>;

// Loaded on first use: each module of the SDK costs start time, and a weight change needs none of them.
const MODULES: Readonly<Record<string, () => Module>> = {
  v1: () => require("@pulumi/kubernetes/core/v1") as Module,
  "apps/v1": () => require("@pulumi/kubernetes/apps/v1") as Module,
  "autoscaling/v2": () => require("@pulumi/kubernetes/autoscaling/v2") as Module,
  "batch/v1": () => require("@pulumi/kubernetes/batch/v1") as Module,
  "networking.k8s.io/v1": () => require("@pulumi/kubernetes/networking/v1") as Module,
  "policy/v1": () => require("@pulumi/kubernetes/policy/v1") as Module,
  "rbac.authorization.k8s.io/v1": () => require("@pulumi/kubernetes/rbac/v1") as Module,
  "storage.k8s.io/v1": () => require("@pulumi/kubernetes/storage/v1") as Module,
  "apiextensions.k8s.io/v1": () => require("@pulumi/kubernetes/apiextensions/v1") as Module,
};

/**
 * Creates the Pulumi resource of a Kubernetes object: the SDK's own class for the kinds of the common API groups, which
 * knows what is secret and what was renamed between versions, a plain custom resource for everything else.
 */
export function createObject(
  name: string,
  object: KubernetesObject,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResource {
  const found = MODULES[object.apiVersion]?.()[object.kind];
  if (typeof found === "function") return new (found as ObjectClass)(name, object, opts);
  const { apiVersion, kind, metadata, ...rest } = object;
  return new CustomResource(name, { ...rest, apiVersion, kind, metadata: { ...metadata } }, opts);
}
