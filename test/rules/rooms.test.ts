import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const project = resolve(__dirname, "../..");
const ROOMS = ["index.ts", "stacks", "components", "core", "pipeline", "report", "agent", "lab", "test"];

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

async function violationsIn(folder: string, rooms: readonly string[]): Promise<readonly Violation[]> {
  const program = join(project, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const config = join(project, ".dependency-cruiser.cjs");
  const argv = [program, "--config", config, "--output-type", "json", ...rooms];
  const { stdout } = await promisify(execFile)(process.execPath, argv, {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error: unknown) => {
    // The exit code is the number of violations; only without a list has it really failed.
    const ended = error as { stdout?: string };
    if (ended.stdout === undefined || ended.stdout === "") throw error;
    return { stdout: ended.stdout };
  });
  const { summary } = JSON.parse(stdout) as { summary: { violations: readonly Violation[] } };
  return summary.violations;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const packageFiles = (name: string, files: readonly string[]): Readonly<Record<string, string>> => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0", main: "index.js" }),
  ...Object.fromEntries(files.map((file) => [`node_modules/${name}/${file}`, "module.exports = {};\n"])),
});

const PACKAGES = {
  ...packageFiles("@pulumi/pulumi", ["index.js"]),
  ...packageFiles("@pulumi/kubernetes", ["index.js", "core/v1/index.js"]),
  ...packageFiles("zod", ["index.js"]),
  ...packageFiles("undici", ["index.js"]),
  ...packageFiles("vitest", ["index.js"]),
  ...packageFiles("stowaway", ["index.js"]),
  "package.json": JSON.stringify({
    name: "rooms",
    dependencies: { "@pulumi/pulumi": "1.0.0", "@pulumi/kubernetes": "1.0.0", zod: "1.0.0", undici: "1.0.0" },
    devDependencies: { vitest: "1.0.0" },
  }),
  "tsconfig.json": JSON.stringify({ compilerOptions: { module: "commonjs", target: "ES2023" } }),
};

/** One import that breaks one rule. `rule` alone must be named for it. */
const BREACHES: readonly { rule: string; from: string; imports: string; reason: string }[] = [
  {
    rule: "core-knows-nobody",
    from: "core/a.ts",
    imports: "../components/good",
    reason: "core would know a component",
  },
  { rule: "core-knows-nobody", from: "core/b.ts", imports: "../report/good", reason: "core would know the report" },
  { rule: "core-is-pure", from: "core/c.ts", imports: "@pulumi/pulumi", reason: "core would need Pulumi's engine" },
  { rule: "core-is-pure", from: "core/d.ts", imports: "node:fs", reason: "core would read files" },
  { rule: "core-is-pure", from: "core/e.ts", imports: "undici", reason: "core would speak to the network" },
  { rule: "core-is-pure", from: "core/f.ts", imports: "timers/promises", reason: "core would have a clock" },
  {
    rule: "components-know-core",
    from: "components/a.ts",
    imports: "../stacks/good",
    reason: "a component would know its stack",
  },
  {
    rule: "stacks-know-components",
    from: "stacks/a.ts",
    imports: "../pipeline/good",
    reason: "the program would know who runs it",
  },
  {
    rule: "index-knows-stacks",
    from: "index.ts",
    imports: "./components/good",
    reason: "the entry would build things itself",
  },
  {
    rule: "report-knows-core",
    from: "report/a.ts",
    imports: "../pipeline/good",
    reason: "the report would know who asks for it",
  },
  { rule: "agent-knows-core", from: "agent/a.ts", imports: "../report/good", reason: "the VM's package would grow" },
  {
    rule: "pipeline-knows-core-and-report",
    from: "pipeline/a.ts",
    imports: "../stacks/good",
    reason: "the command line would run the program without the engine",
  },
  {
    rule: "lab-knows-nobody",
    from: "lab/a.ts",
    imports: "../core/good",
    reason: "the lab would share the product's mistakes",
  },
  {
    rule: "nobody-knows-the-tests",
    from: "lab/b.ts",
    imports: "../test/good",
    reason: "the lab would be bent to the tests",
  },
  { rule: "sources-not-outputs", from: "pipeline/b.ts", imports: "../bin/out", reason: "a stale output would be used" },
  {
    rule: "provider-sdk-by-submodule",
    from: "stacks/b.ts",
    imports: "@pulumi/kubernetes",
    reason: "the program would start slowly",
  },
  {
    rule: "dependency-not-dev-dependency",
    from: "report/b.ts",
    imports: "vitest",
    reason: "a release would lack the package",
  },
  {
    rule: "declared-dependency",
    from: "agent/b.ts",
    imports: "stowaway",
    reason: "an update may take the package away",
  },
  { rule: "resolvable", from: "pipeline/c.ts", imports: "./nowhere", reason: "the import leads nowhere" },
];

