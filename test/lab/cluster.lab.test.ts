import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../lab/paths";

const run = promisify(execFile);
const main = join(projectDir(), "bin", "lab", "main.js");
const labDir = mkdtempSync(join(tmpdir(), "meshlift-lab-"));
const otherCheckout = mkdtempSync(join(tmpdir(), "meshlift-other-"));
const NAME = "cluster-test";

async function lab(args: readonly string[], dir = labDir): Promise<{ readonly out: string; readonly err: string }> {
  const { stdout, stderr } = await run(process.execPath, [main, ...args], {
    env: { ...process.env, MESHLIFT_LAB_DIR: dir },
  });
  return { out: stdout, err: stderr };
}

async function kubectl(...args: readonly string[]): Promise<string> {
  const kubeconfig = join(labDir, "clusters", NAME, "credentials", "admin.kubeconfig");
  return (await lab(["exec", "--", "kubectl", "--kubeconfig", kubeconfig, ...args])).out.trim();
}

function entries(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** What of a lab can be seen on the machine, apart from its own folder and the cache. */
function traces(): readonly string[] {
  const hierarchies = ["", ...entries("/sys/fs/cgroup")].map((name) => join("/sys/fs/cgroup", name));
  const processes = entries("/proc").filter((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      // The test runner's own processes carry the project's folder too; the lab's programs carry the lab's.
      return (
        command.includes(labDir) ||
        command.includes("/run/node/") ||
        command.includes("/run/meshlift/") ||
        command === "/pause\0"
      );
    } catch {
      return false;
    }
  });
  return [
    ...readFileSync("/proc/self/mounts", "utf8")
      .split("\n")
      .filter((line) => /meshlift|containerd|\/run\/netns/.test(line)),
    ...entries("/run/netns").filter((name) => name.startsWith("meshlift")),
    ...hierarchies.flatMap((folder) =>
      entries(folder)
        .filter((name) => name.startsWith("meshlift"))
        .map((name) => join(folder, name)),
    ),
    ...processes.map((pid) => `process ${pid}`),
    ...["/run/meshlift", "/run/containerd", "/opt/containerd", "/etc/netns"].filter((path) => existsSync(path)),
    ...entries("/var/lib").filter((name) => name === "cni" || name === "kubelet"),
    ...readFileSync("/proc/net/dev", "utf8")
      .split("\n")
      .filter((line) => /veth|br0|node\d/.test(line)),
  ];
}

function daemonPid(name: string): number {
  return (JSON.parse(readFileSync(`/run/meshlift/daemons/${name}.json`, "utf8")) as { pid: number }).pid;
}

/** The sample's own ratings service: a container that answers HTTP on 9080. */
const APP = `
apiVersion: v1
kind: Pod
metadata: { name: app, labels: { app: app } }
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: app
      image: registry.istio.io/release/examples-bookinfo-ratings-v1:1.20.3
      readinessProbe: { httpGet: { port: 9080, path: /health }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: app }
spec: { type: LoadBalancer, selector: { app: app }, ports: [{ name: http, port: 80, targetPort: 9080 }] }
`;

let before: readonly string[] = [];

beforeAll(async () => {
  await lab(["down"]);
  before = traces();
}, 60_000);

afterAll(async () => {
  await lab(["down"]);
  for (const folder of [labDir, otherCheckout]) rmSync(folder, { recursive: true, force: true });
}, 60_000);

// One after the other on one lab: starting it for each test would say nothing more and take minutes.
describe("the lab", () => {
  it("does nothing when it is brought up a second time", { timeout: 300_000 }, async () => {
    await lab(["up"]);
    const cloud = daemonPid("cloud");
    const second = await lab(["up"]);
    expect(second.err).toContain("the lab is up already");
    expect(daemonPid("cloud")).toBe(cloud);
  });

  it("passes on the exit code of what it runs inside", async () => {
    await expect(lab(["exec", "--", "sh", "-c", "exit 7"])).rejects.toMatchObject({ code: 7 });
  });

  it("makes a cluster whose pods, Services, names and load balancer addresses work", { timeout: 120_000 }, async () => {
    await lab(["cluster", "create", NAME]);
    const manifest = join(labDir, "app.yaml");
    writeFileSync(manifest, APP);
    await kubectl("apply", "-f", manifest);
    await kubectl("wait", "--for=condition=Ready", "pod/app", "--timeout=60s");

    const status = { status: { loadBalancer: { ingress: [{ ip: "198.18.1.10", ipMode: "VIP" }] } } };
    await kubectl("patch", "service", "app", "--subresource=status", "--type=merge", "-p", JSON.stringify(status));
    const outside = await lab([
      "exec",
      "--",
      "curl",
      "-sS",
      "--retry",
      "10",
      "--retry-all-errors",
      "--retry-delay",
      "1",
      "http://198.18.1.10/health",
    ]);
    expect(outside.out).toContain("healthy");

    const script =
      "fetch('http://app.default.svc.cluster.local/health').then((answer) => answer.text()).then(console.log)";
    expect(await kubectl("exec", "app", "--", "node", "-e", script)).toContain("healthy");
    const first = (script_: string): Promise<string> => kubectl("exec", "app", "--", "node", "-e", script_);
    expect(
      await first("fetch('http://198.18.1.10/health').then((answer) => answer.text()).then(console.log)"),
    ).toContain("healthy");
  });

  it("keeps pods running while the API server is restarted", { timeout: 60_000 }, async () => {
    const started = "jsonpath={.metadata.uid} {.status.containerStatuses[0].restartCount}";
    const pod = await kubectl("get", "pod", "app", "-o", started);
    const pid = daemonPid(`${NAME}-kube-apiserver`);
    await lab(["cluster", "restart-api", NAME]);
    expect(daemonPid(`${NAME}-kube-apiserver`)).not.toBe(pid);
    expect(await kubectl("get", "pod", "app", "-o", started)).toBe(pod);
  });

  it("tells its memory as numbers", async () => {
    const memory = JSON.parse((await lab(["memory"])).out) as { processes: number; mebibytes: number };
    expect(memory.processes).toBeGreaterThan(8);
    expect(memory.mebibytes).toBeGreaterThan(200);
  });

  it(
    "leaves nothing when it is ended from another checkout after daemons and a command were killed",
    { timeout: 60_000 },
    async () => {
      // A cluster in the making, whose command dies with nothing to tell of it but what it made.
      const half = execFile(process.execPath, [main, "cluster", "create", "half-made"], {
        env: { ...process.env, MESHLIFT_LAB_DIR: labDir },
      });
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      half.kill("SIGKILL");
      for (const name of ["cloud", `${NAME}-containerd`, `${NAME}-etcd`, `${NAME}-kubelet`])
        process.kill(daemonPid(name), "SIGKILL");
      rmSync("/run/meshlift/daemons", { recursive: true });

      await lab(["down"], otherCheckout);
      await expect.poll(() => traces(), { timeout: 5_000 }).toEqual(before);
      expect(entries(labDir)).not.toContain("clusters");
    },
  );
});
