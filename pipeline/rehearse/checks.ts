import { get as httpGet } from "node:http";
import { Resolver } from "node:dns/promises";
import type { Cluster, KubernetesObject } from "../ports/cluster";

/** The checks of the migration guide; each returns its evidence as one line, or throws one that says what was seen instead. */

export interface Page {
  readonly status: number;
  readonly body: string;
}

/** Asks one address as a browser would ask for `host`. */
export function fetchPage(address: string, host: string, path: string): Promise<Page> {
  return new Promise((resolve, reject) => {
    const outgoing = httpGet({ host: address, path, headers: { host }, agent: false, timeout: 10_000 }, (incoming) => {
      let body = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => (body += chunk));
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
      incoming.on("error", reject);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`http://${address}${path} gave no answer within 10 s`)));
    outgoing.on("error", reject);
  });
}

/** Retries a check until it holds or the time is over; the last refusal is what is thrown. */
export async function eventually<T>(seconds: number, check: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** The product page's title through a gateway. */
export async function titleThrough(address: string, host: string): Promise<string> {
  const page = await fetchPage(address, host, "/productpage");
  const title = /<title>(.*?)<\/title>/s.exec(page.body)?.[1];
  if (page.status !== 200 || title === undefined) {
    throw new Error(`http://${address}/productpage (Host ${host}) answered ${String(page.status)} without a title`);
  }
  return `http://${address}/productpage: <title>${title}</title>`;
}

interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
}

interface PodStatus {
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

interface PodSpec {
  readonly containers: readonly { readonly name: string }[];
  readonly initContainers?: readonly { readonly name: string }[];
}

/** Why a pod is not fully injected and ready, or `undefined`. Native sidecars stand among the init containers. */
export function injectionProblem(pod: KubernetesObject): string | undefined {
  const spec = pod["spec"] as PodSpec;
  const status = pod["status"] as PodStatus;
  const sidecars = [...spec.containers, ...(spec.initContainers ?? [])].filter((c) => c.name === "istio-proxy");
  if (sidecars.length !== 1) return `${pod.metadata.name} has no istio-proxy container`;
  const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const expected = [...spec.containers.map((c) => c.name), "istio-proxy"];
  const notReady = [...new Set(expected)].filter((name) => !statuses.some((s) => s.name === name && s.ready));
  return notReady.length > 0 ? `${pod.metadata.name}: ${notReady.join(", ")} not ready` : undefined;
}

/** Sidecar injection succeeded in every pod of a namespace. */
export async function injectionIn(cluster: Cluster, namespace: string): Promise<string> {
  const pods = await cluster.list(`/api/v1/namespaces/${namespace}/pods`);
  if (pods.length === 0) throw new Error(`namespace ${namespace} has no pods`);
  const problems = pods.map(injectionProblem).filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new Error(problems.join("; "));
  return `${String(pods.length)} pods in ${namespace}, all containers ready, istio-proxy in each`;
}

/** A namespace is labelled for exactly this revision and not for the default injection, which the add-on ignores. */
export async function revisionLabel(cluster: Cluster, namespace: string, revision: string): Promise<string> {
  const labels = (await cluster.get(`/api/v1/namespaces/${namespace}`))?.metadata.labels ?? {};
  if (labels["istio.io/rev"] !== revision || "istio-injection" in labels) {
    throw new Error(
      `namespace ${namespace} has the labels ${JSON.stringify(labels)}, not istio.io/rev=${revision} alone`,
    );
  }
  return `${namespace}: istio.io/rev=${revision}, no istio-injection`;
}

/** The mesh configuration that the user wrote, as it lies on the cluster. */
export async function sharedMeshConfig(cluster: Cluster, revision: string): Promise<string> {
  const name = `istio-shared-configmap-${revision}`;
  const map = await cluster.get(`/api/v1/namespaces/aks-istio-system/configmaps/${name}`);
  const mesh = (map?.["data"] as { readonly mesh?: string } | undefined)?.mesh;
  if (mesh === undefined || mesh.trim() === "") throw new Error(`ConfigMap aks-istio-system/${name} has no data.mesh`);
  return `${name}: ${mesh.trim().replaceAll(/\s+/g, " ")}`;
}

/** The addresses of a name by one DNS server. */
async function resolve(dnsServer: string, name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 3 });
  resolver.setServers([dnsServer]);
  return resolver.resolve4(name);
}

/** A name resolves to exactly one address. */
export async function resolvesTo(dnsServer: string, name: string, address: string): Promise<string> {
  const found = await resolve(dnsServer, name);
  if (found.length !== 1 || found[0] !== address)
    throw new Error(`${name} resolves to ${found.join(", ")}, not to ${address}`);
  return `${name} -> ${address}`;
}

/** The pod names that a product page shows in its line "Reviews served by". */
export function reviewsServedBy(body: string): string | undefined {
  return /Reviews served by:?\s*(?:<[^>]*>\s*)*([a-z0-9][a-z0-9.-]*)/i.exec(body)?.[1];
}
