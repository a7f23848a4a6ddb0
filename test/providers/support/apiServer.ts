import { type ChildProcess, execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const TOKEN = "a-token-of-the-test";

/** A Kubernetes API on loopback: etcd, API server, controller-manager; no nodes. */
export interface ApiServer {
  readonly kubeconfig: string;
  readonly server: string;
  /** Runs kubectl as the administrator and gives its stdout. */
  kubectl(arguments_: readonly string[], input?: string): Promise<string>;
  /** Ends the API server alone, without a word to its clients, and starts it again on the same data. */
  restart(downMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the three programs of `bin` on free ports; ready when the API says so and the default namespace has its account. */
export async function startApiServer(bin: string): Promise<ApiServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "meshlift-api-"));
  const file = (name: string): string => path.join(folder, name);
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await writeFile(file("account.key"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  await writeFile(file("tokens.csv"), `${TOKEN},admin,admin,"system:masters"\n`, { mode: 0o600 });
  const [client, peer, api] = await Promise.all([freePort(), freePort(), freePort()]);
  const server = `https://127.0.0.1:${String(api)}`;
  const kubeconfig = kubeconfigText(server);
  await writeFile(file("kubeconfig"), kubeconfig, { mode: 0o600 });
  const processes = new Map<string, ChildProcess>();
  const start = async (program: string, options: readonly string[]): Promise<void> => {
    const log = await open(file(`${program}.log`), "a");
    processes.set(program, spawn(path.join(bin, program), options, { stdio: ["ignore", log.fd, log.fd] }));
    await log.close();
  };
  const stop = async (): Promise<void> => {
    await Promise.all([...processes.values()].map((child) => end(child)));
    await rm(folder, { recursive: true, force: true });
  };
  const kubectl = async (arguments_: readonly string[], input?: string): Promise<string> => {
    const running = promisify(execFile)(
      path.join(bin, "kubectl"),
      ["--kubeconfig", file("kubeconfig"), ...arguments_],
      {
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    running.child.stdin?.end(input ?? "");
    return (await running).stdout;
  };
  const apiOptions = [
    "--bind-address=127.0.0.1",
    // It refuses to advertise loopback; nobody uses this address (documentation range).
    "--advertise-address=192.0.2.1",
    "--endpoint-reconciler-type=none",
    `--secure-port=${String(api)}`,
    `--etcd-servers=${loopback(client)}`,
    `--cert-dir=${file("certificates")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file("account.key")}`,
    `--service-account-signing-key-file=${file("account.key")}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.250.0.0/16",
    `--token-auth-file=${file("tokens.csv")}`,
  ];
  const restart = async (downMs: number): Promise<void> => {
    const running = processes.get("kube-apiserver");
    if (running !== undefined) await end(running, "SIGKILL");
    await sleep(downMs);
    await start("kube-apiserver", apiOptions);
    await until(() => kubectl(["get", "serviceaccount", "default"]));
  };
  try {
    await start("etcd", [
      ...["--data-dir", file("etcd"), "--unsafe-no-fsync"],
      ...["--listen-client-urls", loopback(client), "--advertise-client-urls", loopback(client)],
      ...["--listen-peer-urls", loopback(peer), "--initial-advertise-peer-urls", loopback(peer)],
      ...["--initial-cluster", `default=${loopback(peer)}`],
    ]);
    await start("kube-apiserver", apiOptions);
    await start("kube-controller-manager", [
      `--kubeconfig=${file("kubeconfig")}`,
      `--service-account-private-key-file=${file("account.key")}`,
      "--leader-elect=false",
      "--secure-port=0",
    ]);
    await until(() => kubectl(["get", "serviceaccount", "default"]));
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, server, kubectl, restart, stop };
}

function kubeconfigText(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "admin", user: { token: TOKEN } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
    "current-context": "test",
  });
}

async function until(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(300);
    }
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  const stubborn = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await ended;
  clearTimeout(stubborn);
}

function loopback(port: number): string {
  return `http://127.0.0.1:${String(port)}`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No free port on 127.0.0.1.");
  return address.port;
}
