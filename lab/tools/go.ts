import { chmod, cp, link, mkdir, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { coerce, gte } from "semver";
import { projectDir } from "../paths";
import { cached, isCached, keyOf } from "./cache";
import { ToolProblem } from "./problem";
import { timed, type Progress } from "./progress";
import type { Recipe } from "./recipes";
import { lastWords, run } from "./run";

const minimumGo = "1.26.0";

/** What every build has in common; all of it is part of the key. */
const environment = { CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off", GOOS: "linux" };
const flags = ["-mod=readonly", "-trimpath", "-buildvcs=false"];

export function goVersionOf(text: string): string | undefined {
  return /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];
}

/** The installed Go's version, e.g. "1.26.8"; refuses a missing or too old one with a sentence. */
export async function goVersion(): Promise<string> {
  const result = await run(["go", "env", "GOVERSION"], { env: environment });
  const version = goVersionOf(result.stdout);
  if (version === undefined) {
    throw new ToolProblem(
      `go: not found on PATH, but the lab builds its tools from Go modules: install Go ${minimumGo} or newer`,
    );
  }
  const comparable = coerce(version);
  if (comparable === null || !gte(comparable, minimumGo)) {
    throw new ToolProblem(
      `go: version ${version} is too old, the lab's tools need ${minimumGo} or newer: install it or put it first on PATH`,
    );
  }
  return version;
}

/** Turns what `go` wrote into one sentence; a refused module is by far the most frequent cause. */
export function explainGoFailure(what: string, output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const refused = lines.find((line) => /SECURITY ERROR|checksum mismatch|missing go\.sum entry/.test(line));
  if (refused) return `${what}: a Go module is not the one that go.sum pins (${refused}): check GOPROXY and GOSUMDB`;
  const fetch = lines.find((line) =>
    /\b(40[0-9]|410|5\d\d) |no such host|dial tcp|i\/o timeout|Forbidden|Gone/.test(line),
  );
  if (fetch)
    return `${what}: a Go module could not be fetched (${fetch}): check GOPROXY (go env GOPROXY) and the network`;
  if (lines.some((line) => line.includes("no space left on device"))) {
    return `${what}: the disk is full; about 10 GB are needed for Go's caches: free some space and start again`;
  }
  const words = lines.filter((line) => line !== "" && !line.startsWith("go: downloading")).slice(-3);
  return `${what}: go build failed (${words.join(" | ")}): start again; if it stays, clear Go's cache with go clean -cache`;
}

/** All files of a module folder, for the key. */
async function sourceParts(folder: string): Promise<(string | Buffer)[]> {
  const names = (await readdir(folder)).sort();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return names.flatMap((name, index) => [name, contents[index] ?? ""]);
}

export interface GoBuild {
  readonly title: string;
  /** Absolute folder with go.mod. */
  readonly folder: string;
  readonly package: string;
  readonly tags?: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly programs: readonly [string, ...string[]];
}

/**
 * Builds programs into the cache and returns their folder; at once when it was built before from the same things.
 * `instead` is asked only when a build would be needed; a folder that it gives is taken and nothing is built.
 */
export async function goBuild(
  build: GoBuild,
  go: string,
  progress: Progress,
  instead: () => Promise<string | undefined> = () => Promise.resolve(undefined),
): Promise<string> {
  const linker = ["-s", "-w", ...Object.entries(build.variables).map(([name, value]) => `-X ${name}=${value}`)].join(
    " ",
  );
  const argv = ["go", "build", ...flags, ...(build.tags ? ["-tags", build.tags] : []), "-ldflags", linker];
  const key = keyOf([
    go,
    process.arch,
    JSON.stringify([environment, argv, build.package, build.programs]),
    ...(await sourceParts(build.folder)),
  ]);
  const at = { kind: "tools", name: build.programs[0], key };
  const other = (await isCached(at)) ? undefined : await instead();
  if (other !== undefined) return other;
  const made = await cached(at, (folder) =>
    timed(progress, `building ${build.title}`, async () => {
      // A copy, so that a build can never write into the project, and a read-only checkout works.
      const source = join(folder, "source");
      await cp(build.folder, source, { recursive: true });
      await mkdir(join(folder, "bin"));
      const [first, ...others] = build.programs;
      const binary = join(folder, "bin", first);
      const result = await run([...argv, "-o", binary, build.package], { cwd: source, env: environment, nice: true });
      if (result.code !== 0) throw new ToolProblem(explainGoFailure(build.title, `${result.stdout}\n${result.stderr}`));
      await chmod(binary, 0o755);
      // Hard links: a multi-call binary looks at the name it was called by, which resolving a symbolic link would lose.
      for (const name of others) await link(binary, join(folder, "bin", name));
      await rm(source, { recursive: true });
    }),
  );
  return join(made, "bin");
}

export function recipeBuild(recipe: Recipe): GoBuild {
  const { module, version, programs } = recipe;
  return {
    title: programs.length > 1 ? `${module} ${version}` : `${programs[0]} ${version}`,
    folder: join(projectDir(), "lab", "tools", "modules", module),
    package: recipe.package,
    ...(recipe.tags === undefined ? {} : { tags: recipe.tags }),
    variables: recipe.variables,
    programs,
  };
}

/** A copy of parts of a Go module in the cache: Go's own module cache may be cleaned at any time. */
export async function moduleParts(
  at: { readonly module: string; readonly path: string; readonly parts: readonly string[] },
  progress: Progress,
): Promise<string> {
  const pins = join(projectDir(), "lab", "tools", "modules", at.module);
  const key = keyOf([at.path, ...at.parts, ...(await sourceParts(pins))]);
  return cached({ kind: "modules", name: at.module, key }, (folder) =>
    timed(progress, `fetching the sources of ${at.path}`, async () => {
      const source = join(folder, ".pins");
      await cp(pins, source, { recursive: true });
      const result = await run(["go", "mod", "download", "-json", at.path], { cwd: source, env: environment });
      const where = /"Dir": "([^"]+)"/.exec(result.stdout)?.[1];
      if (result.code !== 0 || where === undefined) {
        throw new ToolProblem(explainGoFailure(at.path, lastWords(result)));
      }
      await rm(source, { recursive: true });
      // Go keeps its module cache read-only; cp would keep that and the copy could not be renamed or removed.
      for (const part of at.parts) {
        await mkdir(join(folder, part, ".."), { recursive: true });
        const copy = await run(["cp", "-r", "--no-preserve=mode", join(where, part), join(folder, part)]);
        if (copy.code !== 0) throw new ToolProblem(`${at.path}: ${part} could not be copied: ${lastWords(copy)}`);
      }
    }),
  );
}
