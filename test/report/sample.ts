import { rehearsalReport, type Evidence } from "../../core/rehearsal/report";
import { shareOverTime, type Bucket } from "../../core/rehearsal/series";
import type { NarratedStep, RehearsalReport, RequestRecord, StepBoundary } from "../../core/rehearsal/types";

/** A made-up rehearsal that looks like a real one, the same every time. */
export interface Sample {
  readonly evidence: Evidence;
  readonly report: RehearsalReport;
  readonly series: readonly Bucket[];
}

/** mulberry32: small, seeded, good enough to draw samples. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const BEGIN = Date.parse("2026-01-15T09:30:00Z");
const RATE = 250;
const RAMP = [10, 25, 50, 75, 100];
const STEP_MS = 30_000;
const UPDATE_MS = 4200;

const boundaries: readonly StepBoundary[] = RAMP.map((weight, i) => {
  const writingAt = BEGIN + 12_000 + i * STEP_MS;
  return {
    weight,
    writingAt,
    writtenAt: writingAt + UPDATE_MS,
    endAt: writingAt + STEP_MS,
    previewSeconds: 3.1 + i / 10,
    updateSeconds: UPDATE_MS / 1000 + i / 20,
    previewUpdates: 1,
    previewOther: 0,
  };
});

const dnsAt = BEGIN + 12_000 + RAMP.length * STEP_MS + 5000;

/** Proxies take the weight over a second before the update ends. */
function weightAt(t: number): number {
  return boundaries.findLast((boundary) => boundary.writtenAt - 1000 <= t)?.weight ?? 0;
}

function record(n: number, draw: () => number, lost: boolean): RequestRecord {
  const t = BEGIN + ((n - 1) * 1000) / RATE;
  const toTarget = draw() * 100 < weightAt(t);
  const page = n % 20 === 0;
  const direct = t > dnsAt + 5000;
  const hop = toTarget && !direct ? 1.6 : 0;
  const ms =
    (page ? 38 : 5.2) * Math.exp((draw() + draw() + draw() - 1.5) * 0.7) + hop + (draw() < 0.003 ? 60 * draw() : 0);
  const request = {
    n,
    t,
    ms: Math.round(ms * 100) / 100,
    ip: direct ? "198.18.2.1" : "198.18.1.1",
    path: page ? "/productpage" : "/api/v1/products",
  };
  if (lost) return { ...request, status: 503 };
  return { ...request, status: 200, pod: toTarget ? "productpage-v1-target" : "productpage-v1-source" };
}

const told: readonly (Omit<NarratedStep, "at"> & { readonly after?: number })[] = [
  { title: "prepare: source, target, workloads in one update", evidence: "create 61", seconds: 96.4 },
  {
    title: "source: the product page answers through its gateway",
    evidence: "http://198.18.1.1/productpage: <title>Simple Bookstore App</title>",
    seconds: 0.1,
  },
  { title: "target: the revision derived from the source", evidence: "asm-1-31", seconds: 0 },
  { title: "target: sidecars", evidence: "6 pods in default, all containers ready, istio-proxy in each", seconds: 2.3 },
  { title: "public DNS names the source", evidence: "bookinfo.example.com -> 198.18.1.1", seconds: 0 },
  { title: "shift: service entry and split at weight 0", evidence: "create 3, update 1", seconds: 6.2, after: 4000 },
  ...RAMP.map((weight, i) => ({
    title: `weight ${String(weight)}`,
    evidence: "preview: one update, 3.1 s; written in 4.2 s",
    seconds: 29.7,
    after: 12_000 + i * STEP_MS,
  })),
  {
    title: "retire: DNS to the target",
    evidence: "update 1; bookinfo.example.com -> 198.18.2.1",
    seconds: 4.4,
    after: dnsAt - BEGIN,
  },
  {
    title: "residual watch: the source's gateway is quiet",
    evidence: "750 requests in 3 s, none to 198.18.1.1",
    seconds: 8.1,
    after: dnsAt - BEGIN + 5000,
  },
  {
    title: "source and temporary objects gone",
    evidence: "delete 43; the source's API server is gone",
    seconds: 14.6,
    after: dnsAt - BEGIN + 14_000,
  },
];

/** `lost` request numbers are answered with 503. */
export function sample(options: { readonly lost?: readonly number[] } = {}): Sample {
  const draw = random(20260115);
  const lost = new Set(options.lost ?? []);
  const count = RATE * 196;
  const records = Array.from({ length: count }, (_, i) => record(i + 1, draw, lost.has(i + 1)));
  const podSide = { "productpage-v1-source": "source", "productpage-v1-target": "target" } as const;
  const evidence: Evidence = {
    migration: "aks-addon",
    startedAt: "2026-01-15T09:27:41.000Z",
    seconds: 371.2,
    peakMemoryMiB: 4711,
    log: { records, sent: count, skipped: 0, garbled: 0 },
    boundaries,
    podSide,
    duplicates: 0,
    witnessed: count - lost.size,
    narrated: told.map(({ after, ...step }) => (after === undefined ? step : { ...step, at: BEGIN + after })),
  };
  return { evidence, report: rehearsalReport(evidence), series: shareOverTime(records, boundaries, podSide) };
}
