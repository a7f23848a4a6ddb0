import { spawn } from "node:child_process";

export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Long builds must not starve clusters that are already running. */
  readonly nice?: boolean;
}

export interface RunResult {
  /** Exit code; -1 when the program could not be started or was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and returns what it wrote; never throws for a failing program. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program, ...rest] = options.nice ? ["nice", "-n", "10", ...argv] : argv;
  if (program === undefined) throw new Error("run: empty command");
  return new Promise((resolve) => {
    const child = spawn(program, rest, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString("utf8");
    child.on("error", (error) => {
      resolve({ code: -1, stdout: text(out), stderr: error.message });
    });
    child.on("close", (code) => {
      resolve({ code: code ?? -1, stdout: text(out), stderr: text(err) });
    });
  });
}

/** The last lines a program wrote, joined into one, for use inside a sentence. */
export function lastWords(result: RunResult, lines = 3): string {
  const all = `${result.stdout}\n${result.stderr}`.split("\n").map((line) => line.trim());
  return all.filter(Boolean).slice(-lines).join(" | ") || `exit code ${String(result.code)}`;
}
