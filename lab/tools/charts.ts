import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, keyOf } from "./cache";
import { ToolProblem } from "./problem";
import { timed, type Progress } from "./progress";
import { lastWords, run } from "./run";
import type { Tools } from "./types";

/** Where Istio's releases have their images; the sources name the place of development builds. */
const releaseHub = "registry.istio.io/release";

const charts = ["base", "istio-control/istio-discovery", "gateway", "istio-cni"];

/** Bumped when the way of packaging changes. */
const recipe = "1";

/** values.yaml as a release has it: development hub and tag replaced where they stand, comments and the rest untouched. */
export function releaseValues(text: string, tag: string): string {
  return text
    .replace(/^(\s*hub:\s*)registry\.istio\.io\/testing\s*$/gm, `$1${releaseHub}`)
    .replace(/^(\s*tag:\s*)latest\s*$/gm, `$1${tag}`);
}

/**
 * Folder of a chart repository (index.yaml with relative addresses, packaged base, istiod, gateway and cni) with the
 * version of the built Istio, as Istio's release tooling makes it from the same sources.
 */
export async function ensureCharts(tools: Tools, progress: Progress): Promise<string> {
  const helm = join(tools.bin, "helm");
  const key = keyOf([recipe, tools.istio, tools.istioVersion, releaseHub, ...charts]);
  return cached({ kind: "charts", name: tools.istioVersion, key }, (folder) =>
    timed(progress, `packaging Istio's charts ${tools.istioVersion}`, async () => {
      const helmRun = async (...argv: string[]): Promise<void> => {
        const result = await run([helm, ...argv]);
        if (result.code !== 0) throw new ToolProblem(`helm ${argv.join(" ")}: ${lastWords(result)}`);
      };
      for (const chart of charts) {
        const source = join(folder, "source");
        await cp(join(tools.istio, "manifests", "charts", chart), source, { recursive: true });
        const values = join(source, "values.yaml");
        await writeFile(values, releaseValues(await readFile(values, "utf8"), tools.istioVersion));
        const versions = ["--version", tools.istioVersion, "--app-version", tools.istioVersion];
        await helmRun("package", source, ...versions, "--destination", folder);
        await run(["rm", "-r", source]);
      }
      await helmRun("repo", "index", folder);
    }),
  );
}
