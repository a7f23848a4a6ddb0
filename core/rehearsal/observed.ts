import { binomialBounds } from "../binomial";
import type { StepBoundary } from "./types";

/** A request whose side is known. */
export interface Sided {
  readonly t: number;
  readonly ms: number;
  readonly toTarget: boolean;
}

const MOST_COUNTED = 1 << 20;

function apart(n: number, before: number, now: number, confidence: number): boolean {
  const old = binomialBounds(n, before / 100, confidence);
  const next = binomialBounds(n, now / 100, confidence);
  return old.high < next.low || next.high < old.low;
}

/**
 * How many requests it takes to tell two weights apart: the smallest count found at which the exact intervals of
 * both have no value in common. Fewer requests would "agree" with the new weight whatever the proxies do.
 * Equal weights cannot be told apart: 100.
 */
function requestsToTell(before: number, now: number, confidence: number): number {
  if (before === now) return 100;
  let high = 1;
  while (high < MOST_COUNTED && !apart(high, before, now, confidence)) high *= 2;
  let low = high / 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (apart(middle, before, now, confidence)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Seconds from the written object to the first count that agrees with its weight: the first run of consecutive
 * requests, as many as it takes to tell the new weight from the one before, all sent after the object was written,
 * whose count lies in the new weight's interval; at the moment when the last of their answers was there.
 * It tells how soon the change could be known. It must not choose the window that a step is judged on: a window that
 * was picked because it agrees proves nothing.
 */
export function observedSeconds(
  requests: readonly Sided[],
  boundary: StepBoundary,
  weightBefore: number,
  confidence: number,
): number | null {
  const from = boundary.acceptedAt ?? boundary.writtenAt;
  const counted = requests.filter((request) => request.t >= from && request.t < boundary.endAt);
  const size = requestsToTell(weightBefore, boundary.weight, confidence);
  const { low, high } = binomialBounds(size, boundary.weight / 100, confidence);
  let toTarget = 0;
  for (const [index, request] of counted.entries()) {
    if (request.toTarget) toTarget++;
    if (index >= size && counted[index - size]?.toTarget === true) toTarget--;
    if (index < size - 1 || toTarget < low || toTarget > high) continue;
    const run = counted.slice(index - size + 1, index + 1);
    return (run.reduce((latest, one) => Math.max(latest, one.t + one.ms), 0) - from) / 1000;
  }
  return null;
}
