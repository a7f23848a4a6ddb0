import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { CustomResourcePatch } from "@pulumi/kubernetes/apiextensions/customResourcePatch";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesObject } from "../../core/manifests/object";
import { FIELD_MANAGER } from "../../core/ownership";
import type { HttpRoute } from "../../core/routes";

/** What this program is to the VirtualService: its owner, or a guest who changes its routes for a while. */
export type WeightedRouteArgs =
  | {
      readonly kind: "owned";
      /** The whole object from the manifests; its `spec.http` is replaced. */
      readonly object: KubernetesObject;
      readonly http: readonly HttpRoute[];
    }
  | {
      readonly kind: "adopted";
      readonly apiVersion: string;
      readonly namespace: string;
      readonly name: string;
      readonly http: readonly HttpRoute[];
      /** The record of the original and the hash of what is written; empty once the object is given back. */
      readonly annotations: Readonly<Record<string, string>>;
      /** Whether letting go now would leave users with routes to a target that goes as well. */
      readonly protect: boolean;
    };

/**
 * The one VirtualService that decides how many requests the target gets; a change of weight is one update of it.
 *
 * The list of routes is atomic under server-side apply, so it is always written as a whole. An adopted object is
 * written with force, as whoever made it owns the list at first; that nobody else changed it since is decided from the
 * live object before anything is written (`core/ownership.ts`). A patch that is let go of takes its fields with it, and
 * with them the routes users are on: an adopted object is therefore retained, and given back by writing the original.
 */
export class WeightedRoute extends pulumi.ComponentResource {
  public constructor(name: string, args: WeightedRouteArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:routing:WeightedRoute", name, {}, opts);
    if (args.kind === "owned") {
      const { apiVersion, kind, metadata, ...rest } = args.object;
      const spec = { ...(rest["spec"] as Readonly<Record<string, unknown>>), http: args.http };
      new CustomResource(`${name}-virtual-service`, { apiVersion, kind, metadata, spec }, { parent: this });
    } else {
      new CustomResourcePatch(
        `${name}-virtual-service`,
        {
          apiVersion: args.apiVersion,
          kind: "VirtualService",
          metadata: {
            name: args.name,
            namespace: args.namespace,
            annotations: {
              ...args.annotations,
              "pulumi.com/patchFieldManager": FIELD_MANAGER,
              "pulumi.com/patchForce": "true",
            },
          },
          spec: { http: args.http },
        },
        { parent: this, retainOnDelete: true, protect: args.protect },
      );
    }
    this.registerOutputs({});
  }
}
