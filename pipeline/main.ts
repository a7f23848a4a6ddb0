import { Command, CommanderError } from "commander";

/**
 * The command line `meshlift`. Commands are loaded when they are asked for, so that `--help` stays quick.
 * Exit codes: 0 done, 1 refused or failed (one sentence per problem on standard error), 2 wrong usage.
 */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("meshlift")
    .description(
      "Move live traffic between places inside Istio, and prove at every step that it moved and that nothing was lost.",
    )
    .exitOverride();
  let code = 0;
  program
    .command("rehearse")
    .description("perform a whole migration in the local lab, under load, and print the proof")
    .option("--migration <kind>", "which migration: aks-addon", "aks-addon")
    .option("--rate <n>", "requests per second", "220")
    .option("--requests-per-step <n>", "requests counted at each weight before the next", "6020")
    .option("--keep", "leave the lab up afterwards, to look at", false)
    .action(async (options: Readonly<Record<string, unknown>>) => {
      const { rehearse } = await import("./rehearse/command.js");
      code = await rehearse(options);
    });
  program
    .command("rehearse-here", { hidden: true })
    .description("the part of a rehearsal that runs inside the lab's network")
    .requiredOption("--migration <kind>")
    .requiredOption("--rate <n>")
    .requiredOption("--requests-per-step <n>")
    .action(async (options: Readonly<Record<string, unknown>>) => {
      const { rehearseHere } = await import("./rehearse/here.js");
      code = await rehearseHere({ ...options, keep: false });
    });
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return code;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`meshlift: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
