import type * as containerservice from "@pulumi/azure-native/containerservice";
import type { Provider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";

/** The source as the routing layer needs it. */
export interface SourcePlace {
  readonly provider: Provider;
  readonly kubeconfig: pulumi.Output<string>;
  /** Address of its ingress gateway. */
  readonly address: pulumi.Output<string>;
  /** The cluster, when this stack creates it: what is inside it needs no deletion of its own. */
  readonly cluster?: containerservice.ManagedCluster;
  /** What has to be there before routes are written. */
  readonly ready: readonly pulumi.Resource[];
}

/** The target as the routing layer needs it. */
export interface TargetPlace {
  /** Known only where the cluster is declared. */
  readonly kubeconfig?: pulumi.Output<string>;
  /** Address of the ingress gateway that takes the traffic. */
  readonly address: pulumi.Output<string>;
  /** What has to be there before requests are sent to it. */
  readonly ready: readonly pulumi.Resource[];
}

/** What a stack exports. Values that do not exist in a phase are left out. */
export interface StackOutputs {
  /** URL of the source's ingress gateway. */
  readonly sourceUrl?: pulumi.Output<string>;
  /** URL of the target's ingress gateway. */
  readonly targetUrl: pulumi.Output<string>;
  readonly sourceAddress?: pulumi.Output<string>;
  readonly targetAddress: pulumi.Output<string>;
  /** Revision of the Istio add-on on the target. */
  readonly revision: pulumi.Input<string>;
  readonly phase: string;
  readonly weight: number;
  /** What to do next, as a sentence. */
  readonly next: string;
  readonly sourceKubeconfig?: pulumi.Output<string>;
  readonly targetKubeconfig?: pulumi.Output<string>;
}
