import type { Machine } from "./aks/machine";
import { ManagedClusters, type MeshInstaller } from "./aks/clusters";
import { CLUSTER_TYPE } from "./aks/record";
import type { Region } from "./aks/region";
import { clusterRoutes } from "./aks/routes";
import { Operations } from "./arm/operations";
import type { Route } from "./arm/router";
import { Groups } from "./resources/groups";
import { plainKinds } from "./resources/kinds";
import { plainRoutes } from "./resources/plain";
import type { Store } from "./store";

export interface Assembly {
  readonly routes: readonly Route[];
  readonly clusters: ManagedClusters;
}

/**
 * Puts the resource manager together.
 *
 * @param parts.origin where clients reach it, for example "http://198.18.0.1:8070"
 */
export function assemble(parts: {
  readonly store: Store;
  readonly origin: string;
  readonly machine: Pick<Machine, "names" | "find" | "ensure" | "destroy">;
  readonly mesh: MeshInstaller;
  readonly region: Region;
}): Assembly {
  const { store, origin, machine, mesh, region } = parts;
  const operations = new Operations(store, origin);
  const groups: Groups = new Groups(store, operations, async (resource) => {
    if (resource.type === CLUSTER_TYPE) await clusters.dispose(resource);
  });
  const clusters = new ManagedClusters({ store, groups, operations, machine, mesh, region });
  const routes = [
    ...groups.routes(),
    ...operations.routes(),
    ...clusterRoutes(clusters, store, machine, region),
    ...plainKinds(store).flatMap((kind) => plainRoutes(kind, store, groups)),
  ];
  return { routes, clusters };
}
