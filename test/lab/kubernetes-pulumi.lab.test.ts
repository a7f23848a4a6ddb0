import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../lab/paths";
import { preparePulumiHome } from "../../lab/pulumi/home";
import { useProvider } from "../providers/support/fixture";

const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const { Provider } = require("@pulumi/kubernetes/provider");
const { ConfigMap, Namespace, Service } = require("@pulumi/kubernetes/core/v1");
const { CustomResource } = require("@pulumi/kubernetes/apiextensions/customResource");
const config = new pulumi.Config();
const weight = config.requireNumber("weight");
const provider = new Provider("cluster", { kubeconfig: config.requireSecret("kubeconfig"), clusterIdentifier: "test" });
const space = new Namespace("space", { metadata: { name: "bookshop" } }, { provider });
const settings = new ConfigMap("settings", { metadata: { namespace: space.metadata.name }, data: { a: "1" } }, { provider });
const to = (host, weight) => ({ destination: { host }, weight });
new CustomResource("route", {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "books", namespace: space.metadata.name },
  spec: { hosts: ["books"], http: [{ route: [to("old", 100 - weight), to("new", weight)] }] },
}, { provider });
if (config.getBoolean("slow")) {
  new Service("gate", { metadata: { namespace: space.metadata.name }, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } }, { provider });
}
exports.settings = settings.metadata.name;
`;

const lab = useProvider();
let folder: string;
let environment: NodeJS.ProcessEnv;

interface Preview {
  readonly changeSummary: Readonly<Record<string, number>>;
  readonly steps: readonly { readonly op: string; readonly urn: string; readonly detailedDiff?: object | null }[];
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "meshlift-pulumi-"));
  const { home, path: folders } = await preparePulumiHome(path.join(folder, "lab"), lab.tools.bin);
  environment = {
    ...process.env,
    PATH: [...folders, process.env["PATH"]].join(":"),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${path.join(folder, "lab", "pulumi-state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  const program = path.join(folder, "program");
  await mkdir(program);
  await symlink(path.join(projectDir(), "node_modules"), path.join(program, "node_modules"));
  await writeFile(path.join(program, "package.json"), '{ "name": "books", "private": true, "main": "index.js" }');
  await writeFile(path.join(program, "index.js"), PROGRAM);
  await writeFile(
    path.join(program, "Pulumi.yaml"),
    "name: books\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  await pulumi(["stack", "init", "dev"]);
  await pulumi(["config", "set", "--secret", "kubeconfig", lab.api.kubeconfig]);
  await pulumi(["config", "set", "weight", "0"]);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function pulumi(args: readonly string[]): Promise<string> {
  const options = { cwd: path.join(folder, "program"), env: environment, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)("pulumi", [...args, "--non-interactive"], options)).stdout;
}

async function preview(): Promise<Preview> {
  return JSON.parse(await pulumi(["preview", "--json"])) as Preview;
}

/** Programs that run on this test's Pulumi home. */
async function running(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const variables = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (variables.includes(`PULUMI_HOME=${environment["PULUMI_HOME"] ?? ""}`)) {
      found.push(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""));
    }
  }
  return found;
}

describe("the real engine", () => {
  it("creates the program's objects, and a weight change is one update of two fields", async () => {
    const summary = await pulumi(["up", "--yes", "--skip-preview"]);
    expect(summary).toMatch(/\+ 5 created/);
    await pulumi(["preview", "--expect-no-changes"]);
    await pulumi(["config", "set", "weight", "10"]);
    const shown = await preview();
    expect(shown.changeSummary).toEqual({ same: 4, update: 1 });
    expect(shown.steps.filter((step) => step.op === "update")).toMatchObject([
      {
        urn: "urn:pulumi:dev::books::kubernetes:networking.istio.io/v1:VirtualService::route",
        detailedDiff: {
          "spec.http[0].route[0].weight": { kind: "update" },
          "spec.http[0].route[1].weight": { kind: "update" },
        },
      },
    ]);
    await pulumi(["up", "--yes", "--skip-preview"]);
    const weights = ["-n", "bookshop", "get", "virtualservice", "books", "-o", "jsonpath={..weight}"];
    expect(await lab.api.kubectl(weights)).toBe("90 10");
  });

  it("finds drift by a refresh and repairs it", async () => {
    const spec = { http: [{ route: [{ destination: { host: "old" }, weight: 100 }] }] };
    const patch = [
      "-n",
      "bookshop",
      "patch",
      "virtualservice",
      "books",
      "--type=merge",
      "-p",
      JSON.stringify({ spec }),
    ];
    await lab.api.kubectl(patch);
    expect((await preview()).changeSummary).toEqual({ same: 5 });
    await pulumi(["refresh", "--yes", "--skip-preview"]);
    expect((await preview()).changeSummary).toEqual({ same: 4, update: 1 });
    await pulumi(["up", "--yes", "--skip-preview"]);
    expect(
      await lab.api.kubectl(["-n", "bookshop", "get", "virtualservice", "books", "-o", "jsonpath={..weight}"]),
    ).toBe("90 10");
  });

  it("keeps the kubeconfig out of the state's clear text", async () => {
    expect(await pulumi(["stack", "export"])).not.toContain("a-token-of-the-test");
  });

  it("leaves no process behind, not even when it is killed in the middle", async () => {
    expect(await running()).toEqual([]);
    await pulumi(["config", "set", "slow", "true"]);
    const argv = ["up", "--yes", "--skip-preview", "--non-interactive"];
    const up = spawn("pulumi", argv, { cwd: path.join(folder, "program"), env: environment, stdio: "ignore" });
    const service = ["-n", "bookshop", "get", "service", "-o", "name"];
    while ((await lab.api.kubectl(service)) === "") await sleep(200);
    up.kill("SIGKILL");
    for (let waited = 0; waited < 5_000 && (await running()).length > 0; waited += 200) await sleep(200);
    expect(await running()).toEqual([]);
  });

  it("takes everything away again", async () => {
    await pulumi(["cancel", "--yes"]);
    await pulumi(["config", "set", "slow", "false"]);
    await pulumi(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
    await pulumi(["destroy", "--yes", "--skip-preview"]);
    expect(await lab.api.kubectl(["get", "namespace", "bookshop", "--ignore-not-found"])).toBe("");
  });
});
