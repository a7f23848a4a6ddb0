import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";

/** What a preview or an update did, by kind of operation; operations that change nothing are left out. */
export type Changes = Readonly<Record<string, number>>;

/** The result of one preview or update. */
export interface EngineResult {
  readonly changes: Changes;
  /** wall-clock seconds of the whole call, as a pipeline would feel them */
  readonly seconds: number;
}

/** Pulumi's engine as the pipeline sees it: one stack of one program. */
export interface Engine {
  /** Sets one value of the stack's configuration; structured paths such as `aksAddon.retireSource` are allowed. */
  set(key: string, value: string): Promise<void>;
  preview(): Promise<EngineResult>;
  up(): Promise<EngineResult>;
  outputs(): Promise<Readonly<Record<string, unknown>>>;
  destroy(): Promise<EngineResult>;
}

/** Operations the engine counts that leave every resource as it was. */
const UNCHANGING = new Set(["same", "read"]);

function changesOf(summary: Readonly<Record<string, number | undefined>> | undefined): Changes {
  const entries = Object.entries(summary ?? {}).filter(([kind, count]) => !UNCHANGING.has(kind) && (count ?? 0) > 0);
  return Object.fromEntries(entries.map(([kind, count]) => [kind, count ?? 0]));
}

/** An error of the engine with only what its reader needs: the diagnostics, without the command line and the stack trace. */
class EngineError extends Error {
  public override readonly name = "EngineError";
}

/** The lines of a failed command that say what went wrong. The Automation API puts everything into `message` (stdout, stderr, both). */
export function diagnosticsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.split("\n").map((line) => line.trimEnd());
  const useful = lines.filter(
    (line) => /error:|warning:|problem|refus|must |cannot |not /i.test(line) && !/^\s*at /.test(line),
  );
  const unique = [...new Set(useful.map((line) => line.trim()))];
  return (unique.length > 0 ? unique : lines.filter((line) => line.trim() !== "").slice(-8)).slice(0, 30).join("\n");
}

/**
 * The real engine: the Automation API on a project folder.
 * `onLine` receives what the engine prints, for a log file; secrets are masked by the engine itself.
 */
export async function automationEngine(options: {
  readonly stackName: string;
  readonly workDir: string;
  /** URL of the state backend; default: the one of the environment */
  readonly backend?: string;
  readonly onLine: (text: string) => void;
}): Promise<Engine> {
  const { stackName, workDir, backend } = options;
  const envVars = backend === undefined ? {} : { PULUMI_BACKEND_URL: backend };
  const stack: Stack = await LocalWorkspace.createOrSelectStack({ stackName, workDir }, { envVars });
  const timed = async (run: () => Promise<Changes>): Promise<EngineResult> => {
    const started = performance.now();
    try {
      const changes = await run();
      return { changes, seconds: (performance.now() - started) / 1000 };
    } catch (error) {
      throw new EngineError(diagnosticsOf(error));
    }
  };
  const common = {
    onOutput: options.onLine,
    onError: options.onLine,
    color: "never" as const,
    suppressOutputs: true,
    suppressProgress: true,
  };
  return {
    set: (key, value) => stack.setConfig(key, { value }, key.includes(".")),
    preview: () => timed(async () => changesOf((await stack.preview(common)).changeSummary)),
    up: () => timed(async () => changesOf((await stack.up(common)).summary.resourceChanges)),
    outputs: async () =>
      Object.fromEntries(Object.entries(await stack.outputs()).map(([name, o]) => [name, o.value as unknown])),
    destroy: () =>
      timed(async () => changesOf((await stack.destroy({ ...common, remove: true })).summary.resourceChanges)),
  };
}
