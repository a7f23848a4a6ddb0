import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../lab/paths";
import { preparePulumiHome } from "../../lab/pulumi/home";
import { useProvider } from "../providers/support/fixture";

const TARGET_ADDRESS = "198.51.100.20";

const ORIGINAL = [
  { match: [{ uri: { prefix: "/" } }], route: [{ destination: { host: "front", port: { number: 9080 } } }] },
];

const OBJECTS = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: front, namespace: shop, labels: { team: a } }
spec: { hosts: ["*"], gateways: [edge], http: ${JSON.stringify(ORIGINAL)} }
---
apiVersion: v1
kind: Namespace
metadata: { name: istio-system }
---
apiVersion: v1
kind: Service
metadata: { name: istio-ingressgateway, namespace: istio-system }
spec: { type: LoadBalancer, selector: { istio: ingressgateway }, ports: [{ name: http2, port: 80 }] }
`;

const lab = useProvider();
let folder: string;
let project: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  await lab.api.kubectl(["apply", "-f", "-"], OBJECTS);
  const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }] } } });
  const service = ["-n", "istio-system", "patch", "service", "istio-ingressgateway", "--subresource=status"];
  await lab.api.kubectl([...service, "--type=merge", "-p", status]);

  folder = await mkdtemp(path.join(tmpdir(), "meshlift-adopted-"));
  const { home, path: folders } = await preparePulumiHome(path.join(folder, "lab"), lab.tools.bin);
  environment = {
    ...process.env,
    PATH: [...folders, process.env["PATH"]].join(":"),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${path.join(folder, "lab", "pulumi-state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_COMPILE_CACHE: path.join(folder, "lab", "compile-cache"),
  };
  project = path.join(folder, "project");
  await mkdir(project);
  for (const name of ["Pulumi.yaml", "bin", "node_modules", "package.json"]) {
    await symlink(path.join(projectDir(), name), path.join(project, name));
  }
  await importPlatform();
  await pulumi(["stack", "init", "traffic"]);
  const settings = {
    location: "westeurope",
    publicHost: "shop.example.com",
    source: { kind: "existing", istioVersion: "1.30.2" },
    target: { resourceGroup: "rg-new", name: "shop-new", kubernetesVersion: "1.35" },
    manifests: [path.join(projectDir(), "test/stacks/fixtures/shop.yaml")],
    route: { virtualService: { namespace: "shop", name: "front" }, temporaryHost: "v2.example.com" },
  };
  const config = {
    "meshlift:layer": "traffic",
    "meshlift:platformStack": "organization/meshlift/platform",
    "meshlift:aksAddon": settings,
  };
  // JSON is YAML; the file holds the salt of the stack's secrets already.
  await appendFile(path.join(project, "Pulumi.traffic.yaml"), `config: ${JSON.stringify(config)}\n`);
  await setPath("aksAddon.source.kubeconfig", lab.api.kubeconfig, "--secret");
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A platform stack that has been up, as the traffic stack sees it: nothing but outputs. */
async function importPlatform(): Promise<void> {
  const stack = {
    urn: "urn:pulumi:platform::meshlift::pulumi:pulumi:Stack::meshlift-platform",
    custom: false,
    type: "pulumi:pulumi:Stack",
    outputs: { targetAddress: TARGET_ADDRESS, revision: "asm-1-30" },
  };
  const file = path.join(folder, "platform.json");
  await writeFile(file, JSON.stringify({ version: 3, deployment: { manifest: {}, resources: [stack] } }));
  await pulumi(["stack", "init", "platform"]);
  await pulumi(["stack", "import", "--file", file]);
}

async function pulumi(args: readonly string[]): Promise<string> {
  const options = { cwd: project, env: environment, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)("pulumi", [...args, "--non-interactive"], options)).stdout;
}

/** What the command said when it had to fail. */
async function refused(args: readonly string[]): Promise<string> {
  return pulumi(args).then(
    (text) => {
      throw new Error(`it was not refused: ${text}`);
    },
    (error: unknown) => {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      return `${stdout}\n${stderr}`;
    },
  );
}

const configure = (key: string, value: string): Promise<string> => pulumi(["config", "set", `meshlift:${key}`, value]);
const setPath = (key: string, value: string, ...more: string[]): Promise<string> =>
  pulumi(["config", "set", ...more, "--path", `meshlift:${key}`, value]);
const up = (): Promise<string> => pulumi(["up", "--yes", "--skip-preview"]);

async function summary(): Promise<Readonly<Record<string, number>>> {
  const shown = JSON.parse(await pulumi(["preview", "--json"])) as { changeSummary: Readonly<Record<string, number>> };
  return shown.changeSummary;
}

interface Live {
  readonly metadata: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels: object;
    readonly resourceVersion: string;
  };
  readonly spec: { readonly http: readonly { readonly route: readonly { readonly weight?: number }[] }[] };
}
const live = async (): Promise<Live> => (await lab.live("virtualservice", "front")) as unknown as Live;
const weights = async (): Promise<unknown> =>
  (await live()).spec.http[0]?.route.map((destination) => destination.weight);
const own = ({ metadata }: Live): string[] =>
  Object.keys(metadata.annotations ?? {}).filter((name) => name.startsWith("meshlift.dev/"));

describe("a route that exists already, under the real engine and a real API server", () => {
  it("is not touched in prepare", async () => {
    const before = await live();
    await up();
    expect((await live()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it("is split in shift, after the target's host is known, and keeps what others gave it", async () => {
    await configure("phase", "shift");
    await up();
    const route = await live();
    expect(await weights()).toEqual([100, 0]);
    expect(route.metadata.labels).toEqual({ team: "a" });
    expect(JSON.parse(route.metadata.annotations?.["meshlift.dev/original-http"] ?? "")).toEqual(ORIGINAL);
    expect(await lab.exists("serviceentry", "front-target")).toBe(true);
    expect(await lab.exists("destinationrule", "front-target")).toBe(true);
  });

  it("changes by one update per weight, and by none when nothing changed", async () => {
    await configure("weight", "10");
    expect(await summary()).toMatchObject({ update: 1 });
    expect(Object.keys(await summary()).filter((kind) => !["same", "read", "update"].includes(kind))).toEqual([]);
    await up();
    expect(await weights()).toEqual([90, 10]);
    await pulumi(["preview", "--expect-no-changes"]);
  });

  it("is protected while users are on the split", async () => {
    expect(await refused(["destroy", "--yes", "--skip-preview"])).toMatch(/protected/);
    expect(await weights()).toEqual([90, 10]);
    expect(await lab.exists("serviceentry", "front-target")).toBe(true);
  });

  it("stops at somebody else's change with one sentence that names them, and changes nothing", async () => {
    const patch = JSON.stringify({ spec: { http: [{ route: [{ destination: { host: "front" }, weight: 100 }] }] } });
    const command = ["-n", "shop", "patch", "virtualservice", "front", "--type=merge", "--field-manager=rollout-tool"];
    await lab.api.kubectl([...command, "-p", patch]);
    await configure("weight", "50");
    const before = await live();
    const said = await refused(["up", "--yes", "--skip-preview"]);
    expect(said).toMatch(
      /error: VirtualService shop\/front spec\.http: rollout-tool \(Update, [^)]+\) changed it since/,
    );
    expect(said).not.toMatch(/\n\s+at .*\.js:\d+/);
    expect((await live()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it("gets its split back under the policy revert", async () => {
    await setPath("aksAddon.route.onForeignChange", "revert");
    await up();
    expect(await weights()).toEqual([50, 50]);
  });

  it("stays at 100 through retire, and is as it was once the source is released", async () => {
    await configure("weight", "100");
    await up();
    await configure("phase", "retire");
    await up();
    expect(await weights()).toEqual([0, 100]);
    await setPath("aksAddon.retireSource", "true");
    await up();
    const route = await live();
    expect(route.spec.http).toEqual(ORIGINAL);
    expect(own(route)).toEqual([]);
    expect(await lab.exists("serviceentry", "front-target")).toBe(false);
    expect(await lab.exists("destinationrule", "front-target")).toBe(false);
    await pulumi(["preview", "--expect-no-changes"]);
  });

  it("survives the end of the stack", async () => {
    await pulumi(["destroy", "--yes", "--skip-preview"]);
    expect((await live()).spec.http).toEqual(ORIGINAL);
  });

  it("is missed with one sentence when it is not there", async () => {
    await setPath("aksAddon.route.virtualService.name", "absent");
    const said = await refused(["preview"]);
    expect(said).toMatch(
      /error: aksAddon\.route\.virtualService is "shop\/absent", but there is no such VirtualService/,
    );
    expect(said).not.toMatch(/\n\s+at .*\.js:\d+/);
  });
});
