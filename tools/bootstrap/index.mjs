import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, isCompiled } from "./compile.mjs";
import { install, isInstalled } from "./install.mjs";
import { takeLock } from "./lock.mjs";
import { projectNode } from "./node.mjs";

/** The checkout this file belongs to. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

// Progress goes to stderr: what a command prints to stdout may be read by another program.
function say(line) {
  process.stderr.write(`meshlift: ${line}\n`);
}

async function timed(what, work) {
  const start = performance.now();
  say(`${what} ...`);
  await work();
  say(`${what}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/**
 * Brings in what the checkout lacks: node modules and, unless `compiled` is false, compiled sources. Silent if it lacks
 * nothing. Two at once are safe: one works, the other waits and then finds everything done.
 */
export async function bootstrap({ root = ROOT, compiled = true } = {}) {
  const isReady = () => isInstalled(root) && (!compiled || isCompiled(root));
  if (existsSync(join(root, "node_modules")) && isReady()) return;
  const release = await takeLock(join(root, "bin/.lock"), (pid) =>
    say(`waiting for process ${pid}, which is installing or compiling`),
  );
  try {
    if (!isInstalled(root)) await timed("installing node modules (npm ci)", () => install(root));
    if (compiled && !isCompiled(root)) await timed("compiling TypeScript", () => compile(root));
  } finally {
    release();
  }
}

/** The environment of everything the bootstrap starts: the project's own Node and programs come first on PATH. */
export function environment(root = ROOT) {
  const path = [dirname(projectNode(root)), join(root, "node_modules/.bin"), process.env.PATH ?? ""].join(delimiter);
  return {
    ...process.env,
    PATH: path,
    // Compiled code of the Pulumi SDK is kept between starts: it is most of a program's start time.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, "node_modules/.cache/compiled"),
  };
}
