import { execFile } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureTools } from "../../lab/tools/index";
import { layProject, type ProjectFolder } from "./support/project";

const SHOP = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: bookinfo }
spec: { hosts: ["*"], gateways: [edge], http: [{ route: [{ destination: { host: front } }] }] }
`;
const BROKEN = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n name: b\n";

const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "u", user: { token: "never-to-be-shown" } }],
  contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
  "current-context": "x",
});

const CREATE = {
  kind: "create",
  resourceGroup: "rg-old",
  name: "shop-old",
  kubernetesVersion: "1.35",
  istioVersion: "1.30.2",
};

interface Change {
  readonly top?: object;
  readonly target?: object;
  readonly rest?: object;
}

/** A good configuration, but for what the case changes. */
function config({ top = {}, target = {}, rest = {} }: Change): object {
  return {
    "meshlift:phase": "prepare",
    "meshlift:weight": 0,
    "meshlift:aksAddon": {
      location: "westeurope",
      publicHost: "shop.example.com",
      source: CREATE,
      target: { resourceGroup: "rg-new", name: "shop-new", kubernetesVersion: "1.35", ...target },
      manifests: ["shop.yaml"],
      route: { virtualService: { name: "bookinfo" }, temporaryHost: "v2.example.com" },
      ...rest,
    },
    ...top,
  };
}

let at: ProjectFolder;
let salt: string;

beforeAll(async () => {
  const { bin } = await ensureTools((line) => process.stderr.write(`${line}\n`));
  at = await layProject(bin);
  await writeFile(path.join(at.project, "shop.yaml"), SHOP);
  await writeFile(path.join(at.project, "broken.yaml"), BROKEN);
  await pulumi("stack", "init", "bad");
  salt = await readFile(path.join(at.project, "Pulumi.bad.yaml"), "utf8");
});

afterAll(async () => {
  await rm(at.folder, { recursive: true, force: true });
});

async function pulumi(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const options = { cwd: at.project, env: at.environment };
  try {
    const { stdout, stderr } = await promisify(execFile)("pulumi", [...words, "--non-interactive"], options);
    return { code: 0, said: `${stdout}\n${stderr}` };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: `${stdout}\n${stderr}` };
  }
}

/** The sentences of the diagnostics, with the mark of an error on the first one. */
function sentences(said: string): readonly string[] {
  const [, diagnostics = ""] = /Diagnostics:\n([^]*?)\n(?:Outputs|Resources):/.exec(said) ?? [];
  const lines = diagnostics.split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("pulumi:pulumi:Stack"));
}

const CASES: readonly (readonly [string, Change, readonly (string | RegExp)[]])[] = [
  [
    "a weight of 101",
    { top: { "meshlift:weight": 101 } },
    ["error: weight is 101, but a weight is an integer percent from 0 to 100; write a whole number from 0 to 100."],
  ],
  [
    "a weight of 7.5 together with a falling ramp and an unknown key, all at once",
    { top: { "meshlift:weight": 7.5, "meshlift:ramp": [10, 5, 100] }, rest: { publichost: "x" } },
    [
      "error: weight is 7.5, but a weight is an integer percent from 0 to 100; write a whole number from 0 to 100.",
      "ramp is [10,5,100], but each step of the ramp is greater than the one before; sort the steps and remove twins.",
      /^aksAddon\.publichost: there is no such setting; .*publicHost/,
    ],
  ],
  [
    "a weight above 0 in prepare",
    { top: { "meshlift:weight": 10 } },
    [
      "error: weight is 10, but in phase prepare nothing that serves users is touched, so the weight is 0; verify the target first and set meshlift:phase to shift, or set meshlift:weight to 0.",
    ],
  ],
  [
    "retire at 90",
    { top: { "meshlift:phase": "retire", "meshlift:weight": 90 } },
    [/^error: phase is "retire", but phase retire is allowed only at weight 100, and the weight is 90: /],
  ],
  [
    "two external gateways",
    { target: { ingress: { external: [true, true], internal: false } } },
    [
      /^error: aksAddon\.target\.ingress\.external: the add-on serves at most one external and one internal ingress gateway/,
    ],
  ],
  [
    "a blocked field of the mesh configuration",
    { target: { meshConfig: { rootNamespace: "mine" } } },
    [/^error: aksAddon\.target\.meshConfig\.rootNamespace is "mine", but the add-on blocks this field; leave it out; /],
  ],
  [
    "a revision of another minor version than the source's",
    { target: { revision: "asm-9-99" } },
    [/^error: aksAddon\.target\.revision is "asm-9-99", but the source runs Istio 1\.30\.2, .*; write asm-1-30, /],
  ],
  [
    "a manifest with a YAML error, named by a path relative to the project",
    { rest: { manifests: ["broken.yaml"] } },
    [/^error: broken\.yaml:5:2: the YAML cannot be read: /],
  ],
  [
    "a manifest that is not there",
    { rest: { manifests: ["nowhere.yaml"] } },
    [
      /^error: aksAddon\.manifests\[0\] is "nowhere\.yaml", but the file cannot be read \(ENOENT; looked for \/.*\/nowhere\.yaml\)/,
    ],
  ],
  [
    "a VirtualService that does not exist",
    { rest: { route: { virtualService: { name: "absent" }, temporaryHost: "v2.example.com" } } },
    [/^error: aksAddon\.route\.virtualService is "default\/absent", but there is no such VirtualService/],
  ],
  [
    "an API server that cannot be reached",
    { rest: { source: { kind: "existing", istioVersion: "1.30.2", kubeconfig: KUBECONFIG } } },
    [
      /^error: aksAddon\.source: the API server of the source, https:\/\/127\.0\.0\.1:1, gave no usable answer: .*nothing was changed\.$/,
    ],
  ],
];

describe("bad input, through the real command line", () => {
  it.each(CASES)("%s gets its sentences and changes nothing", async (_, change, expected) => {
    await writeFile(path.join(at.project, "Pulumi.bad.yaml"), `${salt}config: ${JSON.stringify(config(change))}\n`);
    const state = (): Promise<string> => pulumi("stack", "export").then(({ said }) => said);
    const before = await state();
    const { code, said } = await pulumi("up", "--yes", "--skip-preview");
    expect(code).not.toBe(0);
    const found = sentences(said);
    expect(found).toHaveLength(expected.length);
    expected.forEach((wanted, index) => {
      if (typeof wanted === "string") expect(found[index]).toBe(wanted);
      else expect(found[index]).toMatch(wanted);
    });
    expect(said).not.toMatch(/\n\s+at .*\.js:\d+/);
    expect(said).not.toContain("never-to-be-shown");
    const resources = (text: string): unknown =>
      ((JSON.parse(text) as { deployment: { resources?: { type: string }[] } }).deployment.resources ?? []).filter(
        ({ type }) => type !== "pulumi:pulumi:Stack",
      );
    expect(resources(await state())).toEqual(resources(before));
  });

  it("good input is accepted by the same way, its manifests found relative to the project", async () => {
    await writeFile(path.join(at.project, "Pulumi.bad.yaml"), `${salt}config: ${JSON.stringify(config({}))}\n`);
    const { code, said } = await pulumi("preview");
    expect(said).toContain("route-virtual-service");
    expect(code).toBe(0);
    expect(await readdir(at.project)).not.toContain("nowhere.yaml");
  });
});
