import { isObject } from "./json";
import type { Problem } from "./problems";

/** Where a migration stands: the target is made ready, traffic moves, or what is left over goes. */
export type Phase = "prepare" | "shift" | "retire";

/** What the guards and the advice look at. */
export interface Standing {
  readonly phase: Phase;
  readonly weight: number;
  readonly ramp: readonly number[];
  readonly retireSource: boolean;
  /** Whether this program owns the public DNS record. */
  readonly ownsDns: boolean;
  /** Whether this program created the source cluster and therefore removes it. */
  readonly ownsSource: boolean;
}

/** Combinations that would lose requests or skip a proof; tolerant of any value, as other keys may be wrong too. */
export function phaseProblems(raw: unknown): readonly Problem[] {
  if (!isObject(raw)) return [];
  const phase = raw["phase"] ?? "prepare";
  const weight = raw["weight"] ?? 0;
  const retireSource = isObject(raw["aksAddon"]) ? (raw["aksAddon"]["retireSource"] ?? false) : false;
  const problems: Problem[] = [];
  if (phase === "prepare" && isWeight(weight) && weight > 0) {
    problems.push({
      path: "weight",
      value: weight,
      rule: "in phase prepare nothing that serves users is touched, so the weight is 0",
      remedy: "verify the target first and set meshlift:phase to shift, or set meshlift:weight to 0",
    });
  }
  if (phase === "retire" && isWeight(weight) && weight < 100) {
    problems.push({
      path: "phase",
      value: phase,
      rule: `phase retire is allowed only at weight 100, and the weight is ${String(weight)}: users would still be served by the source`,
      remedy: "stay in phase shift until weight 100 is proven, then set meshlift:phase to retire",
    });
  }
  if (retireSource === true && phase !== "retire") {
    problems.push({
      path: "aksAddon.retireSource",
      value: retireSource,
      rule: "the source is released only in phase retire, after users' DNS caches have moved to the target",
      remedy: "set it to false, or set meshlift:phase to retire at weight 100 first",
    });
  }
  return problems;
}

/** Anything else has a problem of its own already. */
function isWeight(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 100;
}

/** The sentence that tells a user what comes next. */
export function nextStep(standing: Standing): string {
  const { phase, weight, ramp, retireSource, ownsDns, ownsSource } = standing;
  if (phase === "prepare") {
    return "Check the service at targetUrl with the public host's name, then set meshlift:phase to shift (the weight stays 0).";
  }
  if (phase === "shift") {
    const step = ramp.find((candidate) => candidate > weight);
    if (step !== undefined) {
      return `Compare both sides at weight ${String(weight)}, then set meshlift:weight to ${String(step)}; set it lower to go back.`;
    }
    return "All requests go to the target; when it has proven itself, set meshlift:phase to retire.";
  }
  if (!retireSource) {
    const dns = ownsDns ? "" : "Point the public DNS record at the target yourself. ";
    return `${dns}Wait until the source's gateway is quiet (users' DNS caches), then set meshlift:aksAddon.retireSource to true.`;
  }
  return ownsSource
    ? "The migration is complete: the source and all temporary objects are gone."
    : "The migration is complete: the source's route is as it was and all temporary objects are gone; the source itself is yours to remove.";
}
