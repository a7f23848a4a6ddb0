import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject, Manifest } from "../../core/manifests/object";
import { groupOf } from "../../core/manifests/object";
import { installOrder } from "../../core/manifests/order";
import { createObject } from "./objectClasses";

export interface ManifestsArgs {
  /** The objects to install; those without a namespace go to `default`. */
  readonly manifests: readonly Manifest[];
}

/**
 * The user's own objects, one Pulumi resource each, in waves: each wave waits until everything before it is ready.
 * Services share a wave with the pods behind them, because each of the two may wait for the other.
 */
export class Manifests extends pulumi.ComponentResource {
  public constructor(name: string, args: ManifestsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:workloads:Manifests", name, {}, opts);
    let before: pulumi.Resource[] = [];
    for (const wave of waves(args.manifests)) {
      before = wave.map((object) =>
        createObject(`${name}-${logicalName(object)}`, object, { parent: this, dependsOn: before }),
      );
    }
    this.registerOutputs({});
  }
}

/** Kind, namespace and name, so that moving an object to another file or line changes nothing. */
function logicalName(object: KubernetesObject): string {
  const { namespace, name } = object.metadata;
  const group = groupOf(object);
  const kind = group === "" || !group.includes(".") ? object.kind : `${object.kind}.${group}`;
  return [kind, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

function waves(manifests: readonly Manifest[]): readonly (readonly KubernetesObject[])[] {
  const ordered = installOrder(manifests).map((manifest) => manifest.object);
  const found: KubernetesObject[][] = [[], [], [], [], []];
  for (const object of ordered) found[waveOf(object)]?.push(object);
  return found.filter((wave) => wave.length > 0);
}

const RUNNING = new Set(["Service", "Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"]);
const SCALING = new Set(["HorizontalPodAutoscaler", "PodDisruptionBudget"]);
const ROUTING = new Set(["DestinationRule", "Gateway", "VirtualService", "HTTPRoute", "Ingress"]);

/** 0: namespaces and types, 1: what pods need, 2: pods and Services, 3: rules and gateways, 4: routes to them. */
function waveOf(object: KubernetesObject): number {
  if (object.kind === "Namespace" || object.kind === "CustomResourceDefinition") return 0;
  if (RUNNING.has(object.kind) || SCALING.has(object.kind)) return 2;
  if (object.kind === "VirtualService") return 4;
  return ROUTING.has(object.kind) ? 3 : 1;
}
