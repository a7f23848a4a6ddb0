import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const project = resolve(__dirname, "../..");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function node(cwd: string, ...argv: readonly string[]): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(process.execPath, argv, { cwd }, (_error, stdout, stderr) => {
      done({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** A small checkout with the project's own tools and node modules. */
function checkout(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "meshlift-checkout-"));
  cpSync(join(project, "tools"), join(folder, "tools"), { recursive: true });
  cpSync(join(project, "package.json"), join(folder, "package.json"));
  cpSync(join(project, "package-lock.json"), join(folder, "package-lock.json"));
  symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
  const compilerOptions = {
    module: "node20",
    target: "ES2023",
    types: [],
    rootDir: ".",
    outDir: "bin",
    strict: true,
  };
  const incremental = { incremental: true, tsBuildInfoFile: "bin/.tsbuildinfo", skipLibCheck: true };
  write(folder, {
    "tsconfig.json": JSON.stringify({
      compilerOptions: { ...compilerOptions, ...incremental },
      include: ["index.ts", "core", "pipeline", "lab"],
    }),
    ...files,
  });
  return folder;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

describe("The bootstrap", { timeout: 60_000 }, () => {
  let folder = "";
  beforeAll(() => {
    folder = checkout({
      "index.ts": "export const answer: number = 42;\n",
      "core/old.ts": "export const old = 1;\n",
      // In place of Node's own types, which would cost each compilation a second.
      "core/globals.d.ts":
        "declare const process: { argv: string[]; exitCode: number; on(signal: string, then: () => void): void; exit(code: number): never };\n" +
        "declare const console: { log(...words: string[]): void };\n" +
        "declare function setInterval(work: () => void, milliseconds: number): void;\n",
      "pipeline/main.ts": [
        'if (process.argv[2] === "wait") {',
        '  process.on("SIGTERM", () => process.exit(8));',
        "  setInterval(() => undefined, 1000);",
        "} else process.exitCode = 7;",
        'console.log(process.argv.slice(2).join("|"));',
      ].join("\n"),
      "lab/main.ts": 'console.log("lab", ...process.argv.slice(2));\n',
    });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("compiles what is missing, says so with seconds, and hands the arguments over and the exit code back", async () => {
    const ended = await node(folder, "tools/meshlift.mjs", "rehearse", "--migration", "aks-addon");
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 7, stdout: "rehearse|--migration|aks-addon\n" });
    expect(ended.stderr).toMatch(
      /^meshlift: compiling TypeScript \.\.\.\nmeshlift: compiling TypeScript: done in \d+\.\d s\n$/,
    );
  });

  it("says nothing when there is nothing to do, and gives `lab` to the lab", async () => {
    expect(await node(folder, "tools/meshlift.mjs", "lab", "status")).toEqual({
      code: 0,
      stdout: "lab status\n",
      stderr: "",
    });
  });

  it("passes a signal on and ends as the program ends", async () => {
    const child = spawn(process.execPath, ["tools/meshlift.mjs", "wait"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((ready) => child.stdout.once("data", ready));
    child.kill("SIGTERM");
    expect(await new Promise((done) => child.once("exit", done))).toBe(8);
  });

  it("removes the output of a deleted source, writes a deleted output again, and compiles for two at once only one time", async () => {
    rmSync(join(folder, "core/old.ts"));
    rmSync(join(folder, "bin/index.js"));
    const both = await Promise.all([node(folder, "tools/dev.mjs", "build"), node(folder, "tools/dev.mjs", "build")]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ stderr }) => stderr.includes("compiling TypeScript: done"))).toHaveLength(1);
    expect(existsSync(join(folder, "bin/core/old.js"))).toBe(false);
    expect(readFileSync(join(folder, "bin/index.js"), "utf8")).toContain("42");
  });

  it("prints the compiler's own words for a source that does not compile, exits with 1 and tries again the next time", async () => {
    write(folder, { "index.ts": 'export const answer: number = "forty-two";\n' });
    for (const attempt of ["first", "second"]) {
      const ended = await node(folder, "tools/dev.mjs", "build");
      expect({ attempt, code: ended.code }).toEqual({ attempt, code: 1 });
      expect(ended.stderr).toContain("index.ts(1,14): error TS2322");
    }
  });

  it("names the tasks when asked for one that is not there", async () => {
    const ended = await node(folder, "tools/dev.mjs", "deploy");
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^meshlift: unknown task "deploy"; there are build, test, test-lab, check/);
  });
});

describe("The bootstrap's lock", { timeout: 60_000 }, () => {
  const script = `
    import { appendFileSync } from "node:fs";
    import { takeLock } from ${JSON.stringify(join(project, "tools/bootstrap/lock.mjs"))};
    const release = await takeLock(process.argv[1]);
    appendFileSync(process.argv[2], "in " + process.pid + "\\n");
    await new Promise((done) => setTimeout(done, 40));
    appendFileSync(process.argv[2], "out " + process.pid + "\\n");
    if (process.argv[3] === "die") process.kill(process.pid, "SIGKILL");
    release();
  `;
  const holder = (lock: string, log: string, end: string): Promise<Ended> =>
    node(project, "--input-type=module", "--eval", script, lock, log, end);

  it("lets one in at a time and takes over from holders that were killed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "meshlift-lock-"));
    const log = join(folder, "log");
    const ends = ["die", "live", "die", "live", "live", "die", "live", "live"];
    await Promise.all(ends.map((end) => holder(join(folder, "lock"), log, end)));
    const lines = readFileSync(log, "utf8").trim().split("\n");
    const entered = lines.filter((line) => line.startsWith("in ")).map((line) => line.slice("in ".length));
    expect(lines).toEqual(entered.flatMap((pid) => [`in ${pid}`, `out ${pid}`]));
    expect(new Set(entered).size).toBe(ends.length);
    rmSync(folder, { recursive: true, force: true });
  });
});
