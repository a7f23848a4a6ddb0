import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { installKey } from "./install.mjs";
import { projectNode } from "./node.mjs";
import { capture } from "./run.mjs";

const MARKER = "bin/.compiled";
const BUILD_INFO = "bin/.tsbuildinfo";

function filesBelow(folder, wanted) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** TypeScript sources by tsconfig.json's own `include` (files and folders), as paths relative to the project. */
export function sources(root) {
  const { include } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
  return include
    .flatMap((name) =>
      name.endsWith(".ts")
        ? [join(root, name)].filter((file) => existsSync(file))
        : filesBelow(join(root, name), (file) => file.endsWith(".ts")),
    )
    .map((file) => relative(root, file))
    .sort();
}

const output = (source) => `bin/${source.slice(0, -".ts".length)}.js`;

// By content, not by time: a checkout or a copy changes every time stamp and no text.
function inputKey(root, files) {
  const hash = createHash("sha256")
    .update(installKey(root))
    .update(readFileSync(join(root, "tsconfig.json")));
  for (const file of files) {
    hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

function missingOutput(root, files) {
  return files.some((file) => !file.endsWith(".d.ts") && !existsSync(join(root, output(file))));
}

/** True if bin/ was compiled without an error from exactly the present sources and is still whole. */
export function isCompiled(root) {
  const marker = join(root, MARKER);
  if (!existsSync(marker)) return false;
  const files = sources(root);
  return readFileSync(marker, "utf8") === inputKey(root, files) && !missingOutput(root, files);
}

function removeStaleOutputs(root, files) {
  const wanted = new Set(files.map((file) => join(root, output(file))));
  for (const file of filesBelow(join(root, "bin"), (name) => /\.js(\.map)?$/.test(name))) {
    if (!wanted.has(file.replace(/\.map$/, ""))) rmSync(file, { force: true });
  }
}

/**
 * Type-checks and compiles every source to bin/.
 * @throws Error with the compiler's own messages
 */
export async function compile(root) {
  const files = sources(root);
  const key = inputKey(root, files);
  mkdirSync(join(root, "bin"), { recursive: true });
  rmSync(join(root, MARKER), { force: true });
  // The incremental compiler trusts its record and would not write again what somebody deleted.
  if (missingOutput(root, files)) rmSync(join(root, BUILD_INFO), { force: true });
  const tsc = join(root, "node_modules/typescript/lib/tsc.js");
  const result = await capture([projectNode(root), tsc, "-p", root, "--pretty", "false"], { cwd: root });
  if (result.code !== 0) throw new Error(`The TypeScript sources do not compile:\n${result.text.trim()}`);
  removeStaleOutputs(root, files);
  writeFileSync(join(root, MARKER), key);
}
