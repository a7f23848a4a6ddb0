/** Real Kubernetes clusters, one per network namespace. */
import { mkdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import { clearGroups } from "../cgroup";
import type { Image } from "../images";
import { waitFor, type KubeClient, type KubeObject } from "../kube";
import {
  createNodeNetwork,
  deleteNodeNetwork,
  ensureOutside,
  insideNamespace,
  processesIn,
} from "../network/namespaces";
import { clusterNameProblem, clusterNetwork, OUTSIDE } from "../network/plan";
import { labDir } from "../paths";
import { daemonPid, forgetDaemons, stopDaemon } from "../process";
import type { Progress, Tools } from "../tools";
import { startControlPlane, throwIfEnded, waitForApiServer } from "./controlPlane";
import { createCredentials } from "./credentials";
import { dnsReadyUrl, startDns } from "./dns";
import { placeImages, unpackedImages } from "./images";
import { clusterLayout, type Layout } from "./layout";
import { startContainerd, startNode } from "./node";
import { allRecords, dropRecord, findRecord, saveRecord, takeIndex, type ClusterRecord } from "./record";

export interface Cluster {
  readonly name: string;
  /** 1..40; every address of the cluster follows from it. */
  readonly index: number;
  /** Address of the node on the outside network. */
  readonly node: string;
  /** URL of the API server; reachable from `meshlift-outside` and from pods. */
  readonly server: string;
  /** YAML text of the administrator's kubeconfig. Secret. */
  readonly kubeconfig: string;
  /** Range of load balancer addresses that are routed to this cluster. */
  readonly loadBalancerPool: string;
  readonly directory: string;
  readonly netns: string;
}

function layoutOf(record: ClusterRecord): Layout {
  return clusterLayout(record.name, record.index, record.directory);
}

function clusterOf(record: ClusterRecord): Cluster {
  const layout = layoutOf(record);
  const { node, server, loadBalancerPool, netns } = layout.network;
  const { name, index, directory } = record;
  const kubeconfig = readFileSync(layout.secret("admin.kubeconfig"), "utf8");
  return { name, index, node, server, kubeconfig, loadBalancerPool, directory, netns };
}

/** Tells how long each part took, counted from the start of the whole. */
function stopwatch(name: string, progress: Progress): (what: string) => void {
  const start = performance.now();
  return (what) => {
    progress(`cluster ${name}: ${what} after ${((performance.now() - start) / 1000).toFixed(1)} s`);
  };
}

/**
 * Creates a cluster and waits until it can be used: API server ready, node Ready, images imported, DNS answering.
 * Has to be called from within `meshlift-outside`, where the API server can be reached.
 *
 * @param spec `apiOnly`: etcd, API server and controller manager, but no node
 * @throws Error when the name is bad or taken, or when a part does not start; what was made by then is cleared away
 */
export async function createCluster(
  spec: { readonly name: string; readonly apiOnly?: boolean },
  tools: Tools,
  images: readonly Image[],
  progress: Progress,
): Promise<Cluster> {
  const { name, apiOnly = false } = spec;
  const problem = clusterNameProblem(name);
  if (problem !== undefined) throw new Error(problem);
  if (findRecord(name) !== undefined)
    throw new Error(`The lab has a cluster ${name} already; delete it or choose another name.`);
  await ensureOutside();
  if (!insideNamespace(OUTSIDE)) {
    throw new Error(
      `Cluster ${name} can only be created from within the namespace ${OUTSIDE}; use "lab cluster create" or "lab exec".`,
    );
  }
  const directory = join(labDir(), "clusters", name);
  const record: ClusterRecord = { name, index: takeIndex(name), directory, apiOnly, bin: tools.bin, ready: false };
  saveRecord(record);
  try {
    await build(layoutOf(record), apiOnly, tools, images, progress);
    saveRecord({ ...record, ready: true });
    return clusterOf(record);
  } catch (error) {
    await remove(record);
    throw error;
  }
}

async function build(
  layout: Layout,
  apiOnly: boolean,
  tools: Tools,
  images: readonly Image[],
  progress: Progress,
): Promise<void> {
  const told = stopwatch(layout.name, progress);
  // What a cluster of the same name in a crashed lab may have left.
  await clearGroups(layout.name);
  await rm(layout.directory, { recursive: true, force: true });
  mkdirSync(layout.directory, { recursive: true, mode: 0o700 });
  await Promise.all([
    createCredentials(layout.credentials, layout.name, layout.nodeName, layout.network),
    deleteNodeNetwork(layout.network).then(() => createNodeNetwork(layout.network)),
  ]);

  const unpacked = apiOnly ? "" : await unpackedImages(images, progress);
  const startApi = async (): Promise<KubeClient> => {
    await startControlPlane(layout, tools.bin, "etcd");
    await startControlPlane(layout, tools.bin, "kube-apiserver");
    const client = await waitForApiServer(layout);
    told("API server ready");
    await startControlPlane(layout, tools.bin, "kube-controller-manager");
    if (!apiOnly) await startControlPlane(layout, tools.bin, "kube-scheduler");
    return client;
  };
  const startRuntime = async (): Promise<void> => {
    await placeImages(unpacked, join(layout.directory, "containerd"));
    await startContainerd(layout);
    told("containerd and images ready");
  };
  if (apiOnly) {
    const client = await startApi();
    await waitForDefaultAccount(client, layout).finally(() => client.close());
    told("ready");
    return;
  }
  const runtime = startRuntime();
  runtime.catch(() => undefined); // Reported below, where it is awaited.
  const client = await startApi();
  try {
    await startDns(layout, tools.bin, client);
    await runtime;
    await startNode(layout, tools.bin, daemonPid(layout.daemon("containerd")) ?? 0);
    await Promise.all([waitForDefaultAccount(client, layout), waitForNode(client, layout), waitForDns(layout)]);
    told("node and DNS ready");
  } finally {
    await client.close();
  }
}

async function waitForDefaultAccount(client: KubeClient, layout: Layout): Promise<void> {
  // Without it the API server refuses pods in the namespace.
  await waitFor(`the default service account of cluster ${layout.name}`, 30, async () => {
    throwIfEnded(layout, ["kube-controller-manager"]);
    return client.get("/api/v1/namespaces/default/serviceaccounts/default");
  });
}

interface NodeStatus {
  readonly spec?: { readonly taints?: readonly unknown[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** Ready, and the taint of a new node gone: only then are pods scheduled. */
function canRunPods(node: KubeObject): boolean {
  const { spec, status } = node as unknown as NodeStatus;
  const isReady =
    status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
  return isReady && (spec?.taints ?? []).length === 0;
}

async function waitForNode(client: KubeClient, layout: Layout): Promise<void> {
  await waitFor(`the node of cluster ${layout.name}`, 60, async () => {
    throwIfEnded(layout, ["containerd", "kubelet", "kube-proxy", "kube-scheduler", "kube-controller-manager"]);
    const node = await client.get(`/api/v1/nodes/${layout.nodeName}`);
    return node !== undefined && canRunPods(node);
  });
}

async function waitForDns(layout: Layout): Promise<void> {
  await waitFor(`the DNS server of cluster ${layout.name}`, 30, async () => {
    throwIfEnded(layout, ["coredns"]);
    const answer = await request(dnsReadyUrl(layout));
    await answer.body.text();
    return answer.statusCode === 200;
  });
}

async function remove(record: ClusterRecord): Promise<void> {
  const network = clusterNetwork(record.name, record.index);
  await clearGroups(record.name, () => processesIn([network.netns]));
  forgetDaemons(record.name);
  await deleteNodeNetwork(network);
  await rm(record.directory, { recursive: true, force: true });
  dropRecord(record);
}

/** Ends a cluster with all its pods and removes what it had on disk and in the network; does nothing when there is none. */
export async function deleteCluster(name: string): Promise<void> {
  const record = findRecord(name);
  if (record !== undefined) await remove(record);
}

/** The clusters that are ready, by index. */
export function listClusters(): Promise<readonly Cluster[]> {
  return Promise.resolve(
    allRecords()
      .filter((record) => record.ready)
      .map(clusterOf),
  );
}

/**
 * Ends the API server and starts it anew; pods go on running meanwhile.
 *
 * @throws Error when there is no such cluster
 */
export async function restartApiServer(name: string): Promise<void> {
  const record = findRecord(name);
  if (record === undefined) throw new Error(`The lab has no cluster ${name}; "lab status" lists them.`);
  const layout = layoutOf(record);
  // It would wait a minute for its watches to end; a restart under load is rarely that patient.
  await stopDaemon(layout.daemon("kube-apiserver"), 1);
  await startControlPlane(layout, record.bin, "kube-apiserver");
  await (await waitForApiServer(layout)).close();
}
