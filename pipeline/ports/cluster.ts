import { request } from "node:https";
import type { RequestOptions } from "node:https";

/** A Kubernetes object as plain JSON; only what every object has is typed. */
export interface KubernetesObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** One Kubernetes API server, read-only: what the pipeline looks at to prove a step. */
export interface Cluster {
  /** The object at an API path, or `undefined` where there is none (404). */
  get(path: string): Promise<KubernetesObject | undefined>;
  /** The items at a collection's API path. */
  list(path: string): Promise<readonly KubernetesObject[]>;
  /** A container's log as text. */
  log(namespace: string, pod: string, container: string): Promise<string>;
}

/** The credential's request options, found by the Kubernetes client library so that exec plugins, OIDC and certificates work. */
async function optionsOf(kubeconfig: string): Promise<{ readonly server: string; readonly options: RequestOptions }> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new Error("kubeconfig: its current-context names no cluster: set current-context to a context that has one");
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return { server: cluster.server, options };
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function fetchText(server: string, path: string, options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, server), { ...options, method: "GET", timeout: 15_000 }, (incoming) => {
      let body = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => (body += chunk));
      incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
      incoming.on("error", reject);
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`no answer from ${server} within 15 s`)));
    outgoing.on("error", (error: Error) => reject(new Error(`API server ${server}: ${error.message}`)));
    outgoing.end();
  });
}

/** The API server that a kubeconfig (text) names. Errors: one sentence with server, path and the server's own message. */
export async function kubernetesCluster(kubeconfig: string): Promise<Cluster> {
  const { server, options } = await optionsOf(kubeconfig);
  const get = async (path: string): Promise<Answer> => {
    const answer = await fetchText(server, path, options);
    if (answer.status >= 400 && answer.status !== 404) {
      throw new Error(
        `API server ${server}: GET ${path} answered ${String(answer.status)}: ${answer.body.slice(0, 300)}`,
      );
    }
    return answer;
  };
  return {
    get: async (path) => {
      const answer = await get(path);
      return answer.status === 404 ? undefined : (JSON.parse(answer.body) as KubernetesObject);
    },
    list: async (path) => {
      const answer = await get(path);
      if (answer.status === 404) return [];
      return (JSON.parse(answer.body) as { items: readonly KubernetesObject[] }).items;
    },
    log: async (namespace, pod, container) => {
      const answer = await get(`/api/v1/namespaces/${namespace}/pods/${pod}/log?container=${container}`);
      if (answer.status === 404)
        throw new Error(`API server ${server}: pod ${namespace}/${pod} has no log of container ${container}`);
      return answer.body;
    },
  };
}
