/** Keys, certificates, tokens and kubeconfigs of one cluster. Everything here is secret and never leaves its folder. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterNetwork } from "../network/plan";
import { run } from "../process";

/** Users of the API server: their user name, and the groups that RBAC's built-in bindings know. */
const USERS = {
  admin: { user: "admin", groups: "system:masters" },
  "controller-manager": { user: "system:kube-controller-manager", groups: "" },
  scheduler: { user: "system:kube-scheduler", groups: "" },
  proxy: { user: "system:kube-proxy", groups: "" },
  coredns: { user: "system:coredns", groups: "" },
} as const;

/** Whose kubeconfig; `node` is the kubelet's, whose user name carries the node's name. */
export type UserName = keyof typeof USERS | "node";

export interface Credentials {
  readonly folder: string;
  /** Certificate authority of the cluster, PEM. */
  readonly authority: string;
  /** File with the kubeconfig of a user. */
  kubeconfigFile(user: UserName): string;
}

function pemKeys(kind: "rsa" | "ec"): { readonly secret: string; readonly open: string } {
  const pair =
    kind === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  return {
    secret: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    open: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

const AUTHORITY = ["basicConstraints=critical,CA:true", "keyUsage=critical,digitalSignature,keyCertSign"];
const SERVER = ["basicConstraints=critical,CA:false", "extendedKeyUsage=serverAuth"];
const CLIENT = ["basicConstraints=critical,CA:false", "extendedKeyUsage=clientAuth"];

async function certificate(
  folder: string,
  name: string,
  subject: string,
  extensions: readonly string[],
): Promise<void> {
  const key = join(folder, `${name}.key`);
  writeFileSync(key, pemKeys("ec").secret, { mode: 0o600 });
  const issuer = name === "ca" ? [] : ["-CA", join(folder, "ca.crt"), "-CAkey", join(folder, "ca.key")];
  await run([
    "openssl", "req", "-x509", "-new", "-key", key, "-out", join(folder, `${name}.crt`), "-days", "365", "-subj", subject,
    // Without a configuration file of its own, openssl adds the distribution's extensions a second time.
    "-config", join(folder, "openssl.cnf"), ...issuer, ...extensions.flatMap((extension) => ["-addext", extension]),
  ]); // prettier-ignore
}

function alternativeNames(
  network: ClusterNetwork,
  nodeName: string,
): { readonly api: string; readonly kubelet: string } {
  const services = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
  ];
  const api = [
    ...services.map((name) => `DNS:${name}`),
    ...[network.node, network.apiService, "127.0.0.1"].map((ip) => `IP:${ip}`),
  ];
  return {
    api: `subjectAltName=${api.join(",")}`,
    kubelet: `subjectAltName=DNS:${nodeName},IP:${network.node}`,
  };
}

/** A kubeconfig (YAML text) that verifies the server by `authority` and identifies itself by `token`. */
function kubeconfigText(name: string, server: string, authority: string, user: string, token: string): string {
  return [
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `- name: ${name}`,
    "  cluster:",
    `    server: ${server}`,
    `    certificate-authority-data: ${Buffer.from(authority).toString("base64")}`,
    "users:",
    `- name: ${user}`,
    "  user:",
    `    token: ${token}`,
    "contexts:",
    `- name: ${name}`,
    "  context:",
    `    cluster: ${name}`,
    `    user: ${user}`,
    `current-context: ${name}`,
    "",
  ].join("\n");
}

/** Makes all credentials of a cluster in `folder`, which only root can read. */
export async function createCredentials(
  folder: string,
  name: string,
  nodeName: string,
  network: ClusterNetwork,
): Promise<Credentials> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "openssl.cnf"), "[req]\ndistinguished_name=dn\n[dn]\n");
  const account = pemKeys("rsa");
  writeFileSync(join(folder, "accounts.key"), account.secret, { mode: 0o600 });
  writeFileSync(join(folder, "accounts.pub"), account.open);
  await certificate(folder, "ca", `/CN=${name}-ca`, AUTHORITY);
  const names = alternativeNames(network, nodeName);
  await Promise.all([
    certificate(folder, "apiserver", "/CN=kube-apiserver", [...SERVER, names.api]),
    certificate(folder, "kubelet", `/O=system:nodes/CN=system:node:${nodeName}`, [...SERVER, names.kubelet]),
    certificate(folder, "front-proxy-client", "/CN=front-proxy-client", CLIENT),
    certificate(folder, "kubelet-client", "/O=system:masters/CN=kube-apiserver-kubelet-client", CLIENT),
  ]);

  const authority = readFileSync(join(folder, "ca.crt"), "utf8");
  const credentials = credentialsIn(folder);
  const users = { ...USERS, node: { user: `system:node:${nodeName}`, groups: "system:nodes" } };
  const tokens: string[] = [];
  for (const [user, identity] of Object.entries(users)) {
    const token = randomBytes(24).toString("hex");
    tokens.push(`${token},${identity.user},${identity.user},"${identity.groups}"`);
    const text = kubeconfigText(name, network.server, authority, user, token);
    writeFileSync(credentials.kubeconfigFile(user as UserName), text, { mode: 0o600 });
  }
  writeFileSync(join(folder, "tokens.csv"), `${tokens.join("\n")}\n`, { mode: 0o600 });
  return credentialsIn(folder);
}

/** The credentials that `createCredentials` made there. */
function credentialsIn(folder: string): Credentials {
  return {
    folder,
    get authority() {
      return readFileSync(join(folder, "ca.crt"), "utf8");
    },
    kubeconfigFile: (user) => join(folder, `${user}.kubeconfig`),
  };
}
