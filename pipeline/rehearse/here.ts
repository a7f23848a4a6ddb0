import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { duplicatesOf, parseRecords } from "../../core/rehearsal/records";
import { rehearsalReport, shortfalls } from "../../core/rehearsal/report";
import { shareOverTime } from "../../core/rehearsal/series";
import type { NarratedStep, RehearsalReport } from "../../core/rehearsal/types";
import { renderReport } from "../../report/html";
import { stepTable } from "../../report/table";
import { automationEngine } from "../ports/engine";
import { aksAddon, type LoadPlan } from "./aksAddon";
import { parseOptions, projectDir, type RehearsalOptions } from "./command";
import { engineLog, type Context } from "./context";
import { readFacts, type LabFacts } from "./facts";
import { labMemory } from "./memory";
import { narrator } from "./narrate";
import { layProject, REHEARSAL, rehearsalConfig } from "./project";

const labDir = process.env["MESHLIFT_LAB_DIR"] ?? join(projectDir, ".lab");

function loadPlan(facts: LabFacts, options: RehearsalOptions): LoadPlan {
  const generator = join(projectDir, "bin", "lab", "load", "main.js");
  const words = ["--url", `http://${REHEARSAL.publicHost}`, "--dns", facts.dns, "--rate", String(options.rate)];
  // Forty-nine of fifty requests ask for the product list, which one pod answers alone; the fiftieth is the whole page
  // with every service behind it: the load shares two cores with both clusters and the engine.
  words.push("--path", "/api/v1/products:49", "--path", "/productpage:1");
  words.push("--seconds", "1500", "--requests", String(options.rate * 1500));
  return {
    argv: [process.execPath, generator, ...words],
    rate: options.rate,
    requestsPerStep: options.requestsPerStep,
  };
}

/** Measures the lab's memory now and then until told to stop; the peak in MiB. */
function peakMemory(): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const measuring = (async () => {
    let peak = 0;
    while (!stopping.signal.aborted) {
      peak = Math.max(peak, await labMemory(projectDir));
      await sleep(15_000, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
    return peak;
  })();
  return {
    stop: () => {
      stopping.abort();
      return measuring;
    },
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Performs the migration inside the lab's network; writes rehearsal.json and rehearsal.html. Returns the exit code. */
export async function rehearseHere(raw: Readonly<Record<string, unknown>>): Promise<number> {
  const options = parseOptions(raw);
  if ("problems" in options) throw new Error(options.problems.join("; "));
  const startedAt = new Date();
  const facts = readFacts(labDir);
  const reportDir = join(labDir, "reports", options.migration);
  const workDir = join(labDir, "rehearsal", options.migration);
  mkdirSync(reportDir, { recursive: true });
  const backend = layProject(projectDir, workDir, rehearsalConfig(facts));
  const onLine = engineLog(reportDir);
  const engine = await automationEngine({ stackName: REHEARSAL.stack, workDir, backend, onLine });
  const context: Context = { facts, engine, reportDir, podSide: {} };
  const narrated: NarratedStep[] = [];
  const memory = peakMemory();
  let performed;
  try {
    performed = await aksAddon(context, narrator(narrated, print), loadPlan(facts, options));
  } catch (error) {
    print(`The engine's own words are in ${join(reportDir, "pulumi.log")}, the lab's logs in ${join(labDir, "log")}.`);
    throw error;
  } finally {
    await memory.stop();
  }
  const log = parseRecords(performed.records);
  const report = rehearsalReport({
    migration: options.migration,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    peakMemoryMiB: await memory.stop(),
    log,
    boundaries: performed.boundaries,
    podSide: context.podSide,
    ...duplicatesOf(performed.logs.flatMap((text) => text.split("\n"))),
    narrated,
  });
  const series = shareOverTime(log.records, performed.boundaries, context.podSide);
  writeFileSync(join(reportDir, "rehearsal.json"), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(reportDir, "rehearsal.html"), renderReport(report, series));
  return conclude(report, reportDir);
}

function conclude(report: RehearsalReport, reportDir: string): number {
  print("");
  print(stepTable(report));
  print(
    `${String(report.requests)} requests, ${String(report.lost)} lost, ${String(report.duplicates)} answered twice; ` +
      `${report.seconds.toFixed(0)} s, at most ${String(Math.round(report.peakMemoryMiB))} MiB`,
  );
  print(`Report: ${join(reportDir, "rehearsal.html")}`);
  const missing = shortfalls(report);
  for (const sentence of missing) print(`  ✘ ${sentence}`);
  return missing.length === 0 ? 0 : 1;
}
