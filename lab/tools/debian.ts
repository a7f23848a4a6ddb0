import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { exists } from "./cache";
import { ToolProblem } from "./problem";
import { timed, type Progress } from "./progress";
import { lastWords, run } from "./run";

/** What a lab needs from the distribution, and what for. */
export const debianPackages = [
  "containerd", // with runc: pods as containers
  "runc",
  "containernetworking-plugins", // bridge and portmap in /usr/lib/cni
  "iptables", // kube-proxy and the nodes' masquerading
  "conntrack", // kube-proxy ends stale UDP flows with it
  "iproute2", // network namespaces
  "procps", // sysctl inside a namespace
  "openssl", // the clusters' certificates
] as const;

const policy = "/usr/sbin/policy-rc.d";

/** Names out of `wanted` that dpkg-query's `name status` lines do not show as installed. */
export function missingPackages(wanted: readonly string[], query: string): string[] {
  const installed = new Set(
    query
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return wanted.filter((name) => !installed.has(name));
}

async function missing(wanted: readonly string[]): Promise<string[]> {
  // dpkg-query fails as a whole when one name is unknown to it, but still prints the others.
  const result = await run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", ...wanted]);
  return missingPackages(wanted, result.stdout);
}

async function apt(argv: readonly string[], purpose: string): Promise<void> {
  const result = await run(["apt-get", "-qq", ...argv], { env: { DEBIAN_FRONTEND: "noninteractive" } });
  if (result.code !== 0) throw new ToolProblem(`apt-get: ${purpose} failed: ${lastWords(result)}`);
}

/**
 * Debian starts the services of a package when it installs it. The lab runs its own containerd per node, so one on the
 * machine would only be in the way; policy-rc.d is Debian's own switch for that, put back as it was afterwards.
 */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  if (await exists(policy)) return work();
  await writeFile(policy, "#!/bin/sh\nexit 101\n");
  await chmod(policy, 0o755);
  try {
    await work();
  } finally {
    await rm(policy, { force: true });
  }
}

/** Refuses machines on which a lab cannot run, each with one sentence. */
export async function checkMachine(): Promise<void> {
  if (process.platform !== "linux") {
    throw new ToolProblem(`platform: ${process.platform} cannot run the lab, it needs Linux: use a Debian 12 machine`);
  }
  if (process.getuid?.() !== 0) {
    throw new ToolProblem(
      `user: uid ${String(process.getuid?.())} may not create network namespaces: run the lab as root (sudo)`,
    );
  }
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  if (!/^ID=debian$/m.test(release) || !/^VERSION_ID="?12"?$/m.test(release)) {
    const found = /^PRETTY_NAME="?([^"\n]*)/m.exec(release)?.[1] ?? "an unknown system";
    throw new ToolProblem(
      `system: ${found} is not Debian 12, from whose packages the lab is made: use a Debian 12 machine`,
    );
  }
  if (process.arch !== "x64") {
    throw new ToolProblem(`processor: ${process.arch} has no Envoy wheel in the pinned version: use an x86-64 machine`);
  }
}

let listsAreFresh = false;

/** `apt-get update`, at most once per process. */
export async function refreshPackageLists(progress: Progress): Promise<void> {
  if (listsAreFresh) return;
  await timed(progress, "apt-get update", () => apt(["update"], "reading the package lists"));
  listsAreFresh = true;
}

/** Installs what is missing of Debian's packages; services are not started. */
export async function ensureDebianPackages(wanted: readonly string[], progress: Progress): Promise<void> {
  const absent = await missing(wanted);
  if (absent.length === 0) return;
  await refreshPackageLists(progress);
  await timed(progress, `apt-get install ${absent.join(" ")}`, () =>
    withoutStartingServices(() =>
      // Waiting for the lock: unattended upgrades often hold it just after boot.
      apt(["-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends", ...absent], "installing"),
    ),
  );
  const still = await missing(wanted);
  if (still.length > 0)
    throw new ToolProblem(`apt-get: ${still.join(", ")} not installed although apt-get reported success`);
}
