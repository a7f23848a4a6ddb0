/** The lab's command line; see USAGE. */
import { parseArgs } from "node:util";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectDir } from "./paths";

const USAGE = `lab up                     bring the lab up: tools, images, network, cloud; nothing is done twice
lab down                   end the lab, or whatever a crashed one left, and clear up
lab status                 show clusters, addresses, processes and memory
lab memory                 the same as numbers: {"processes", "mebibytes"}
lab exec -- COMMAND ...    run a command inside the lab's network, with Pulumi and the tools on PATH
lab cluster create NAME [--api-only] | delete NAME | restart-api NAME
                           single clusters, without the cloud`;

/** A wrong command line: the sentence is for the user, the usage follows. */
class UsageProblem extends Error {}

/** Libraries of the lab need a newer Node than a distribution may have; the project brings one. */
function rerunWithOwnNode(): number | undefined {
  const own = join(projectDir(), "node_modules", ".bin", "node");
  if (Number(process.versions.node.split(".")[0]) >= 22 || !existsSync(own)) return undefined;
  return spawnSync(own, process.argv.slice(1), { stdio: "inherit" }).status ?? 1;
}

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new UsageProblem(
    "The lab makes network namespaces and containers, which only root may do: run it as root (sudo).",
  );
}

function progress(line: string): void {
  const seconds = process.uptime().toFixed(1).padStart(6);
  process.stderr.write(`[${seconds} s] ${line}\n`);
}

async function execCommand(argv: readonly string[]): Promise<number> {
  const command = argv[0] === "--" ? argv.slice(1) : argv;
  if (command.length === 0) throw new UsageProblem("lab exec needs a command: lab exec -- COMMAND ...");
  const { readFacts } = await import("./commands/state.js");
  const { namespaceExists } = await import("./network/namespaces.js");
  const { OUTSIDE } = await import("./network/plan.js");
  const facts = readFacts();
  if (facts === undefined || !namespaceExists(OUTSIDE)) throw new UsageProblem("The lab is not up: run lab up first.");
  return (await import("./commands/inside.js")).runInside(command, facts.env);
}

async function clusterArguments(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { "api-only": { type: "boolean", default: false } },
  });
  const [action, name, ...rest] = positionals;
  if (
    (action !== "create" && action !== "delete" && action !== "restart-api") ||
    name === undefined ||
    rest.length > 0
  ) {
    throw new UsageProblem("lab cluster needs create, delete or restart-api, and one cluster's name.");
  }
  return (await import("./commands/cluster.js")).clusterCommand(
    { action, name, apiOnly: values["api-only"] },
    progress,
  );
}

async function main([command, ...rest]: readonly string[]): Promise<number> {
  if (command === undefined || command === "help" || command === "--help" || command === "-h") {
    process.stdout.write(`${USAGE}\n`);
    return command === undefined ? 2 : 0;
  }
  if (command === "exec") {
    requireRoot();
    return execCommand(rest);
  }
  if (command === "cluster") {
    requireRoot();
    return clusterArguments(rest);
  }
  if (command === "answers") return (await import("./commands/answers.js")).answers(rest);
  if (rest.length > 0) throw new UsageProblem(`lab ${command} takes no arguments, but "${rest.join(" ")}" was given.`);
  requireRoot();
  switch (command) {
    case "up":
      await (await import("./commands/up.js")).up(progress);
      return 0;
    case "down":
      await (await import("./commands/up.js")).down(progress);
      return 0;
    case "status":
      process.stdout.write(`${await (await import("./commands/status.js")).status()}\n`);
      return 0;
    case "memory":
      process.stdout.write(`${JSON.stringify((await import("./commands/status.js")).memory())}\n`);
      return 0;
    default:
      throw new UsageProblem(`There is no command "lab ${command}".`);
  }
}

const code = rerunWithOwnNode();
if (code !== undefined) process.exit(code);
main(process.argv.slice(2)).then(
  (exit) => {
    // Not process.exit: what is still being written to a pipe has to arrive.
    process.exitCode = exit;
  },
  (error: unknown) => {
    process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageProblem) process.stderr.write(`\n${USAGE}\n`);
    process.exitCode = 1;
  },
);
