import { spawn } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";

const whole = (least: number, most: number, error: string): z.ZodType<number> =>
  z.coerce.number({ error }).refine((n) => Number.isInteger(n) && n >= least && n <= most, { error });

/** What a rehearsal can be told. Rates are requests per second; `requestsPerStep` bounds how long a weight is watched. */
const Options = z.object({
  migration: z.literal("aks-addon", {
    error: "--migration must be aks-addon: it is the migration that can be rehearsed",
  }),
  rate: whole(10, 1000, "--rate must be a whole number from 10 to 1000"),
  requestsPerStep: whole(500, 1_000_000, "--requests-per-step must be a whole number from 500 to 1000000"),
  keep: z.boolean(),
});

export type RehearsalOptions = Readonly<z.infer<typeof Options>>;

/** Parses the command line's options; the problems are sentences. */
export function parseOptions(
  raw: Readonly<Record<string, unknown>>,
): RehearsalOptions | { readonly problems: readonly string[] } {
  const parsed = Options.safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const option = `--${issue.path.join(".").replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const text = issue.message.startsWith("--") ? issue.message : `${option}: ${issue.message}`;
    return `${text} (it is ${JSON.stringify(raw[issue.path.join(".")])})`;
  });
  return { problems };
}

/** The checkout that this program was compiled in (`bin/pipeline/rehearse` lies three folders below it). */
export const projectDir = join(__dirname, "..", "..", "..");
const labProgram = join(projectDir, "bin", "lab", "main.js");

function run(argv: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, argv, { stdio: "inherit", cwd: projectDir });
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on("SIGINT", forward);
    process.on("SIGTERM", forward);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      process.off("SIGINT", forward);
      process.off("SIGTERM", forward);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}

/** Brings the lab up, performs the migration inside it, and takes the lab down again. Returns the exit code. */
export async function rehearse(raw: Readonly<Record<string, unknown>>): Promise<number> {
  const options = parseOptions(raw);
  if ("problems" in options) {
    for (const problem of options.problems) process.stderr.write(`meshlift: ${problem}\n`);
    return 2;
  }
  // A rehearsal starts from an empty cloud: what an earlier one left (--keep, or a sudden end) would be taken for its own.
  let code = await run([labProgram, "down"]);
  if (code === 0) code = await run([labProgram, "up"]);
  if (code === 0) {
    const inner = join(projectDir, "bin", "pipeline", "main.js");
    const words = ["--migration", options.migration, "--rate", String(options.rate)];
    words.push("--requests-per-step", String(options.requestsPerStep));
    code = await run([labProgram, "exec", "--", process.execPath, inner, "rehearse-here", ...words]);
  }
  if (options.keep) {
    process.stdout.write(
      "The lab stays up (--keep): `npx meshlift lab status` shows it, `npx meshlift lab down` ends it.\n",
    );
    return code;
  }
  const down = await run([labProgram, "down"]);
  return code === 0 ? down : code;
}
