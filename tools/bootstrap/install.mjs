import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./run.mjs";

const MARKER = "node_modules/.meshlift-installed";

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** What the installed modules depend on: the lock, and the platform that picked the optional packages. */
export function installKey(root) {
  return createHash("sha256")
    .update(`${process.platform}-${process.arch}\n`)
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/**
 * True if npm itself finished an install of exactly this lock. npm writes node_modules/.package-lock.json when it is
 * through, so somebody's own `npm ci` need not be repeated.
 */
function npmFinished(root) {
  const written = readIfThere(join(root, "node_modules/.package-lock.json"));
  if (written === "") return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const present = JSON.parse(written).packages;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "") return true;
    if (present[path] === undefined) return entry.optional === true;
    return present[path].version === entry.version && existsSync(join(root, path, "package.json"));
  });
}

/** True if node_modules is whole and belongs to package-lock.json as it stands. */
export function isInstalled(root) {
  const key = installKey(root);
  if (readIfThere(join(root, MARKER)) === key) return true;
  if (!npmFinished(root)) return false;
  writeFileSync(join(root, MARKER), key);
  return true;
}

function npmCommand() {
  const path = process.env.npm_execpath;
  if (path !== undefined && /npm-cli\.js$/.test(path) && existsSync(path)) return [process.execPath, path];
  return [process.platform === "win32" ? "npm.cmd" : "npm"];
}

/**
 * Brings in node_modules by `npm ci`. The marker is written last, so a half-finished install is done again.
 * @throws Error with what npm said
 */
export async function install(root) {
  const key = installKey(root);
  // No install scripts: nothing here needs one, and code that runs on install is code nobody reads. What npm's cache knows is
  // not asked again: the lock file's hashes decide what is installed.
  const argv = [
    ...npmCommand(),
    "ci",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--prefer-offline",
  ];
  let result;
  try {
    result = await capture(argv, { cwd: root });
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    throw new Error("npm is not on PATH: install Node with npm (20.10 or newer) and run the command again.", {
      cause: error,
    });
  }
  if (result.code !== 0) {
    throw new Error(
      `npm ci failed with exit code ${result.code}; fix what it names and run the command again:\n${result.text.trim()}`,
    );
  }
  writeFileSync(join(root, MARKER), key);
}
