import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Side } from "../../core/rehearsal/types";
import { kubernetesCluster, type Cluster } from "../ports/cluster";
import type { Engine, EngineResult } from "../ports/engine";
import type { LabFacts } from "./facts";

/** What the steps of one rehearsal share. Clusters and addresses are known once the first update is done. */
export interface Context {
  readonly facts: LabFacts;
  readonly engine: Engine;
  readonly reportDir: string;
  /** pod name -> side, for every pod seen so far in either cluster */
  readonly podSide: Record<string, Side>;
}

/** The two clusters and their gateways as the stack's outputs tell them. */
export interface Sides {
  readonly source: Cluster;
  readonly target: Cluster;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly revision: string;
}

function textOutput(outputs: Readonly<Record<string, unknown>>, name: string): string {
  const value = outputs[name];
  if (typeof value !== "string" || value === "")
    throw new Error(`the stack's output ${name} is ${JSON.stringify(value)}, not a text`);
  return value;
}

/** Connects to both clusters by the stack's outputs. */
export async function sidesOf(engine: Engine): Promise<Sides> {
  const outputs = await engine.outputs();
  return {
    source: await kubernetesCluster(textOutput(outputs, "sourceKubeconfig")),
    target: await kubernetesCluster(textOutput(outputs, "targetKubeconfig")),
    sourceAddress: new URL(textOutput(outputs, "sourceUrl")).hostname,
    targetAddress: new URL(textOutput(outputs, "targetUrl")).hostname,
    revision: textOutput(outputs, "revision"),
  };
}

/** Notes the pods that run now, so that an answer's pod can be told to belong to the source or to the target. */
export async function notePods(context: Context, sides: Pick<Sides, "source" | "target">): Promise<void> {
  for (const side of ["source", "target"] as const) {
    for (const pod of await sides[side].list("/api/v1/namespaces/default/pods"))
      context.podSide[pod.metadata.name] = side;
  }
}

/** A change set in words, for evidence: `update 1` or `no change`. */
export function inWords(result: EngineResult): string {
  const words = Object.entries(result.changes).map(([kind, count]) => `${kind} ${String(count)}`);
  return words.length === 0 ? "no change" : words.join(", ");
}

/** The log of what the engine printed, beside the report. */
export function engineLog(reportDir: string): (text: string) => void {
  mkdirSync(reportDir, { recursive: true });
  const file = join(reportDir, "pulumi.log");
  writeFileSync(file, "");
  return (text) => appendFileSync(file, text);
}
