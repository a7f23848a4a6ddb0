import * as containerservice from "@pulumi/azure-native/containerservice";
import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";

/** The way into a cluster. */
export interface ClusterAccess {
  /** The kubeconfig as a secret. */
  readonly kubeconfig: pulumi.Output<string>;
  /** Pass it to components that put objects into the cluster. */
  readonly provider: Provider;
}

/** The user kubeconfig of a cluster that this program creates, and a Kubernetes provider with it. */
export function accessTo(
  name: string,
  cluster: containerservice.ManagedCluster,
  resourceGroupName: pulumi.Input<string>,
  identifier: string,
  parent: pulumi.Resource,
): ClusterAccess {
  const credentials = containerservice.listManagedClusterUserCredentialsOutput(
    { resourceGroupName, resourceName: cluster.name },
    { parent },
  );
  const kubeconfig = pulumi.secret(credentials.apply((found) => firstKubeconfig(found, identifier)));
  return { kubeconfig, provider: kubernetesProvider(name, kubeconfig, identifier, { parent, deletedWith: cluster }) };
}

/** A Kubernetes provider that only another cluster replaces, not another certificate or token for the same one. */
export function kubernetesProvider(
  name: string,
  kubeconfig: pulumi.Input<string>,
  identifier: string,
  opts: pulumi.ResourceOptions,
): Provider {
  return new Provider(name, { kubeconfig, clusterIdentifier: identifier }, opts);
}

/** The decoded first kubeconfig of Azure's answer. */
export function firstKubeconfig(
  found: containerservice.ListManagedClusterUserCredentialsResult,
  identifier: string,
): string {
  const encoded = found.kubeconfigs[0]?.value;
  if (encoded === undefined) {
    throw new pulumi.RunError(
      `Cluster ${identifier}: Azure gave no kubeconfig; check that your identity has the role "Azure Kubernetes Service Cluster User Role".`,
    );
  }
  return Buffer.from(encoded, "base64").toString("utf8");
}
