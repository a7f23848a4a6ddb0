import { createRequire } from "node:module";
import path from "node:path";

/** What the engine says about one run of a program. */
export interface ProgramRun {
  readonly project: string;
  readonly stack: string;
  readonly organization: string;
  /** Working folder of the program. */
  readonly pwd: string;
  /** Folder of Pulumi.yaml; empty when the engine does not say. */
  readonly rootDirectory: string;
  /** Folder that holds the program's package.json and node_modules. */
  readonly directory: string;
  readonly entryPoint: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly arguments: readonly string[];
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  readonly dryRun: boolean;
  readonly parallel: number;
  readonly monitor: string;
  readonly engine: string;
}

/** A command to spawn: arguments for node, and variables added to the environment. */
export interface NodeCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The command that runs a program under the SDK's own runner, which is taken from the program's node_modules so that runner
 * and SDK are of one version. `runtime.options` of Pulumi.yaml: `nodeargs`, `typescript`, `tsconfig`.
 * @throws one sentence when the program has no @pulumi/pulumi
 */
export function nodeCommand(run: ProgramRun): NodeCommand {
  const { nodeargs, tsconfig, typescript } = run.options;
  const argv = [
    ...(typeof nodeargs === "string" ? splitWords(nodeargs) : []),
    runner(run.directory),
    ...["--monitor", run.monitor],
    ...["--engine", run.engine],
    ...["--project", run.project],
    ...["--stack", run.stack],
    ...["--organization", run.organization],
    ...["--pwd", run.pwd],
    // Relative paths in the configuration count from here; without it the SDK gives a placeholder.
    ...(run.rootDirectory === "" ? [] : ["--root-directory", run.rootDirectory]),
    ...["--parallel", String(run.parallel)],
    ...(run.dryRun ? ["--dry-run"] : []),
    run.entryPoint || ".",
    ...run.arguments,
  ];
  const env = {
    PULUMI_CONFIG: JSON.stringify(run.config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.secretKeys),
    PULUMI_NODEJS_TYPESCRIPT: String(typescript !== false && typescript !== "false"),
    ...(typeof tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
  };
  return { argv, env };
}

/** Splits as a shell does: blanks separate, quotes keep together. */
export function splitWords(text: string): readonly string[] {
  const words = text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

function runner(directory: string): string {
  try {
    return createRequire(path.join(directory, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    throw new Error(`The program in ${directory} has no @pulumi/pulumi in its node_modules: run npm ci there.`);
  }
}