const INTO_THE_LAB = [
  "core/lab.ts",
  "components/lab.ts",
  "stacks/lab.ts",
  "pipeline/lab.ts",
  "report/lab.ts",
  "agent/lab.ts",
];

const ALLOWED: Readonly<Record<string, string>> = {
  "core/good.ts": 'import "zod";\nimport "node:crypto";\nimport "./other";\nexport const core = 1;\n',
  "core/other.ts": "export type Other = number;\n",
  "components/good.ts":
    'import "../core/good";\nimport "@pulumi/kubernetes/core/v1";\nimport "@pulumi/pulumi";\nexport const component = 1;\n',
  "stacks/good.ts": 'import "../components/good";\nimport "../core/good";\nexport const stack = 1;\n',
  "report/good.ts": 'import "../core/good";\nexport const report = 1;\n',
  "pipeline/good.ts":
    'import "../core/good";\nimport "../report/good";\nimport "undici";\nexport const pipeline = 1;\n',
  "agent/good.ts": 'import "../core/good";\nexport const agent = 1;\n',
  "lab/good.ts": 'import "undici";\nimport "node:fs";\nexport const lab = 1;\n',
  "test/good.ts":
    'import "vitest";\nimport "../lab/good";\nimport "../pipeline/good";\nimport "../stacks/good";\nimport "../agent/good";\n',
  "bin/out.js": "module.exports = {};\n",
};

describe("The rooms of the project", () => {
  it("hold what docs/architecture.md says", async () => {
    const rooms = readdirSync(project).filter((name) => [...ROOMS, "tools"].includes(name));
    const violations = await violationsIn(project, rooms);
    expect(violations.map(({ from, to, rule }) => `${rule.name}: ${from} imports ${to}`)).toEqual([]);
  });
});

describe("The rules of the rooms", () => {
  let folder = "";
  let found: readonly Violation[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "meshlift-rooms-"));
    write(folder, PACKAGES);
    write(folder, ALLOWED);
    for (const { from, imports } of BREACHES) write(folder, { [from]: `import "${imports}";\n` });
    for (const from of INTO_THE_LAB)
      write(folder, { [from]: 'import type { lab } from "../lab/good";\nexport type Lab = typeof lab;\n' });
    write(folder, {
      "core/round.ts": 'import { about } from "./about";\nexport const round = about;\n',
      "core/about.ts": 'import { round } from "./round";\nexport const about = round;\n',
      "stacks/leftover.ts": "export const leftover = 1;\n",
    });
    found = await violationsIn(folder, ROOMS);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const rulesFor = (file: string): readonly string[] => [
    ...new Set(found.filter(({ from }) => from === file).map(({ rule }) => rule.name)),
  ];

  it.each(BREACHES)("refuse $imports in $from by $rule: $reason", ({ rule, from }) => {
    expect(rulesFor(from)).toEqual([rule]);
  });

  it.each(INTO_THE_LAB)("refuse the lab in %s even if only a type is taken", (from) => {
    expect(rulesFor(from)).toEqual(["nobody-knows-the-lab"]);
  });

  it("refuse a circle of imports", () => {
    expect([...rulesFor("core/about.ts"), ...rulesFor("core/round.ts")]).toEqual(["no-cycle"]);
  });

  it("refuse a file that nobody imports and that imports nothing", () => {
    expect(rulesFor("stacks/leftover.ts")).toEqual(["no-orphan"]);
  });

  it("let every import through that the plan allows", () => {
    const allowed = Object.keys(ALLOWED);
    expect(found.filter(({ from }) => allowed.includes(from))).toEqual([]);
  });

  it("have a breach each, so that none of them is there for show", async () => {
    const config = (await import(join(project, ".dependency-cruiser.cjs"))) as {
      default: { forbidden: readonly { name: string }[] };
    };
    const names = config.default.forbidden.map(({ name }) => name);
    expect([...new Set(found.map(({ rule }) => rule.name))].sort()).toEqual([...names].sort());
  });
});
