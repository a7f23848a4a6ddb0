import type { input as azure } from "@pulumi/azure-native/types";
import type * as containerservice from "@pulumi/azure-native/containerservice";
import type * as pulumi from "@pulumi/pulumi";
import type { NodePool } from "../../core/settings";

/** What both clusters of a migration have in common. */
export interface ManagedClusterBasics {
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: string;
  readonly clusterName: string;
  readonly kubernetesVersion: string;
  readonly nodePools: readonly NodePool[];
}

/**
 * An AKS cluster as this program makes them: system-assigned identity, Azure CNI overlay, standard load balancer, OIDC
 * issuer and workload identity for the workloads' own identities. All pools are inline: pools of their own beside
 * inline ones break later updates of the cluster (pulumi/pulumi-azure-native#2719).
 */
export function managedClusterArgs(basics: ManagedClusterBasics): containerservice.ManagedClusterArgs {
  return {
    resourceGroupName: basics.resourceGroupName,
    resourceName: basics.clusterName,
    location: basics.location,
    kubernetesVersion: basics.kubernetesVersion,
    dnsPrefix: dnsPrefix(basics.clusterName),
    enableRBAC: true,
    identity: { type: "SystemAssigned" },
    oidcIssuerProfile: { enabled: true },
    securityProfile: { workloadIdentity: { enabled: true } },
    networkProfile: {
      networkPlugin: "azure",
      networkPluginMode: "overlay",
      loadBalancerSku: "standard",
      outboundType: "loadBalancer",
    },
    agentPoolProfiles: basics.nodePools.map(poolProfile),
  };
}

function poolProfile(pool: NodePool): azure.containerservice.ManagedClusterAgentPoolProfileArgs {
  return {
    name: pool.name,
    mode: pool.mode,
    vmSize: pool.vmSize,
    count: pool.count,
    osType: "Linux",
    type: "VirtualMachineScaleSets",
  };
}

/** At most 54 letters, digits and hyphens; cluster names may also hold underscores. */
function dnsPrefix(name: string): string {
  return name
    .replaceAll("_", "-")
    .slice(0, 54)
    .replace(/[^a-zA-Z0-9]+$/, "");
}
