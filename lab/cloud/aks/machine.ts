import { type Cluster, createCluster, deleteCluster, listClusters } from "../../cluster";
import type { Image } from "../../images";
import type { Tools } from "../../tools";
import { run } from "../../process";
import { Balancer } from "../balancer/controller";
import { log } from "../log";

/** Finds the address of a public IP resource. `group` undefined: that of the cluster's nodes. */
export type PublicAddresses = (cluster: string, group: string | undefined, name: string) => string | undefined;

/** The real clusters behind the managed clusters, each with its load balancer. */
export class Machine {
  readonly #tools: Tools;
  readonly #images: readonly Image[];
  readonly #addresses: PublicAddresses;
  readonly #balancers = new Map<string, Balancer>();

  constructor(tools: Tools, images: readonly Image[], addresses: PublicAddresses) {
    this.#tools = tools;
    this.#images = images;
    this.#addresses = addresses;
  }

  /** Names of the clusters that are ready. */
  async names(): Promise<readonly string[]> {
    return (await listClusters()).map((cluster) => cluster.name);
  }

  async find(name: string): Promise<Cluster | undefined> {
    return (await listClusters()).find((cluster) => cluster.name === name);
  }

  /** The cluster with its load balancer running; made when missing, made anew when an earlier attempt was cut off. */
  async ensure(name: string): Promise<Cluster> {
    const cluster = (await this.find(name)) ?? (await this.#create(name));
    if (!this.#balancers.has(name)) this.#balancers.set(name, this.#balancer(cluster));
    return cluster;
  }

  async destroy(name: string): Promise<void> {
    await this.#stopBalancer(name);
    await deleteCluster(name);
  }

  /** Ends the load balancers; the clusters go on. */
  async close(): Promise<void> {
    await Promise.all([...this.#balancers.keys()].map((name) => this.#stopBalancer(name)));
  }

  async #create(name: string): Promise<Cluster> {
    await deleteCluster(name);
    return await createCluster({ name }, this.#tools, this.#images, log);
  }

  async #stopBalancer(name: string): Promise<void> {
    await this.#balancers.get(name)?.stop();
    this.#balancers.delete(name);
  }

  #balancer(cluster: Cluster): Balancer {
    return new Balancer({
      cluster: cluster.name,
      kubeconfig: cluster.kubeconfig,
      pool: cluster.loadBalancerPool,
      publicAddress: (group, name) => this.#addresses(cluster.name, group, name),
      // Other clusters and users reach every address by way of this namespace, where the daemon runs.
      route: async (address) => {
        await run(["ip", "route", "replace", `${address}/32`, "via", cluster.node]);
      },
    });
  }
}
