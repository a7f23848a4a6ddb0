import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

function findProject(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    // `/` has no package.json: the compiled files were copied away from their project.
    if (folder === dirname(folder)) throw new Error(`no package.json above ${__dirname}: run the lab from its project`);
  }
}

/** The project's folder (where package.json is): the same from sources and from compiled files. */
export function projectDir(): string {
  return findProject();
}

/**
 * Where built tools, downloads and images are kept: `$MESHLIFT_CACHE`, else `$XDG_CACHE_HOME/meshlift`, else
 * `~/.cache/meshlift`. Per user and shared by all checkouts; everything in it is keyed by what it was made from.
 */
export function cacheDir(): string {
  const own = process.env["MESHLIFT_CACHE"];
  if (own) return resolve(own);
  // The XDG rule: a relative path is invalid and has to be ignored.
  const xdg = process.env["XDG_CACHE_HOME"];
  return join(xdg?.startsWith("/") ? xdg : join(homedir(), ".cache"), "meshlift");
}

/** Where one lab keeps its state and logs: `$MESHLIFT_LAB_DIR`, else `.lab` in the project. */
export function labDir(): string {
  const own = process.env["MESHLIFT_LAB_DIR"];
  return own ? resolve(own) : join(projectDir(), ".lab");
}
