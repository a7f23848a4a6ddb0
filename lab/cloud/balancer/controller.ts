import { setTimeout as sleep } from "node:timers/promises";
import { type KubeClient, kubeClient, type KubeObject } from "../../kube";
import { listAt, objectAt, textAt } from "../json";
import { log, messageOf } from "../log";
import { allocate, type BalancedService } from "./allocate";

const ANNOTATION = "service.beta.kubernetes.io/azure-";
const SERVICES = "/api/v1/services?fieldSelector=spec.type%3DLoadBalancer";
const POLL_MS = 250;

export interface BalancerOptions {
  readonly cluster: string;
  readonly kubeconfig: string;
  readonly pool: string;
  /** Address of a public IP resource by its resource group (undefined: the cluster's node group) and name. */
  readonly publicAddress: (group: string | undefined, name: string) => string | undefined;
  /** Makes an address outside of the pool reachable through the cluster. */
  readonly route: (address: string) => Promise<void>;
}

/**
 * The cloud's part of Services of type LoadBalancer in one cluster: chooses addresses and writes them into the status; kube-proxy does
 * the balancing. Goes on through restarts of the API server.
 */
export class Balancer {
  readonly #options: BalancerOptions;
  readonly #kube: KubeClient;
  readonly #stop = new AbortController();
  #lastProblem = "";

  constructor(options: BalancerOptions) {
    this.#options = options;
    this.#kube = kubeClient(options.kubeconfig, 10);
    void this.#loop();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#kube.close();
  }

  async #loop(): Promise<void> {
    while (!this.#stopped()) {
      try {
        await this.#round();
        this.#lastProblem = "";
      } catch (error) {
        const problem = messageOf(error);
        // One line for each trouble: an API server that is away for a minute is one trouble, not 240.
        if (problem !== this.#lastProblem && !this.#stopped()) log(`balancer ${this.#options.cluster}: ${problem}`);
        this.#lastProblem = problem;
      }
      await sleep(POLL_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #round(): Promise<void> {
    const services = await this.#kube.list(SERVICES);
    if (services.length === 0) return;
    const wishes = services.map((service) => this.#wish(service));
    const addresses = allocate(this.#options.pool, wishes);
    for (const { key, current, wanted } of wishes) {
      const address = addresses.get(key);
      if (address === undefined || address === current) continue;
      if (address === wanted) await this.#options.route(address);
      const [space = "", name = ""] = key.split("/");
      const status = { status: { loadBalancer: { ingress: [{ ip: address, ipMode: "VIP" }] } } };
      const path = `/api/v1/namespaces/${space}/services/${name}/status`;
      await this.#kube.request("PATCH", path, status, "application/merge-patch+json");
      log(`balancer ${this.#options.cluster}: ${key} has ${address}`);
    }
  }

  #wish(service: KubeObject): BalancedService {
    const annotations = objectAt(service, "metadata", "annotations");
    const publicName = textAt(annotations, `${ANNOTATION}pip-name`);
    const group = textAt(annotations, `${ANNOTATION}load-balancer-resource-group`);
    const publicAddress = publicName === undefined ? undefined : this.#options.publicAddress(group, publicName);
    const wanted = publicAddress ?? textAt(annotations, `${ANNOTATION}load-balancer-ipv4`);
    const current = textAt(listAt(service, "status", "loadBalancer", "ingress")[0], "ip");
    return {
      key: `${service.metadata.namespace ?? "default"}/${service.metadata.name}`,
      internal: textAt(annotations, `${ANNOTATION}load-balancer-internal`) === "true",
      ...(current === undefined ? {} : { current }),
      ...(wanted === undefined ? {} : { wanted }),
    };
  }
}
