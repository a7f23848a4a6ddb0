import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Connection } from "../api/kubeconfig";

/** Helm said no. `message` is its own last words. */
export class HelmError extends Error {}

/** A private folder for one helm run. Everything in it is readable by this user only and is removed afterwards. */
export interface Workspace {
  readonly folder: string;
  write(name: string, text: string): Promise<string>;
  /** Runs helm and gives its stdout. @throws HelmError */
  helm(args: readonly string[]): Promise<string>;
}

/** Runs `work` with helm pointed at the cluster; secrets go through files of mode 0600, never through arguments. */
export async function withHelm<T>(
  connection: Connection,
  signal: AbortSignal,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), "meshlift-helm-"));
  try {
    const write = async (name: string, text: string): Promise<string> => {
      const file = path.join(folder, name);
      await writeFile(file, text, { mode: 0o600 });
      return file;
    };
    const kubeconfig = await write("kubeconfig", kubeconfigText(connection));
    // Caches of its own: parallel releases and the user's helm must not meet in one index file.
    const env = {
      ...process.env,
      KUBECONFIG: kubeconfig,
      HELM_CACHE_HOME: path.join(folder, "cache"),
      HELM_CONFIG_HOME: path.join(folder, "config"),
      HELM_DATA_HOME: path.join(folder, "data"),
      HELM_REPOSITORY_CONFIG: path.join(folder, "repositories.yaml"),
    };
    return await work({ folder, write, helm: (args) => run(args, env, signal) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    // SIGTERM lets helm mark the release as failed instead of leaving it "pending".
    const child = spawn("helm", args, { env, stdio: ["ignore", "pipe", "pipe"], signal, killSignal: "SIGTERM" });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.on("error", (error) => {
      const missing = "code" in error && error.code === "ENOENT";
      reject(missing ? new Error("A helm Release needs the program helm on PATH, and there is none.") : error);
    });
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString("utf8"));
      else reject(new HelmError(lastWords(Buffer.concat(err).toString("utf8"))));
    });
  });
}

// Helm's warnings come first, its verdict last and with "Error:" before it.
function lastWords(stderr: string): string {
  const at = stderr.lastIndexOf("Error:");
  return (at < 0 ? stderr : stderr.slice(at + "Error:".length)).trim().replace(/\s*\n\s*/g, " ");
}

function kubeconfigText(connection: Connection): string {
  const base64 = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : Buffer.from(text).toString("base64");
  const user = {
    token: connection.token,
    username: connection.username,
    password: connection.password,
    "client-certificate-data": base64(connection.certificate),
    "client-key-data": base64(connection.key),
    exec:
      connection.exec === undefined
        ? undefined
        : {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: connection.exec.command,
            args: connection.exec.args,
            env: Object.entries(connection.exec.env).map(([name, value]) => ({ name, value })),
            interactiveMode: "Never",
          },
  };
  const cluster = {
    server: connection.server,
    "certificate-authority-data": base64(connection.ca),
    "insecure-skip-tls-verify": connection.insecure ? true : undefined,
    "tls-server-name": connection.serverName,
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "cluster", cluster }],
    users: [{ name: "user", user }],
    contexts: [{ name: "context", context: { cluster: "cluster", user: "user" } }],
    "current-context": "context",
  });
}
