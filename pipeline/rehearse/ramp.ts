import { setTimeout as sleep } from "node:timers/promises";
import { SETTLE_MS } from "../../core/rehearsal/steps";
import type { StepBoundary } from "../../core/rehearsal/types";
import type { Cluster } from "../ports/cluster";
import type { EngineResult } from "../ports/engine";
import type { Context } from "./context";
import type { Load } from "./load";
import { REHEARSAL } from "./project";

/** A weight that has been written and is still being watched. */
export type OpenStep = Omit<StepBoundary, "endAt">;

function countOther(result: EngineResult): number {
  return Object.entries(result.changes).reduce((sum, [kind, count]) => (kind === "update" ? sum : sum + count), 0);
}

/** Refuses a weight change that is anything but one update: what a pipeline would do before it touches traffic. */
export function requireOneUpdate(weight: number, preview: EngineResult): void {
  if (preview.changes["update"] === 1 && countOther(preview) === 0) return;
  throw new Error(
    `the preview of weight ${String(weight)} shows ${JSON.stringify(preview.changes)}, not exactly one update: look at the preview before going on`,
  );
}

interface Routed {
  readonly http?: readonly {
    readonly route?: readonly { readonly destination?: { readonly host?: string }; readonly weight?: number }[];
  }[];
}

/** Watches the API server for the moment at which the route has the new weight; gives up when told to. */
async function accepted(cluster: Cluster, weight: number, until: AbortSignal): Promise<number | undefined> {
  const { namespace, name } = REHEARSAL.virtualService;
  const path = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtualservices/${name}`;
  while (!until.aborted) {
    const routed = (await cluster.get(path))?.["spec"] as Routed | undefined;
    const weights = (routed?.http ?? []).flatMap((route) => route.route ?? []);
    if (weights.some((to) => to.destination?.host === REHEARSAL.temporaryHost && to.weight === weight))
      return Date.now();
    await sleep(100);
  }
  return undefined;
}

/**
 * Writes one weight as a pipeline would (configuration, preview, gate, update). `readyAt` resolves when the step
 * before has been watched long enough: the preview runs meanwhile, so that its time is not lost.
 */
export async function writeWeight(
  context: Context,
  source: Cluster,
  weight: number,
  readyAt: Promise<void>,
): Promise<OpenStep> {
  await context.engine.set("meshlift:weight", String(weight));
  const preview = await context.engine.preview();
  requireOneUpdate(weight, preview);
  await readyAt;
  const writingAt = Date.now();
  const watching = new AbortController();
  const acceptance = accepted(source, weight, watching.signal);
  const update = await context.engine.up();
  const writtenAt = Date.now();
  setTimeout(() => watching.abort(), 1000);
  const acceptedAt = await acceptance;
  return {
    weight,
    writingAt,
    ...(acceptedAt === undefined ? {} : { acceptedAt: Math.min(acceptedAt, writtenAt) }),
    writtenAt,
    previewSeconds: preview.seconds,
    updateSeconds: update.seconds,
    previewUpdates: preview.changes["update"] ?? 0,
    previewOther: countOther(preview),
  };
}

/** Waits until enough requests were sent under a weight; gives up when the load has stopped coming. */
export async function watchWeight(load: Load, boundary: OpenStep, requests: number, rate: number): Promise<void> {
  const from = boundary.writtenAt + SETTLE_MS;
  const deadline = from + (requests / rate) * 3000 + 30_000;
  for (;;) {
    const seen = load.since(from).length;
    if (seen >= requests) return;
    if (Date.now() > deadline) {
      throw new Error(
        `weight ${String(boundary.weight)}: only ${String(seen)} of ${String(requests)} requests were answered in time`,
      );
    }
    await sleep(200);
  }
}
