import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StepBoundary } from "../../core/rehearsal/types";
import * as checks from "./checks";
import { inWords, notePods, sidesOf, type Context, type Sides } from "./context";
import { startLoad, type Load } from "./load";
import type { Narrate } from "./narrate";
import { REHEARSAL } from "./project";
import { watchWeight, writeWeight, type OpenStep } from "./ramp";

/** What the steps leave for the report. */
export interface Performed {
  readonly boundaries: readonly StepBoundary[];
  readonly records: string;
  /** the applications' own logs: the second witness of which request was answered how often */
  readonly logs: readonly string[];
}

export interface LoadPlan {
  readonly argv: readonly string[];
  readonly rate: number;
  readonly requestsPerStep: number;
}

/** phase `prepare`: everything the migration needs exists, the target is dark, and both sides are verified. */
async function prepare(context: Context, narrate: Narrate): Promise<Sides> {
  await narrate("prepare: source, target, workloads in one update", async () => inWords(await context.engine.up()));
  const sides = await sidesOf(context.engine);
  const { publicHost } = REHEARSAL;
  await narrate("source: the product page answers through its gateway", () =>
    checks.eventually(30, () => checks.titleThrough(sides.sourceAddress, publicHost)),
  );
  await narrate("target: the revision derived from the source", () => Promise.resolve(sides.revision));
  await narrate("target: mesh configuration", () => checks.sharedMeshConfig(sides.target, sides.revision));
  await narrate("target: namespace labels", () => checks.revisionLabel(sides.target, "default", sides.revision));
  await narrate("source: sidecars", () => checks.eventually(30, () => checks.injectionIn(sides.source, "default")));
  await narrate("target: sidecars", () => checks.eventually(30, () => checks.injectionIn(sides.target, "default")));
  await narrate("target: the product page answers through its gateway", () =>
    checks.eventually(30, () => checks.titleThrough(sides.targetAddress, publicHost)),
  );
  await narrate("public DNS names the source", () =>
    checks.eventually(15, () => checks.resolvesTo(context.facts.dns, publicHost, sides.sourceAddress)),
  );
  await notePods(context, sides);
  return sides;
}

/** The guide's own count: a hundred product pages, told apart by the pod in the line "Reviews served by". */
async function countByReviews(context: Context, address: string): Promise<string> {
  const seen = { source: 0, target: 0, unknown: 0 };
  for (let i = 0; i < 100; i++) {
    const page = await checks.fetchPage(address, REHEARSAL.publicHost, "/productpage");
    const pod = checks.reviewsServedBy(page.body);
    seen[(pod === undefined ? undefined : context.podSide[pod]) ?? "unknown"]++;
  }
  if (seen.unknown > 0 || seen.source === 0 || seen.target === 0) {
    throw new Error(
      `100 product pages came from source ${String(seen.source)}, target ${String(seen.target)}, unknown ${String(seen.unknown)}`,
    );
  }
  return `100 product pages: source ${String(seen.source)}, target ${String(seen.target)}`;
}

/** phase `shift`: the split exists, and the weight goes up the ramp. */
async function shift(
  context: Context,
  narrate: Narrate,
  sides: Sides,
  load: Load,
  plan: LoadPlan,
): Promise<StepBoundary[]> {
  await narrate("shift: service entry and split at weight 0", async () => {
    await context.engine.set("meshlift:phase", "shift");
    return inWords(await context.engine.up());
  });
  const boundaries: StepBoundary[] = [];
  let watched: Promise<void> = sleep(1000).then(() => undefined);
  let open: OpenStep | undefined;
  for (const weight of REHEARSAL.ramp) {
    await narrate(`weight ${String(weight)}`, async () => {
      const written = await writeWeight(context, sides.source, weight, watched);
      if (open !== undefined) boundaries.push({ ...open, endAt: written.writingAt });
      open = written;
      watched = watchWeight(load, written, plan.requestsPerStep, plan.rate);
      watched.catch(() => undefined);
      return `preview: one update, ${written.previewSeconds.toFixed(1)} s; written in ${written.updateSeconds.toFixed(1)} s`;
    });
    if (weight === REHEARSAL.ramp[0]) {
      await narrate("the guide's own count", () => countByReviews(context, sides.sourceAddress));
    }
  }
  await narrate("weight 100 watched", async () => {
    await watched;
    if (open !== undefined) boundaries.push({ ...open, endAt: Date.now() });
    return `${String(load.since(boundaries.at(-1)?.writtenAt ?? 0).length)} requests`;
  });
  return boundaries;
}

