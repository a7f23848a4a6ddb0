import { dump, load } from "js-yaml";
import { isObject, listAt } from "../json";

/**
 * The cluster's kubeconfig with the names that `az aks get-credentials` gives, so that those of several clusters can be merged.
 *
 * @param kubeconfig YAML with one cluster, user and context
 * @returns YAML
 */
export function namedKubeconfig(kubeconfig: string, cluster: string, group: string, admin: boolean): string {
  const config = load(kubeconfig);
  const user = `${admin ? "clusterAdmin" : "clusterUser"}_${group}_${cluster}`;
  const context = admin ? `${cluster}-admin` : cluster;
  const first = (list: string, name: string): object => {
    const entry = listAt(config, list)[0];
    return { ...(isObject(entry) ? entry : {}), name };
  };
  return dump({
    apiVersion: "v1",
    kind: "Config",
    clusters: [first("clusters", cluster)],
    users: [first("users", user)],
    contexts: [{ name: context, context: { cluster, user } }],
    "current-context": context,
    preferences: {},
  });
}
