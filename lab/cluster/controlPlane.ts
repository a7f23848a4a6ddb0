/** etcd, API server, controller manager and scheduler of one cluster. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GiveUp, kubeClient, waitFor, type KubeClient } from "../kube";
import { daemonPid, logFile, logTail, startDaemon } from "../process";
import type { Layout } from "./layout";

const ETCD = "http://127.0.0.1:2379";

function etcdArguments(layout: Layout): readonly string[] {
  return [
    `--data-dir=${join(layout.directory, "etcd")}`,
    `--listen-client-urls=${ETCD}`,
    `--advertise-client-urls=${ETCD}`,
    "--listen-peer-urls=http://127.0.0.1:2380",
    "--initial-advertise-peer-urls=http://127.0.0.1:2380",
    "--initial-cluster=default=http://127.0.0.1:2380",
    // A lab's data need not survive a power failure, and syncing each write costs more than all else in a cluster's start.
    "--unsafe-no-fsync",
    "--logger=zap",
    "--log-level=warn",
  ];
}

function apiServerArguments(layout: Layout): readonly string[] {
  const { network } = layout;
  return [
    `--etcd-servers=${ETCD}`,
    `--bind-address=${network.node}`,
    `--advertise-address=${network.node}`,
    "--secure-port=6443",
    `--tls-cert-file=${layout.secret("apiserver.crt")}`,
    `--tls-private-key-file=${layout.secret("apiserver.key")}`,
    `--client-ca-file=${layout.secret("ca.crt")}`,
    `--token-auth-file=${layout.secret("tokens.csv")}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${layout.secret("accounts.pub")}`,
    `--service-account-signing-key-file=${layout.secret("accounts.key")}`,
    `--service-cluster-ip-range=${network.services}`,
    // Webhooks and aggregated APIs are then called at their pods, whether or not kube-proxy has written its rules yet.
    "--enable-aggregator-routing=true",
    "--allow-privileged=true",
    `--kubelet-certificate-authority=${layout.secret("ca.crt")}`,
    `--kubelet-client-certificate=${layout.secret("kubelet-client.crt")}`,
    `--kubelet-client-key=${layout.secret("kubelet-client.key")}`,
    "--kubelet-preferred-address-types=InternalIP",
    // How the API server vouches for users towards aggregated APIs; controllers look for this authority when they start.
    `--requestheader-client-ca-file=${layout.secret("ca.crt")}`,
    "--requestheader-allowed-names=front-proxy-client",
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${layout.secret("front-proxy-client.crt")}`,
    `--proxy-client-key-file=${layout.secret("front-proxy-client.key")}`,
    "--profiling=false",
  ];
}

function controllerManagerArguments(layout: Layout): readonly string[] {
  const kubeconfig = layout.secret("controller-manager.kubeconfig");
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${layout.secret("accounts.key")}`,
    `--root-ca-file=${layout.secret("ca.crt")}`,
    `--cluster-signing-cert-file=${layout.secret("ca.crt")}`,
    `--cluster-signing-key-file=${layout.secret("ca.key")}`,
    "--use-service-account-credentials=true",
    // At the default rate of 20 a second, making an account for each controller alone takes four seconds.
    "--kube-api-qps=200",
    "--kube-api-burst=400",
    // It makes this folder when it starts; the default is one of the machine's.
    `--flex-volume-plugin-dir=${join(layout.directory, "volume-plugins")}`,
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
    "--profiling=false",
  ];
}

function schedulerArguments(layout: Layout): readonly string[] {
  const kubeconfig = layout.secret("scheduler.kubeconfig");
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    "--leader-elect=false",
    "--bind-address=127.0.0.1",
    "--profiling=false",
  ];
}

const ARGUMENTS = {
  etcd: etcdArguments,
  "kube-apiserver": apiServerArguments,
  "kube-controller-manager": controllerManagerArguments,
  "kube-scheduler": schedulerArguments,
} as const;

/** Starts one program of the control plane from the tools' folder `bin`. */
export async function startControlPlane(layout: Layout, bin: string, program: keyof typeof ARGUMENTS): Promise<void> {
  await startDaemon({
    name: layout.daemon(program),
    netns: layout.network.netns,
    argv: [join(bin, program), ...ARGUMENTS[program](layout)],
    // etcd puts temporary files where it runs.
    cwd: layout.directory,
  });
}

/** A check for `waitFor` that gives up at once when one of the daemons has ended, with what it said last. */
export function throwIfEnded(layout: Layout, programs: readonly string[]): void {
  for (const program of programs) {
    const name = layout.daemon(program);
    if (daemonPid(name) === undefined) {
      throw new GiveUp(
        `${program} of cluster ${layout.name} ended. Its log, ${logFile(name)}, ends with:\n${logTail(name)}`,
      );
    }
  }
}

/** Waits until the API server says that it is ready, its built-in roles written. */
export async function waitForApiServer(layout: Layout): Promise<KubeClient> {
  const client = kubeClient(readFileSync(layout.secret("admin.kubeconfig"), "utf8"));
  try {
    await waitFor(`the API server of cluster ${layout.name}`, 60, async () => {
      throwIfEnded(layout, ["etcd", "kube-apiserver"]);
      return (await client.request("GET", "/readyz")) === "ok";
    });
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}
