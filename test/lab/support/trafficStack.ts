import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { appendFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";
import { projectDir } from "../../../lab/paths";
import { type Fixture, useProvider } from "../../providers/support/fixture";
import { layProject } from "./project";

const TARGET_ADDRESS = "198.51.100.20";

/** The routes of the VirtualService that somebody made before the program came. */
export const ORIGINAL = [
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

/** The VirtualService as the API server holds it. */
export interface Live {
  readonly metadata: {
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels: object;
    readonly resourceVersion: string;
  };
  readonly spec: { readonly http: readonly { readonly route: readonly { readonly weight?: number }[] }[] };
}

/** What a command said, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** An update that runs. */
export interface Running {
  readonly engine: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** The unchanged program with layer `traffic` on a source that exists, under the real engine and a real API server. */
export interface TrafficStack {
  readonly lab: Fixture;
  pulumi(args: readonly string[]): Promise<string>;
  /** What the command said when it had to fail. */
  refused(args: readonly string[]): Promise<string>;
  configure(key: string, value: string): Promise<string>;
  setPath(key: string, value: string, ...more: string[]): Promise<string>;
  up(): Promise<string>;
  /** An update that goes on while the test does something to it. */
  startUp(): Running;
  /** The process that runs the program of this stack, once it is there. */
  programPid(): number | undefined;
  summary(): Promise<Readonly<Record<string, number>>>;
  live(): Promise<Live>;
  weights(): Promise<unknown>;
}

/** Registers start and stop for one test file. */
export function useTrafficStack(): TrafficStack {
  const lab = useProvider();
  let folder: string;
  let project: string;
  let environment: NodeJS.ProcessEnv;

  async function pulumi(args: readonly string[]): Promise<string> {
    const options = { cwd: project, env: environment, maxBuffer: 64 * 1024 * 1024 };
    return (await promisify(execFile)("pulumi", [...args, "--non-interactive"], options)).stdout;
  }
  const stack: TrafficStack = {
    lab,
    pulumi,
    refused: async (args) =>
      pulumi(args).then(
        (text) => {
          throw new Error(`it was not refused: ${text}`);
        },
        (error: unknown) => {
          const { stdout, stderr } = error as { stdout: string; stderr: string };
          return `${stdout}\n${stderr}`;
        },
      ),
    configure: (key, value) => pulumi(["config", "set", `meshlift:${key}`, value]),
    setPath: (key, value, ...more) => pulumi(["config", "set", ...more, "--path", `meshlift:${key}`, value]),
    up: () => pulumi(["up", "--yes", "--skip-preview"]),
    startUp: () => started(project, environment),
    programPid: () => programOf(project),
    summary: async () => {
      const shown = JSON.parse(await pulumi(["preview", "--json"])) as {
        changeSummary: Readonly<Record<string, number>>;
      };
      return shown.changeSummary;
    },
    live: async () => (await lab.live("virtualservice", "front")) as unknown as Live,
    weights: async () => (await stack.live()).spec.http[0]?.route.map((destination) => destination.weight),
  };

  beforeAll(async () => {
    await lab.api.kubectl(["apply", "-f", "-"], OBJECTS);
    const status = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: "203.0.113.5" }] } } });
    const service = ["-n", "istio-system", "patch", "service", "istio-ingressgateway", "--subresource=status"];
    await lab.api.kubectl([...service, "--type=merge", "-p", status]);

    ({ folder, project, environment } = await layProject(lab.tools.bin));
    await importPlatform(folder, pulumi);
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
    await stack.setPath("aksAddon.source.kubeconfig", lab.api.kubeconfig, "--secret");
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });
  return stack;
}

/** A platform stack that has been up, as the traffic stack sees it: nothing but outputs. */
async function importPlatform(folder: string, pulumi: TrafficStack["pulumi"]): Promise<void> {
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

function started(cwd: string, env: NodeJS.ProcessEnv): Running {
  const args = ["up", "--yes", "--skip-preview", "--non-interactive"];
  const engine = spawn("pulumi", args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [engine.stdout, engine.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  const ended = new Promise<Ended>((resolve) => {
    engine.on("close", (code) => {
      resolve({ code, said });
    });
  });
  return { engine, ended };
}

function programOf(project: string): number | undefined {
  return readdirSync("/proc")
    .map(Number)
    .filter(Number.isInteger)
    .find((pid) => {
      try {
        const command = readFileSync(`/proc/${String(pid)}/cmdline`, "utf8");
        return command.includes("/cmd/run") && command.includes(project);
      } catch {
        return false;
      }
    });
}
