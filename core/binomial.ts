import { incompleteBeta } from "./incompleteBeta";

/** Counts between which an observation lies unless something is wrong. */
export interface CountBounds {
  readonly low: number;
  readonly high: number;
}

/**
 * Exact bounds of a binomial count: the tightest `low` and `high` with P(X < low) and P(X > high) each at most
 * (1 - confidence) / 2.
 *
 * @param n trials, an integer from 0 to 2^31.
 * @param p probability of each, 0 to 1; at 0 and 1 the count is certain, and both bounds are it.
 * @param confidence above 0 and below 1. @default 0.9999
 * @throws RangeError on anything else: these are numbers of this program, not of a user.
 */
export function binomialBounds(n: number, p: number, confidence = 0.9999): CountBounds {
  checkTrials(n);
  checkShare(p, "p");
  const tail = tailOf(confidence);
  if (p === 0 || n === 0) return { low: 0, high: 0 };
  if (p === 1) return { low: n, high: n };
  return {
    // P(X < low) = P(X <= low - 1), so low is the first count whose own CDF exceeds the tail.
    low: firstCount(n, (count) => binomialCdf(count, n, p) > tail),
    high: firstCount(n, (count) => binomialSurvival(count, n, p) <= tail),
  };
}

/**
 * Clopper-Pearson interval of a share: the exact interval for p after `k` of `n`, never narrower than its confidence.
 *
 * @throws RangeError unless 0 <= k <= n are integers; with n = 0 nothing is known: 0 to 1.
 */
export function clopperPearson(
  k: number,
  n: number,
  confidence = 0.9999,
): { readonly low: number; readonly high: number } {
  checkTrials(n);
  if (!Number.isInteger(k) || k < 0 || k > n) throw new RangeError(`${k} of ${n} is no count`);
  const tail = tailOf(confidence);
  return {
    low: k === 0 ? 0 : solve((p) => binomialSurvival(k - 1, n, p) < tail),
    high: k === n ? 1 : solve((p) => binomialCdf(k, n, p) > tail),
  };
}

/** P(X <= k) of n trials with probability p. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(n - k, k + 1, 1 - p, p);
}

/** P(X > k) of n trials with probability p, accurate also where it is tiny. */
export function binomialSurvival(k: number, n: number, p: number): number {
  if (k < 0) return 1;
  if (k >= n) return 0;
  return incompleteBeta(k + 1, n - k, p, 1 - p);
}

/** The smallest count from 0 to n for which a condition that only turns from false to true holds. */
function firstCount(n: number, holds: (count: number) => boolean): number {
  let [below, at] = [-1, n];
  while (at - below > 1) {
    const middle = Math.floor((below + at) / 2);
    if (holds(middle)) at = middle;
    else below = middle;
  }
  return at;
}

/** Where on 0..1 a condition turns from true to false, to the last bit. */
function solve(holds: (p: number) => boolean): number {
  let [low, high] = [0, 1];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (holds(middle)) low = middle;
    else high = middle;
  }
}

function tailOf(confidence: number): number {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence ${confidence} is not between 0 and 1`);
  return (1 - confidence) / 2;
}

function checkTrials(n: number): void {
  if (!Number.isInteger(n) || n < 0 || n > 2 ** 31) throw new RangeError(`${n} is no number of trials`);
}

function checkShare(p: number, name: string): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${name} = ${p} is not between 0 and 1`);
}
