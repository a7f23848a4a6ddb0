import type { Cluster } from "../../lab/cluster";

const KUBECONFIG = `apiVersion: v1
kind: Config
clusters: [{name: lab, cluster: {server: "https://127.0.0.1:1", certificate-authority-data: ""}}]
users: [{name: admin, user: {token: t}}]
contexts: [{name: lab, context: {cluster: lab, user: admin}}]
current-context: lab
`;

/** Stands in for real clusters and their meshes: remembers what it is told, and waits or fails when a test says so. */
export class Backend {
  readonly made = new Set<string>();
  readonly meshes: string[] = [];
  hold: Promise<void> = Promise.resolve();
  failure: Error | undefined;

  names(): Promise<readonly string[]> {
    return Promise.resolve([...this.made]);
  }
  find(name: string): Promise<Cluster | undefined> {
    return Promise.resolve(this.made.has(name) ? cluster(name) : undefined);
  }
  async ensure(name: string): Promise<Cluster> {
    await this.hold;
    if (this.failure !== undefined) throw this.failure;
    this.made.add(name);
    return cluster(name);
  }
  destroy(name: string): Promise<void> {
    this.made.delete(name);
    return Promise.resolve();
  }
  prepare(): Promise<void> {
    return Promise.resolve();
  }
  install(_: unknown, wish: { revision: string; gateways: readonly string[] }): Promise<void> {
    this.meshes.push(`${wish.revision} ${wish.gateways.join("+")}`);
    return Promise.resolve();
  }
  uninstall(_: unknown, revision: string): Promise<void> {
    this.meshes.push(`no ${revision}`);
    return Promise.resolve();
  }
}

function cluster(name: string): Cluster {
  const facts = { index: 1, node: "", server: "", loadBalancerPool: "198.18.1.0/24", directory: "", netns: "" };
  return { name, kubeconfig: KUBECONFIG, ...facts };
}
