import { mkdir, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { cached, keyOf } from "../tools/cache";
import { goVersion } from "../tools/go";
import { timed, type Progress } from "../tools/progress";
import type { Tools } from "../tools/index";
import { packLayer } from "./root";
import { writeArchive, type Layer } from "./archive";
import { fillBase, programsDir, type Site } from "./fill";
import { imageRecipes, type ImageRecipe } from "./recipes";
import { tryProgram } from "./try";

export { ensureCharts } from "../tools/charts";

/** One image: its full reference and a docker archive of it, for `ctr -n k8s.io images import`. */
export interface Image {
  readonly reference: string;
  readonly archive: string;
}

/** Bumped when the way of making images changes in a file that is not under programs/. */
const recipe = "1";

/** Everything under programs/ with its content. */
async function programParts(): Promise<(string | Buffer)[]> {
  const entries = await readdir(programsDir(), { recursive: true, withFileTypes: true });
  const skipped = (path: string): boolean => path.includes("node_modules");
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sorted = files.filter((path) => !skipped(path.slice(programsDir().length))).sort();
  const contents = await Promise.all(sorted.map((path) => readFile(path)));
  return sorted.flatMap((path, index) => [path.slice(programsDir().length), contents[index] ?? ""]);
}

/** Programs that go into images: a built one is named by its key, one from PATH by size and time. */
async function toolParts(tools: Tools): Promise<string[]> {
  const parts: string[] = [tools.istio, tools.istioVersion];
  for (const name of ["pilot-discovery", "pilot-agent", "envoy"]) {
    const file = await realpath(join(tools.bin, name));
    const { size, mtimeMs } = await stat(file);
    parts.push(file, String(size), String(mtimeMs));
  }
  return parts;
}

const archiveName = (reference: string): string =>
  `${reference.slice(reference.lastIndexOf("/") + 1).replace(":", "-")}.tar`;

async function makeImages(
  folder: string,
  recipes: readonly ImageRecipe[],
  tools: Tools,
  progress: Progress,
): Promise<void> {
  const work = join(folder, "work");
  const baseRoot = join(work, "base");
  await mkdir(work);
  const go = await goVersion();
  const base = await timed(progress, "image layer: Debian base", () => fillBase(baseRoot, progress));
  const baseLayer = await packLayer(baseRoot, join(work, "base.tar"));
  const layers = new Map<string, Promise<Layer>>();
  const layerOf = (one: ImageRecipe): Promise<Layer> => {
    const known = layers.get(one.layer);
    if (known !== undefined) return known;
    const root = join(work, one.layer);
    const site: Site = { root, tools, go, progress, base, baseRoot };
    const made = timed(progress, `image layer: ${one.layer}`, async () => {
      await mkdir(root);
      await one.fill(site);
      return packLayer(root, `${root}.tar`);
    });
    layers.set(one.layer, made);
    return made;
  };
  // One after the other: downloads and byte code make both processors busy already.
  for (const one of recipes) {
    const layer = await layerOf(one);
    const stack = one.onBase ? [baseLayer, layer] : [layer];
    if (one.trial !== undefined) {
      await tryProgram(
        [...(one.onBase ? [baseRoot] : []), join(work, one.layer)],
        one.reference,
        one.config,
        one.trial,
      );
    }
    await writeArchive(join(folder, archiveName(one.reference)), one.reference, one.config, stack);
  }
  await rm(work, { recursive: true });
}

/**
 * Makes sure that every image of the lab is there: Istio's, Bookinfo's and the pause container, from the tools, Debian's,
 * PyPI's and npm's packages. Each application has answered a request before its image is kept.
 */
export async function ensureImages(tools: Tools, progress: Progress): Promise<readonly Image[]> {
  const recipes = imageRecipes(tools.istioVersion);
  const described = JSON.stringify(recipes, (_, value: unknown) => (typeof value === "function" ? undefined : value));
  const key = keyOf([recipe, described, ...(await toolParts(tools)), ...(await programParts())]);
  const folder = await cached({ kind: "images", name: "lab", key }, (partial) =>
    timed(progress, "making the images", () => makeImages(partial, recipes, tools, progress)),
  );
  return recipes.map(({ reference }) => ({ reference, archive: join(folder, archiveName(reference)) }));
}
