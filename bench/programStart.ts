/**
 * How long the compiled program takes from the start of Node until its outputs are there, beside what it stands on:
 * an empty Node, and Pulumi's SDK alone. Whole processes, taken in turns so that noise meets all alike; the minimum of
 * each and its ratio to the SDK's are printed. Resources are answered by Pulumi's mocks: no engine, no cloud.
 *
 * Run: npm run bench
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const RUNS = 9;
const root = path.join(__dirname, "..", "..");
const cache = mkdtempSync(path.join(tmpdir(), "meshlift-bench-"));

const SUBJECTS = {
  "an empty program": ["-e", ""],
  "@pulumi/pulumi alone": ["-e", 'require("@pulumi/pulumi")'],
  "the program, aks-addon at weight 50": [path.join(__dirname, "mockedProgram.js")],
} as const;

function seconds(argv: readonly string[]): number {
  const started = performance.now();
  // Pulumi's language host passes the environment on, so a pipeline that sets a compile cache gets it here too.
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const { status, stderr } = spawnSync(process.execPath, argv, { cwd: root, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${argv.join(" ")} ended with ${String(status)}: ${stderr}`);
  return (performance.now() - started) / 1000;
}

try {
  const best = new Map<string, number>();
  for (let run = 0; run < RUNS; run++) {
    for (const [name, argv] of Object.entries(SUBJECTS)) {
      best.set(name, Math.min(best.get(name) ?? Infinity, seconds(argv)));
    }
  }
  const sdk = best.get("@pulumi/pulumi alone") ?? NaN;
  for (const [name, least] of best) {
    console.log(`${name.padEnd(40)} ${least.toFixed(3)} s  ${(least / sdk).toFixed(2)} x the SDK alone`);
  }
} finally {
  rmSync(cache, { recursive: true, force: true });
}
