import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const labDir = mkdtempSync(join(tmpdir(), "meshlift-mesh-"));
process.env["MESHLIFT_LAB_DIR"] = labDir;
import { projectDir } from "../../lab/paths";
import { daemonPid, startDaemon } from "../../lab/process";

const run = promisify(execFile);
const ARM = "http://198.18.0.1:8070";
const GROUP = "/subscriptions/00000000-0000-4000-8000-0000000000bb/resourceGroups/rg-mesh";
const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/mesh-test`;
const SYSTEM = "aks-istio-system";
let token = "";

async function lab(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(projectDir(), "bin", "lab", "main.js"), ...args]);
  return stdout;
}

function exec(...args: readonly string[]): Promise<string> {
  return lab("exec", "--", ...args);
}

async function arm(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const data = body === undefined ? [] : ["-d", JSON.stringify(body)];
  const headers = ["-H", `Authorization: Bearer ${token}`, "-H", "content-type: application/json"];
  const url = `${ARM}${path}?api-version=2025-09-01`;
  const said = await exec("curl", "-s", "-w", "\n%{http_code}", "-X", method, ...headers, ...data, url);
  const [text = "", status = ""] = said.split("\n");
  return { status: Number(status), body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

function kubectl(...args: readonly string[]): Promise<string> {
  return exec("kubectl", "--kubeconfig", join(labDir, "kubeconfig"), ...args);
}

function apply(manifest: object): Promise<string> {
  const file = join(labDir, "manifest.json");
  writeFileSync(file, JSON.stringify(manifest));
  return kubectl("apply", "-f", file);
}

/** The service's state after all work on the cluster. */
async function settled(): Promise<unknown> {
  for (;;) {
    const { status, body } = await arm("GET", CLUSTER);
    const state = (body["properties"] as { provisioningState?: string } | undefined)?.provisioningState;
    if (status === 404 || state === "Succeeded" || state === "Failed") return state;
    await sleep(300);
  }
}

function cluster(internal: boolean): object {
  const ingressGateways = [
    { mode: "External", enabled: true },
    { mode: "Internal", enabled: internal },
  ];
  return {
    location: "westeurope",
    identity: { type: "SystemAssigned" },
    properties: {
      dnsPrefix: "mesh-test",
      kubernetesVersion: "1.35",
      agentPoolProfiles: [{ name: "system", mode: "System", count: 2 }],
      serviceMeshProfile: { mode: "Istio", istio: { components: { ingressGateways } } },
    },
  };
}

function sharedMeshConfig(mesh: string): object {
  const metadata = { name: "istio-shared-configmap-asm-1-31", namespace: SYSTEM };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { mesh } };
}

function address(service: string): Promise<string> {
  const path = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  return kubectl("get", "service", "-n", "aks-istio-ingress", service, "-o", path);
}

beforeAll(async () => {
  await lab("down");
  await lab("up");
  const login = await exec("curl", "-s", "-X", "POST", `${ARM}/lab/oauth2/v2.0/token`);
  token = (JSON.parse(login) as { access_token: string }).access_token;
}, 300_000);

afterAll(async () => {
  await lab("down");
  rmSync(labDir, { recursive: true, force: true });
}, 60_000);

// One after the other on one cluster: a cluster for each test would take minutes and say nothing more.
describe("a managed cluster with the service mesh add-on", () => {
  it("is created with its mesh and a gateway that has an address", { timeout: 180_000 }, async () => {
    await arm("PUT", GROUP, { location: "West Europe" });
    expect((await arm("PUT", CLUSTER, cluster(false))).status).toBe(201);
    expect((await arm("PUT", CLUSTER, cluster(false))).status).toBe(409);
    expect(await settled()).toBe("Succeeded");
    const { body } = await arm("POST", `${CLUSTER}/listClusterUserCredential`);
    const [credential] = body["kubeconfigs"] as { value: string }[];
    writeFileSync(join(labDir, "kubeconfig"), Buffer.from(credential?.value ?? "", "base64"), { mode: 0o600 });
    expect(await address("aks-istio-ingressgateway-external")).toBe("198.18.1.10");
  });

  it("serves a route on its gateway to clients outside", { timeout: 60_000 }, async () => {
    const gateway = {
      selector: { istio: "aks-istio-ingressgateway-external" },
      servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["*"] }],
    };
    const http = [{ directResponse: { status: 200, body: { string: "hello" } } }];
    const object = { apiVersion: "networking.istio.io/v1", metadata: { name: "hello", namespace: "default" } };
    await apply({ ...object, kind: "Gateway", spec: gateway });
    await apply({ ...object, kind: "VirtualService", spec: { hosts: ["*"], gateways: ["hello"], http } });
    const patience = ["--retry", "20", "--retry-connrefused", "--retry-delay", "1", "--retry-all-errors", "--fail"];
    expect(await exec("curl", "-sS", ...patience, "http://198.18.1.10/")).toBe("hello");
  });

  it("injects by revision label, and not where the old label stands too", { timeout: 60_000 }, async () => {
    const namespace = { apiVersion: "v1", kind: "Namespace" };
    const labels = { "istio.io/rev": "asm-1-31" };
    await apply({ ...namespace, metadata: { name: "inside", labels } });
    await apply({ ...namespace, metadata: { name: "outside", labels: { ...labels, "istio-injection": "enabled" } } });
    const names = async (space: string): Promise<string> => {
      const pod = ["run", "app", "-n", space, "--image=registry.istio.io/release/proxyv2:1.31.0", "--dry-run=server"];
      return kubectl(...pod, "-o", "jsonpath={.spec.initContainers[*].name} {.spec.containers[*].name}");
    };
    expect(await names("inside")).toBe("istio-init istio-proxy app");
    expect((await names("outside")).trim()).toBe("app");
  });

  it("denies what the add-on does not allow, in one sentence", { timeout: 60_000 }, async () => {
    const object = { apiVersion: "networking.istio.io/v1", metadata: { name: "w", namespace: "default" } };
    await expect(apply({ ...object, kind: "WorkloadEntry", spec: { address: "192.0.2.1" } })).rejects.toThrow(
      "kind WorkloadEntry is not allowed by the Istio-based service mesh add-on",
    );
    const http = [{ route: [{ destination: { host: "x" }, weight: -1 }] }];
    await expect(apply({ ...object, kind: "VirtualService", spec: { hosts: ["x.y"], http } })).rejects.toThrow(
      "weight -1 < 0",
    );
    await expect(apply(sharedMeshConfig("rootNamespace: mine"))).rejects.toThrow(
      'admission webhook "azure-service-mesh-ccp-validating-webhook.azmk8s.io" denied the request: ' +
        "mesh configuration field rootNamespace is not allowed",
    );
  });

  it("merges the shared mesh configuration below the add-on's own", { timeout: 60_000 }, async () => {
    const mesh = {
      accessLogFile: "/dev/stdout",
      enableTracing: true,
      defaultConfig: { holdApplicationUntilProxyStarts: true },
    };
    await apply(sharedMeshConfig(JSON.stringify(mesh)));
    const debug = [
      "exec",
      "-n",
      SYSTEM,
      "deploy/istiod-asm-1-31",
      "--",
      "pilot-discovery",
      "request",
      "GET",
      "/debug/mesh",
    ];
    const merged = async (): Promise<unknown> => JSON.parse(await kubectl(...debug));
    await expect.poll(merged, { timeout: 20_000, interval: 500 }).toMatchObject({
      accessLogFile: "/dev/stdout",
      defaultConfig: { holdApplicationUntilProxyStarts: true },
      rootNamespace: SYSTEM,
    });
    // The add-on says false, and what it says wins; false is not shown.
    expect(await merged()).not.toHaveProperty("enableTracing");
  });

  it("gets an internal gateway later, with an address of its own", { timeout: 120_000 }, async () => {
    expect((await arm("PUT", CLUSTER, cluster(true))).status).toBe(200);
    expect(await settled()).toBe("Succeeded");
    expect(await address("aks-istio-ingressgateway-internal")).toBe("198.18.1.128");
    expect(await address("aks-istio-ingressgateway-external")).toBe("198.18.1.10");
  });

  it("outlives the daemon, which goes on where it was killed", { timeout: 120_000 }, async () => {
    await arm("PUT", CLUSTER, cluster(false));
    process.kill(daemonPid("cloud") ?? 0, "SIGKILL");
    expect(await exec("curl", "-sS", "http://198.18.1.10/")).toBe("hello");
    const argv = [process.execPath, join(projectDir(), "bin", "lab", "cloud", "main.js")];
    await expect.poll(() => daemonPid("cloud")).toBeUndefined();
    await startDaemon({ name: "cloud", netns: "meshlift-outside", argv, env: { MESHLIFT_LAB_DIR: labDir } });
    const health = ["--retry", "50", "--retry-connrefused", "--retry-delay", "1", `${ARM}/healthz`];
    await exec("curl", "-sS", ...health);
    expect(await settled()).toBe("Succeeded");
    await expect(address("aks-istio-ingressgateway-internal")).rejects.toThrow("not found");
    const spec = { type: "LoadBalancer", ports: [{ name: "http", port: 80 }] };
    await apply({ apiVersion: "v1", kind: "Service", metadata: { name: "late" }, spec });
    const late = (): Promise<string> =>
      kubectl("get", "service", "late", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}");
    await expect.poll(late, { timeout: 10_000, interval: 300 }).toBe("198.18.1.11");
  });

  it("has no proxy that rejected its configuration", { timeout: 30_000 }, async () => {
    expect(await kubectl("logs", "-n", SYSTEM, "deploy/istiod-asm-1-31")).not.toContain("ACK ERROR");
  });

  it("is removed, and removing it again is no error", { timeout: 60_000 }, async () => {
    expect((await arm("DELETE", CLUSTER)).status).toBe(202);
    expect(await settled()).toBeUndefined();
    expect((await arm("DELETE", CLUSTER)).status).toBe(204);
    expect(await lab("status")).not.toContain("mesh-test");
  });
});
