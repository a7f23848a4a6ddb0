/** The node of one cluster: containerd, kubelet and kube-proxy, in a mount namespace of their own. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { podsGroup } from "../cgroup";
import { ensureHostFolder } from "../hostFolders";
import { waitFor } from "../kube";
import { OUTSIDE_ADDRESS } from "../network/plan";
import { RUN_DIR, run, startDaemon } from "../process";
import { throwIfEnded } from "./controlPlane";
import type { Layout } from "./layout";

/**
 * The cluster's folder as its node sees it. Short, because sockets are below it, and the same in every cluster.
 */
const NODE = "/run/node";
const CNI_PLUGINS = "/usr/lib/cni";
/** Folders of the machine that node programs write to, whatever their settings: what plugins answered, device plugins' sockets. */
const FIXED_FOLDERS = ["/var/lib/cni", "/var/lib/kubelet"];
const PAUSE_IMAGE = "docker.io/lab/pause:1";

function containerdConfig(layout: Layout): string {
  return `
version = 2
root = "${NODE}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt"]
[grpc]
  address = "${layout.socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI_PLUGINS}"
    conf_dir = "${NODE}/cni"
`;
}

/**
 * Each pod hangs on a routed link of its own. On a bridge, a pod's answer to a neighbour would bypass the node's address
 * translation, unless bridged frames were sent through the packet filter, which in turn breaks a pod that calls itself.
 */
function cniConfig(layout: Layout): string {
  const { pods, podGateway } = layout.network;
  return JSON.stringify({
    cniVersion: "1.0.0",
    name: "lab",
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        ipam: {
          type: "host-local",
          dataDir: `${NODE}/addresses`,
          ranges: [[{ subnet: pods, gateway: podGateway }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  });
}

function kubeletConfig(layout: Layout): string {
  return stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: layout.secret("ca.crt") },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: layout.secret("kubelet.crt"),
    tlsPrivateKeyFile: layout.secret("kubelet.key"),
    cgroupDriver: "cgroupfs",
    cgroupRoot: podsGroup(layout.name),
    enforceNodeAllocatable: [],
    // Kubernetes 1.35 refuses cgroup v1 unless told otherwise.
    failCgroupV1: false,
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${layout.socket}`,
    resolvConf: `${NODE}/resolv.conf`,
    clusterDNS: [layout.network.node],
    clusterDomain: "cluster.local",
    // The machine's disk and memory are shared with everything else on it: the lab must not evict its pods because of others.
    evictionHard: {},
    imageGCHighThresholdPercent: 100,
    podLogsDir: `${NODE}/pod-logs`,
    volumePluginDir: `${NODE}/volume-plugins`,
    makeIPTablesUtilChains: false,
    localStorageCapacityIsolation: false,
    serializeImagePulls: false,
    healthzBindAddress: "127.0.0.1",
  });
}

/**
 * Runs as the node's first process before it becomes containerd: /run and /var/log, where node programs write to fixed
 * places, become the node's own. All mounts are made here or by children, so they vanish with the node's last process.
 */
function nodeScript(layout: Layout): string {
  const mount = join(layout.directory, "run");
  return `
set -e
# -n: no table of mounts is kept in /run, which is being replaced.
mount -n --make-rprivate /
mkdir -p '${mount}' '${join(layout.directory, "var-log")}'
mount -n -t tmpfs -o mode=755 meshlift '${mount}'
mkdir '${mount}/meshlift' '${mount}/node'
mount -n --bind '${RUN_DIR}' '${mount}/meshlift'
mount -n --bind '${layout.directory}' '${mount}/node'
mount -n --bind '${join(layout.directory, "var-log")}' /var/log
${FIXED_FOLDERS.map((folder) => `mount -n -t tmpfs meshlift ${folder}`).join("\n")}
umount -n -l /run/netns 2>/dev/null || true
mount -n --move '${mount}' /run
mount -n --make-rshared /
exec containerd -c '${NODE}/containerd.toml' -l warn
`;
}

/** overlayfs cannot keep its upper folder on every file system (not on another overlay, for one): say so before pods fail. */
async function checkOverlay(directory: string): Promise<void> {
  const probe = join(directory, "overlay-probe");
  const script = `
mkdir -p '${probe}/lower' '${probe}/upper' '${probe}/work' '${probe}/merged'
mount -n -t overlay overlay -o 'lowerdir=${probe}/lower,upperdir=${probe}/upper,workdir=${probe}/work' '${probe}/merged'
`;
  try {
    await run(["unshare", "--mount", "--propagation", "private", "sh", "-e"], { input: script });
  } catch (error) {
    throw new Error(
      `Containers need overlayfs, which does not work in ${directory} (${error instanceof Error ? error.message : String(error)}): ` +
        "set MESHLIFT_LAB_DIR to a folder on an ordinary file system such as ext4 or xfs.",
      { cause: error },
    );
  }
}

/** Starts containerd and with it the node's mount namespace. Needs no API server. */
export async function startContainerd(layout: Layout): Promise<void> {
  await checkOverlay(layout.directory);
  const inDirectory = (file: string): string => join(layout.directory, file);
  for (const folder of FIXED_FOLDERS) ensureHostFolder(folder);
  mkdirSync(inDirectory("cni"), { recursive: true });
  mkdirSync(dirname(layout.socket), { recursive: true, mode: 0o700 });
  writeFileSync(inDirectory("containerd.toml"), containerdConfig(layout));
  writeFileSync(inDirectory("cni/10-lab.conflist"), cniConfig(layout));
  writeFileSync(inDirectory("kubelet.yaml"), kubeletConfig(layout));
  writeFileSync(inDirectory("resolv.conf"), `nameserver ${OUTSIDE_ADDRESS}\n`);
  await startDaemon({
    name: layout.daemon("containerd"),
    netns: layout.network.netns,
    argv: ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", nodeScript(layout)],
  });
  await waitFor(`containerd of cluster ${layout.name}`, 30, async () => {
    throwIfEnded(layout, ["containerd"]);
    await run(["ctr", "-a", layout.socket, "version"]);
    return true;
  });
}

/** Starts kubelet and kube-proxy beside the running containerd whose process id is given. */
export async function startNode(layout: Layout, bin: string, containerd: number): Promise<void> {
  const { netns, node, pods } = layout.network;
  const common = { netns, mountsOf: containerd };
  await startDaemon({
    ...common,
    name: layout.daemon("kubelet"),
    argv: [
      join(bin, "kubelet"),
      `--kubeconfig=${layout.secret("node.kubeconfig")}`,
      `--config=${NODE}/kubelet.yaml`,
      `--root-dir=${NODE}/kubelet`,
      `--hostname-override=${layout.nodeName}`,
      `--node-ip=${node}`,
    ],
  });
  await startDaemon({
    ...common,
    name: layout.daemon("kube-proxy"),
    argv: [
      join(bin, "kube-proxy"),
      `--kubeconfig=${layout.secret("proxy.kubeconfig")}`,
      "--proxy-mode=iptables",
      `--hostname-override=${layout.nodeName}`,
      `--cluster-cidr=${pods}`,
      // The machine-wide limits of connection tracking cannot be written from a namespace, and are not the lab's to change.
      "--conntrack-max-per-core=0",
      "--conntrack-tcp-timeout-established=0s",
      "--conntrack-tcp-timeout-close-wait=0s",
      "--iptables-localhost-nodeports=false",
      "--metrics-bind-address=127.0.0.1:10249",
      "--healthz-bind-address=127.0.0.1:10256",
    ],
  });
}
