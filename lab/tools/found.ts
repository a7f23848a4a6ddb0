import { readFile, realpath, rename, stat, writeFile, mkdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { coerce, satisfies } from "semver";
import { cacheDir } from "../paths";
import { exists } from "./cache";
import type { Recipe } from "./recipes";
import { run } from "./run";

/** The first version number in what a program says about itself, e.g. "3.22.0" from `v3.22.0+gabc`; undefined if none. */
export function versionIn(text: string): string | undefined {
  return /(?:^|[^\w.])v?(\d+\.\d+\.\d+)/.exec(text)?.[1];
}

/** Whether a printed version may stand in for the pinned one. */
export function isAccepted(range: string, printed: string | undefined): boolean {
  const version = printed === undefined ? null : coerce(printed);
  return version !== null && satisfies(version, range);
}

/** The first executable of that name on PATH, its links resolved. */
async function onPath(program: string, path = process.env["PATH"] ?? ""): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (!folder.startsWith("/")) continue;
    const candidate = join(folder, program);
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile() && (found.mode & 0o111) !== 0) return candidate;
  }
  return undefined;
}

type Memo = Record<string, string>;
const memoFile = (): string => join(cacheDir(), "found.json");

async function readMemo(): Promise<Memo> {
  const text = await readFile(memoFile(), "utf8").catch(() => "{}");
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Memo) : {};
  } catch {
    // Only a memo: a damaged one costs a few probes.
    return {};
  }
}

/** What a program prints about its version; remembered by file identity, since asking six daemons takes half a second. */
async function printedVersion(file: string, versionArguments: readonly string[]): Promise<string | undefined> {
  const real = await realpath(file);
  const facts = await stat(real);
  const id = [file, facts.ino, facts.size, facts.mtimeMs].join(":");
  const memo = await readMemo();
  const known = memo[id];
  if (known !== undefined) return known || undefined;
  const result = await run(["timeout", "10", file, ...versionArguments]);
  const version = versionIn(`${result.stdout}\n${result.stderr}`) ?? "";
  await mkdir(cacheDir(), { recursive: true });
  const partial = `${memoFile()}.${String(process.pid)}`;
  await writeFile(partial, JSON.stringify({ ...(await readMemo()), [id]: version }));
  await rename(partial, memoFile());
  return version || undefined;
}

/** The recipe's programs on PATH, if all of them are there in an accepted version; undefined otherwise. */
export async function findPrograms(
  recipe: Pick<Recipe, "programs" | "accepts" | "versionArguments">,
): Promise<ReadonlyMap<string, string> | undefined> {
  const found = new Map<string, string>();
  for (const program of recipe.programs) {
    const file = await onPath(program);
    if (file === undefined || !(await exists(file))) return undefined;
    found.set(program, file);
  }
  for (const [program, file] of found) {
    if (!isAccepted(recipe.accepts, await printedVersion(file, recipe.versionArguments(program)))) return undefined;
  }
  return found;
}
