import type { NarratedStep } from "../../core/rehearsal/types";

/** Runs one step of a rehearsal and prints it as it passes, with its evidence and its seconds. */
export type Narrate = (title: string, step: () => Promise<string>) => Promise<void>;

/**
 * Plain append-only lines: they read the same in a terminal and in a pipeline's log.
 * A step that fails is printed with what was seen instead, and its error goes on to the caller.
 */
export function narrator(narrated: NarratedStep[], print: (line: string) => void): Narrate {
  return async (title, step) => {
    const started = performance.now();
    const at = Date.now();
    const seconds = (): number => (performance.now() - started) / 1000;
    try {
      const evidence = await step();
      narrated.push({ title, evidence, seconds: seconds(), at });
      print(`  ✔ ${title.padEnd(52)} ${seconds().toFixed(1).padStart(6)} s  ${evidence}`);
    } catch (error) {
      print(`  ✘ ${title.padEnd(52)} ${seconds().toFixed(1).padStart(6)} s`);
      throw error;
    }
  };
}
