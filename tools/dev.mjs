#!/usr/bin/env node
// The developer's tasks behind the npm scripts: build, test, test-lab, check, format, bench, clean, settings.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 10)) {
  console.error(
    "meshlift: Node " +
      process.versions.node +
      " is too old to start with; install Node 20.10 or newer and run the command again.",
  );
  process.exit(1);
}

const { existsSync, rmSync } = await import("node:fs");
const { join } = await import("node:path");
const { bootstrap, environment, ROOT } = await import("./bootstrap/index.mjs");
const { projectNode } = await import("./bootstrap/node.mjs");
const { endLike, run } = await import("./bootstrap/run.mjs");

const modules = (path) => join(ROOT, "node_modules", path);
const PROGRAMS = {
  vitest: modules("vitest/vitest.mjs"),
  prettier: modules("prettier/bin/prettier.cjs"),
  eslint: modules("eslint/bin/eslint.js"),
  depcruise: modules("dependency-cruiser/bin/dependency-cruiser.mjs"),
};

const node = (program, ...args) => run([projectNode(ROOT), program, ...args], { cwd: ROOT, env: environment() });

/** vitest, which also writes its results as JSON to the file that the environment names (continuous integration sums them). */
function vitest(config, args) {
  const file = process.env.MESHLIFT_TEST_RESULTS;
  const results = file === undefined ? [] : ["--reporter=json", `--outputFile.json=${file}`];
  const shown = config === "vitest.lab.config.mts" ? "verbose" : "default";
  return node(PROGRAMS.vitest, "run", "--config", config, `--reporter=${shown}`, ...results, ...args);
}

/** Every check runs, whatever the one before it said: a reader wants the whole list. */
async function check() {
  const checks = [
    ["format", () => node(PROGRAMS.prettier, "--check", "--log-level=warn", ".")],
    ["types", () => bootstrap().then(() => ({ code: 0, signal: null }))],
    ["lint", () => node(PROGRAMS.eslint, "--max-warnings=0", ".")],
    ["rooms", () => node(PROGRAMS.depcruise, "--output-type=err-long", ...ROOMS)],
    ["unused code", () => node(join(ROOT, "tools/checks/unused.mjs"))],
  ];
  const failed = [];
  for (const [name, work] of checks) {
    const start = performance.now();
    let ok = false;
    try {
      ok = (await work()).code === 0;
    } catch (error) {
      console.error(error.message);
    }
    console.log(`${name}: ${ok ? "passed" : "FAILED"} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    if (!ok) failed.push(name);
  }
  if (failed.length > 0) console.error(`Failed: ${failed.join(", ")}.`);
  return { code: failed.length === 0 ? 0 : 1, signal: null };
}

const ROOMS = [
  "index.ts",
  "stacks",
  "components",
  "core",
  "pipeline",
  "report",
  "agent",
  "lab",
  "test",
  "bench",
  "tools",
].filter((room) => existsSync(join(ROOT, room)));

const TASKS = {
  build: { compiled: true, work: () => ({ code: 0, signal: null }) },
  test: { compiled: true, work: (args) => vitest("vitest.config.mts", args) },
  "test-lab": { compiled: true, work: (args) => vitest("vitest.lab.config.mts", args) },
  check: { compiled: false, work: check },
  format: {
    compiled: false,
    work: (args) => node(PROGRAMS.prettier, "--write", "--log-level=warn", ...(args.length > 0 ? args : ["."])),
  },
  settings: { compiled: true, work: () => node(join(ROOT, "tools/checks/settings.mjs"), "--write") },
  bench: { compiled: true, work: () => node(join(ROOT, "bin/bench/programStart.js")) },
  clean: {
    bare: true,
    work: () => {
      // node_modules stays: it is keyed by the lock file and costs the most. The lab has a `down` of its own.
      rmSync(join(ROOT, "bin"), { recursive: true, force: true });
      rmSync(join(ROOT, "coverage"), { recursive: true, force: true });
      return { code: 0, signal: null };
    },
  },
};

const [name, ...args] = process.argv.slice(2);
const task = TASKS[name];
if (task === undefined) {
  console.error(`meshlift: unknown task ${JSON.stringify(name ?? "")}; there are ${Object.keys(TASKS).join(", ")}.`);
  process.exitCode = 2;
} else {
  try {
    if (task.bare !== true) await bootstrap({ compiled: task.compiled });
    endLike(await task.work(args));
  } catch (error) {
    console.error(`meshlift: ${error.message}`);
    process.exitCode = 1;
  }
}