/** Waits until no request has gone to an address for some time: users have followed the DNS change. */
async function quiet(load: Load, address: string, quietSeconds: number, limitSeconds: number): Promise<string> {
  const deadline = Date.now() + limitSeconds * 1000;
  for (;;) {
    const recent = load.since(Date.now() - quietSeconds * 1000);
    const still = recent.filter((answer) => answer.ip === address).length;
    if (recent.length > 0 && still === 0) {
      return `${String(recent.length)} requests in ${String(quietSeconds)} s, none to ${address}`;
    }
    if (Date.now() > deadline)
      throw new Error(`${address} still gets requests ${String(limitSeconds)} s after the DNS change`);
    await sleep(250);
  }
}

/** The applications' logs of one side. */
async function productpageLogs(sides: Sides, side: "source" | "target"): Promise<string[]> {
  const pods = await sides[side].list("/api/v1/namespaces/default/pods?labelSelector=app%3Dproductpage");
  return Promise.all(pods.map((pod) => sides[side].log("default", pod.metadata.name, "productpage")));
}

/** phase `retire`: DNS to the target, the source and every temporary object gone. */
async function retire(context: Context, narrate: Narrate, sides: Sides, load: Load): Promise<string[]> {
  const { publicHost, ttlSeconds } = REHEARSAL;
  await narrate("retire: DNS to the target", async () => {
    await context.engine.set("meshlift:phase", "retire");
    const update = inWords(await context.engine.up());
    return `${update}; ${await checks.eventually(10, () => checks.resolvesTo(context.facts.dns, publicHost, sides.targetAddress))}`;
  });
  await narrate("residual watch: the source's gateway is quiet", () =>
    quiet(load, sides.sourceAddress, 3, ttlSeconds + 30),
  );
  const logs = await productpageLogs(sides, "source");
  await narrate("source and temporary objects gone", async () => {
    await context.engine.set("meshlift:aksAddon.retireSource", "true");
    const update = inWords(await context.engine.up());
    const gone = await sides.source.list("/api/v1/nodes").then(
      () => false,
      () => true,
    );
    if (!gone) throw new Error("the source's API server still answers");
    return `${update}; the source's API server is gone`;
  });
  await narrate("the target serves alone", () => checks.titleThrough(sides.targetAddress, publicHost));
  await narrate("a second update changes nothing", async () => {
    const second = await context.engine.up();
    if (Object.keys(second.changes).length > 0)
      throw new Error(`the second update changed something: ${inWords(second)}`);
    return inWords(second);
  });
  return logs;
}

/** Performs the migration of the guide, canary cluster and all, under load. */
export async function aksAddon(context: Context, narrate: Narrate, plan: LoadPlan): Promise<Performed> {
  const sides = await prepare(context, narrate);
  const load = await startLoad(plan.argv, join(context.reportDir, "requests.ndjson"));
  let stopped = false;
  try {
    const boundaries = await shift(context, narrate, sides, load, plan);
    await notePods(context, sides);
    const logs = await retire(context, narrate, sides, load);
    const records = await load.stop();
    stopped = true;
    logs.push(...(await productpageLogs(sides, "target")));
    await narrate("destroy", async () => inWords(await context.engine.destroy()));
    return { boundaries, records, logs };
  } finally {
    if (!stopped) await load.stop().catch(() => undefined);
  }
}
