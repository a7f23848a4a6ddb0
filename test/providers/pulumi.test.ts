import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectDir } from "../../lab/paths";
import { preparePulumiHome } from "../../lab/pulumi/home";
import { nodeCommand, type ProgramRun, splitWords } from "../../lab/pulumi/program";

const folder = mkdtempSync(path.join(tmpdir(), "meshlift-home-"));
const bin = path.join(folder, "bin");
const lab = path.join(folder, "lab");

beforeAll(() => {
  mkdirSync(bin);
  writeFileSync(path.join(bin, "pulumi"), "#!/bin/sh\necho v3\n");
  chmodSync(path.join(bin, "pulumi"), 0o755);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe("the lab's Pulumi home", () => {
  it("holds a login for the file backend and pulumi beside its language host, and may be made twice at once", async () => {
    const [first, second] = await Promise.all([preparePulumiHome(lab, bin), preparePulumiHome(lab, bin)]);
    expect(first).toEqual({ home: path.join(lab, "pulumi-home"), path: [path.join(lab, "pulumi-cli"), bin] });
    expect(second).toEqual(first);
    expect(readdirSync(path.join(lab, "pulumi-cli")).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    expect(execFileSync(path.join(lab, "pulumi-cli", "pulumi"), { encoding: "utf8" })).toBe("v3\n");
    const credentials = JSON.parse(readFileSync(path.join(first.home, "credentials.json"), "utf8")) as {
      current: string;
    };
    expect(credentials.current).toBe(`file://${path.join(lab, "pulumi-state")}`);
    const before = statSync(path.join(lab, "pulumi-cli", "pulumi-language-nodejs"));
    await preparePulumiHome(lab, bin);
    expect(statSync(path.join(lab, "pulumi-cli", "pulumi-language-nodejs")).mtimeMs).toBe(before.mtimeMs);
  });

  it("starts its programs with the project's own Node", async () => {
    await preparePulumiHome(lab, bin);
    const launcher = readFileSync(path.join(lab, "pulumi-cli", "pulumi-language-nodejs"), "utf8");
    expect(launcher).toContain(
      `exec '${projectDir()}/node_modules/.bin/node' '${projectDir()}/bin/lab/pulumi/languageHost.js'`,
    );
  });
});

describe("a program's command", () => {
  const run: ProgramRun = {
    project: "p",
    stack: "s",
    organization: "o",
    rootDirectory: "/project",
    pwd: "/work",
    directory: projectDir(),
    entryPoint: "",
    options: {},
    arguments: [],
    config: { "p:a": "1" },
    secretKeys: ["p:b"],
    dryRun: true,
    parallel: 4,
    monitor: "127.0.0.1:1",
    engine: "127.0.0.1:2",
  };

  it("is the SDK's own runner with the engine's addresses", () => {
    const { argv, env } = nodeCommand(run);
    expect(argv[0]).toMatch(/@pulumi\/pulumi\/cmd\/run\/index\.js$/);
    expect(argv.slice(1).join(" ")).toBe(
      "--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --project p --stack s --organization o --pwd /work --root-directory /project --parallel 4 --dry-run .",
    );
    expect(env).toEqual({
      PULUMI_CONFIG: '{"p:a":"1"}',
      PULUMI_CONFIG_SECRET_KEYS: '["p:b"]',
      PULUMI_NODEJS_TYPESCRIPT: "true",
    });
  });

  it("follows the runtime options", () => {
    const options = { typescript: false, nodeargs: "--import tsx '--title=a b'", tsconfig: "t.json" };
    const { argv, env } = nodeCommand({ ...run, options, dryRun: false });
    expect(argv.slice(0, 3)).toEqual(["--import", "tsx", "--title=a b"]);
    expect(argv).not.toContain("--dry-run");
    expect(env).toMatchObject({ PULUMI_NODEJS_TYPESCRIPT: "false", PULUMI_NODEJS_TSCONFIG_PATH: "t.json" });
    expect(splitWords("")).toEqual([]);
  });

  it("cannot be made without the SDK, which is said in one sentence", () => {
    expect(() => nodeCommand({ ...run, directory: "/" })).toThrow(/has no @pulumi\/pulumi.*npm ci/);
  });
});
