import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { load } from "js-yaml";
import { type Inputs, isRecord } from "../../kit/index";

/** How to run a credential plugin (client.authentication.k8s.io). */
export interface ExecCredential {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** One cluster as one user sees it. Certificates are PEM text. */
export interface Connection {
  readonly server: string;
  readonly context: string;
  readonly namespace: string;
  readonly ca?: string;
  readonly insecure: boolean;
  readonly serverName?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecCredential;
}

export interface KubeconfigChoice {
  /** Contents or path; empty means $KUBECONFIG, then ~/.kube/config. */
  readonly kubeconfig: string;
  readonly context?: string;
  readonly cluster?: string;
}

/** Resolves the chosen context. Throws one sentence when something that is named does not exist. */
export function connectionOf(choice: KubeconfigChoice): Connection {
  const { text, folder } = contents(choice.kubeconfig);
  const config = parse(text);
  const contextName = choice.context ?? asText(config["current-context"]);
  const context = named(config["contexts"], contextName, "context");
  const clusterName = choice.cluster ?? asText(context["cluster"]);
  const cluster = named(config["clusters"], clusterName, "cluster");
  const userName = asText(context["user"]);
  const user = userName === "" ? {} : named(config["users"], userName, "user");
  const server = asText(cluster["server"]);
  if (!/^https?:\/\//.test(server)) {
    throw new Error(`The kubeconfig's cluster "${clusterName}" has server "${server}": it must be an http(s) URL.`);
  }
  const ca = pem(cluster, "certificate-authority", folder);
  const certificate = pem(user, "client-certificate", folder);
  const key = pem(user, "client-key", folder);
  const tokenFile = asText(user["tokenFile"]);
  const token = tokenFile === "" ? asText(user["token"]) : readFileSync(path.resolve(folder, tokenFile), "utf8").trim();
  const serverName = asText(cluster["tls-server-name"]);
  const exec = isRecord(user["exec"]) ? execOf(user["exec"]) : undefined;
  return {
    server: server.replace(/\/+$/, ""),
    context: contextName,
    namespace: asText(context["namespace"]) || "default",
    insecure: cluster["insecure-skip-tls-verify"] === true,
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === "" ? {} : { serverName }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(token === "" ? {} : { token }),
    ...(typeof user["username"] === "string" ? { username: user["username"] } : {}),
    ...(typeof user["password"] === "string" ? { password: user["password"] } : {}),
    ...(exec === undefined ? {} : { exec }),
  };
}

function contents(kubeconfig: string): { text: string; folder: string } {
  const trimmed = kubeconfig.trim();
  if (trimmed.includes("\n") || trimmed.startsWith("{") || /^\w+:\s/.test(trimmed))
    return { text: trimmed, folder: process.cwd() };
  const file = trimmed || process.env["KUBECONFIG"] || path.join(homedir(), ".kube", "config");
  const absolute = path.resolve(file.replace(/^~(?=\/)/, homedir()));
  if (!existsSync(absolute)) {
    throw new Error(
      `The kubeconfig ${absolute} does not exist: give the provider's kubeconfig as contents or as a path.`,
    );
  }
  return { text: readFileSync(absolute, "utf8"), folder: path.dirname(absolute) };
}

function parse(text: string): Inputs {
  let config: unknown;
  try {
    config = load(text);
  } catch {
    // The parser's own message quotes the line, which may hold a token.
    throw new Error("The provider's kubeconfig is not valid YAML.");
  }
  if (!isRecord(config))
    throw new Error("The provider's kubeconfig is not an object with clusters, users and contexts.");
  return config;
}

function named(list: unknown, name: string, what: "context" | "cluster" | "user"): Inputs {
  const entries = Array.isArray(list) ? list.filter(isRecord) : [];
  const found = entries.find((entry) => entry["name"] === name)?.[what];
  if (isRecord(found)) return found;
  const known = entries.map((entry) => `"${asText(entry["name"])}"`).join(", ") || "none";
  throw new Error(`The kubeconfig has no ${what} "${name}" (it has: ${known}).`);
}

function pem(holder: Inputs, key: string, folder: string): string | undefined {
  const data = holder[`${key}-data`];
  if (typeof data === "string" && data !== "") return Buffer.from(data, "base64").toString("utf8");
  const file = holder[key];
  return typeof file === "string" && file !== "" ? readFileSync(path.resolve(folder, file), "utf8") : undefined;
}

function execOf(exec: Inputs): ExecCredential {
  const env = Array.isArray(exec["env"]) ? exec["env"].filter(isRecord) : [];
  return {
    command: asText(exec["command"]),
    args: Array.isArray(exec["args"]) ? exec["args"].map(String) : [],
    env: Object.fromEntries(env.map((entry) => [asText(entry["name"]), asText(entry["value"])])),
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
