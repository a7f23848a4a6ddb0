/** Running commands of the lab, or of its user, inside of the outside namespace. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { prepareGroup } from "../cgroup";
import { OUTSIDE } from "../network/plan";
import { projectDir } from "../paths";

/** Control group of commands that users run in the lab; `down` ends what is left of them. */
const GROUP = "commands";

/**
 * Runs a command inside of the outside namespace on the caller's terminal; signals are passed on.
 *
 * @returns its exit code; 128 + number when a signal ended it, as shells have it
 */
export async function runInside(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const joins = prepareGroup(GROUP).map((file) => `echo $$ > '${file}'`);
  const script = [...joins, `exec nsenter --net=/run/netns/${OUTSIDE} -- "$@"`].join("; ");
  const child = spawn("sh", ["-c", script, "sh", ...argv], { stdio: "inherit", env: { ...process.env, ...env } });
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
  // A terminal sends its signals to the whole group; passing on a second one would count twice, so Ctrl-C is only survived.
  const pass = (signal: NodeJS.Signals): void => {
    if (!(signal === "SIGINT" && process.stdin.isTTY)) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
      });
    });
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

/** The command line of this very program, for running one of its commands inside. */
export function selfCommand(...args: readonly string[]): readonly string[] {
  return [process.execPath, join(projectDir(), "bin", "lab", "main.js"), ...args];
}
