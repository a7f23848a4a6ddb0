import { Generator } from "./generator";
import { openJournal } from "./journal";
import { parseOptions } from "./options";

/**
 * The load generator: `main.js --url http://HOST --dns ADDRESS --rate N --path /PATH:WEIGHT ... --out FILE --seconds N
 * --requests N [--connections N] [--timeout SECONDS]`. SIGTERM and SIGINT end it in peace.
 * Exit codes: 0 the file is complete, 1 it could not be written, 2 wrong usage.
 */
async function main(argv: readonly string[]): Promise<number> {
  const options = parseOptions(argv);
  if ("problems" in options) {
    for (const problem of options.problems) process.stderr.write(`load: ${problem}\n`);
    return 2;
  }
  const running: { generator?: Generator } = {};
  const journal = await openJournal(options.out, () => running.generator?.stop());
  const generator = new Generator(options, journal);
  running.generator = generator;
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => generator.stop());
  await generator.run();
  await journal.close();
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`load: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
