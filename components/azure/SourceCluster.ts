import * as containerservice from "@pulumi/azure-native/containerservice";
import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { CreatedSource } from "../../core/settings";
import { accessTo, kubernetesProvider } from "./clusterAccess";
import { managedClusterArgs } from "./managedClusterArgs";

/** A plain cluster of our own, or one that is there and only entered. */
export type SourceClusterArgs =
  | {
      readonly kind: "create";
      readonly resourceGroupName: pulumi.Input<string>;
      readonly location: string;
      readonly source: CreatedSource;
    }
  | {
      readonly kind: "existing";
      readonly kubeconfig: pulumi.Input<string>;
      /** Tells this cluster from every other, such as `rg-bookinfo-old/bookinfo-old`. */
      readonly identifier: string;
    };

/** The AKS cluster that traffic moves away from; without the add-on, as it runs an Istio of its own. */
export class SourceCluster extends pulumi.ComponentResource {
  /** The cluster when this program creates it; objects inside it name it as `deletedWith`. */
  public readonly cluster: containerservice.ManagedCluster | undefined;
  /** Its kubeconfig, secret. */
  public readonly kubeconfig: pulumi.Output<string>;
  /** Puts objects into it. */
  public readonly provider: Provider;

  public constructor(name: string, args: SourceClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:azure:SourceCluster", name, {}, opts);
    if (args.kind === "existing") {
      this.cluster = undefined;
      this.kubeconfig = pulumi.secret(args.kubeconfig);
      this.provider = kubernetesProvider(`${name}-kubernetes`, this.kubeconfig, args.identifier, { parent: this });
    } else {
      const { source, resourceGroupName, location } = args;
      this.cluster = new containerservice.ManagedCluster(
        `${name}-cluster`,
        managedClusterArgs({
          resourceGroupName,
          location,
          clusterName: source.name,
          kubernetesVersion: source.kubernetesVersion,
          nodePools: source.nodePools,
        }),
        { parent: this },
      );
      const identifier = `${source.resourceGroup}/${source.name}`;
      const access = accessTo(`${name}-kubernetes`, this.cluster, resourceGroupName, identifier, this);
      this.kubeconfig = access.kubeconfig;
      this.provider = access.provider;
    }
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }
}
