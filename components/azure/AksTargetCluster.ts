import * as containerservice from "@pulumi/azure-native/containerservice";
import type { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import type { TargetSettings } from "../../core/settings";
import { accessTo } from "./clusterAccess";
import { managedClusterArgs } from "./managedClusterArgs";

export interface AksTargetClusterArgs {
  /** Group that the cluster is created in. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** Azure region. */
  readonly location: string;
  /** Revision of the Istio add-on, such as `asm-1-31`; it is pinned, as AKS would install n-1 on its own. */
  readonly revision: string;
  /** Name, version, pools, gateways and maintenance window. */
  readonly target: TargetSettings;
}

/**
 * The AKS cluster that traffic moves to: the Istio add-on at one pinned revision, its ingress gateways, and a weekly
 * window outside which AKS does not patch istiod and the gateways.
 */
export class AksTargetCluster extends pulumi.ComponentResource {
  /** The cluster itself; objects inside it name it as `deletedWith`. */
  public readonly cluster: containerservice.ManagedCluster;
  /** Its kubeconfig, secret. */
  public readonly kubeconfig: pulumi.Output<string>;
  /** Puts objects into it. */
  public readonly provider: Provider;

  public constructor(name: string, args: AksTargetClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshlift:azure:AksTargetCluster", name, {}, opts);
    const { target, resourceGroupName, location, revision } = args;
    this.cluster = new containerservice.ManagedCluster(
      `${name}-cluster`,
      {
        ...managedClusterArgs({
          resourceGroupName,
          location,
          clusterName: target.name,
          kubernetesVersion: target.kubernetesVersion,
          nodePools: target.nodePools,
        }),
        serviceMeshProfile: {
          mode: "Istio",
          istio: {
            revisions: [revision],
            components: {
              ingressGateways: [
                { mode: "External", enabled: target.ingress.external },
                { mode: "Internal", enabled: target.ingress.internal },
              ],
            },
          },
        },
      },
      { parent: this },
    );
    const { day, startHour, hours } = target.maintenance;
    new containerservice.MaintenanceConfiguration(
      `${name}-maintenance`,
      {
        resourceGroupName,
        resourceName: this.cluster.name,
        // The mesh honours the window of exactly this name.
        configName: "default",
        timeInWeek: [{ day, hourSlots: Array.from({ length: hours }, (_, hour) => startHour + hour) }],
      },
      { parent: this, deletedWith: this.cluster },
    );
    const identifier = `${target.resourceGroup}/${target.name}`;
    const access = accessTo(`${name}-kubernetes`, this.cluster, resourceGroupName, identifier, this);
    this.kubeconfig = access.kubeconfig;
    this.provider = access.provider;
    this.registerOutputs({ kubeconfig: this.kubeconfig });
  }
}
