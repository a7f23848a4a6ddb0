import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { ADDON_ROOT_NAMESPACE } from "../../core/manifests/addon";

export interface SharedMeshConfigArgs {
  /** The add-on reads one ConfigMap per revision and ignores all others. */
  readonly revision: string;
  /** The mesh configuration as YAML, checked against the add-on's list. */
  readonly mesh: string;
}

/** The user's part of the add-on's mesh configuration; where both speak, the add-on's own defaults win. */
export class SharedMeshConfig extends pulumi.ComponentResource {
  public constructor(name: string, args: SharedMeshConfigArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:istio:SharedMeshConfig", name, {}, opts);
    new ConfigMap(
      `${name}-shared`,
      {
        metadata: { name: `istio-shared-configmap-${args.revision}`, namespace: ADDON_ROOT_NAMESPACE },
        data: { mesh: args.mesh },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
