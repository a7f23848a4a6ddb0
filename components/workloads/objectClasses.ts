import * as apiextensions from "@pulumi/kubernetes/apiextensions/v1";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import * as batch from "@pulumi/kubernetes/batch/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import * as policy from "@pulumi/kubernetes/policy/v1";
import * as rbac from "@pulumi/kubernetes/rbac/v1";
import * as storage from "@pulumi/kubernetes/storage/v1";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../../core/manifests/object";

type ObjectClass = new (
  name: string,
  args: Readonly<Record<string, unknown>>,
  opts: pulumi.CustomResourceOptions,
) => pulumi.CustomResource;

// The modules load each class on its first use, so a long list costs nothing at the start.
const MODULES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  v1: core,
  "apps/v1": apps,
  "autoscaling/v2": autoscaling,
  "batch/v1": batch,
  "networking.k8s.io/v1": networking,
  "policy/v1": policy,
  "rbac.authorization.k8s.io/v1": rbac,
  "storage.k8s.io/v1": storage,
  "apiextensions.k8s.io/v1": apiextensions,
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
  const found = MODULES[object.apiVersion]?.[object.kind];
  if (typeof found === "function") return new (found as ObjectClass)(name, object, opts);
  const { apiVersion, kind, metadata, ...rest } = object;
  return new CustomResource(name, { ...rest, apiVersion, kind, metadata: { ...metadata } }, opts);
}
