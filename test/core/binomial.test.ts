import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binomialBounds, binomialCdf, binomialSurvival, clopperPearson } from "../../core/binomial";

interface Fixtures {
  readonly cdf: readonly (readonly [number, number, number, string, string])[];
  readonly bounds: readonly (readonly [number, number, number, number, number])[];
  readonly clopperPearson: readonly (readonly [number, number, number, string, string])[];
}

// binomial.py beside it says how the values were made.
const fixtures = JSON.parse(readFileSync(join(__dirname, "fixtures/binomial.json"), "utf8")) as Fixtures;

/** Relative where the value is not tiny, absolute below: both to `accuracy`. */
function near(value: number, exact: string, accuracy: number): void {
  const expected = Number(exact);
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(accuracy * Math.max(Math.abs(expected), 1e-300));
}

describe("the binomial distribution", () => {
  it.each(fixtures.cdf)("P(X <= %i) and P(X > it) for n = %i, p = %d agree with mpmath", (k, n, p, below, above) => {
    near(binomialCdf(k, n, p), below, 1e-10);
    near(binomialSurvival(k, n, p), above, 1e-10);
  });

  it("is certain outside its range", () => {
    expect([
      binomialCdf(-1, 5, 0.5),
      binomialCdf(5, 5, 0.5),
      binomialSurvival(-1, 5, 0.5),
      binomialSurvival(5, 5, 0.5),
    ]).toEqual([0, 1, 1, 0]);
  });
});

describe("bounds of a count", () => {
  it.each(fixtures.bounds)("for n = %i, p = %d, confidence %d agree with scipy", (n, p, confidence, low, high) => {
    expect(binomialBounds(n, p, confidence)).toEqual({ low, high });
  });

  it("are the count itself where it is certain", () => {
    expect(binomialBounds(6000, 0)).toEqual({ low: 0, high: 0 });
    expect(binomialBounds(6000, 1)).toEqual({ low: 6000, high: 6000 });
    expect(binomialBounds(0, 0.5)).toEqual({ low: 0, high: 0 });
  });

  it("hold at least the confidence and are the tightest that do", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }),
        fc.constantFrom(0.5, 0.95, 0.9999),
        (n, p, confidence) => {
          const { low, high } = binomialBounds(n, p, confidence);
          const tail = (1 - confidence) / 2;
          expect(binomialCdf(low - 1, n, p)).toBeLessThanOrEqual(tail);
          expect(binomialSurvival(high, n, p)).toBeLessThanOrEqual(tail);
          expect(binomialCdf(low, n, p)).toBeGreaterThan(tail);
          if (high > 0) expect(binomialSurvival(high - 1, n, p)).toBeGreaterThan(tail);
          expect(low).toBeLessThanOrEqual(high);
        },
      ),
    );
  });

  it("rise with p, mirror at 1 - p, and widen with the confidence", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 127 }),
        fc.integer({ min: 1, max: 127 }),
        (n, a, b) => {
          const [p, q] = [Math.min(a, b) / 128, Math.max(a, b) / 128];
          const [first, second] = [binomialBounds(n, p), binomialBounds(n, q)];
          expect(first.low).toBeLessThanOrEqual(second.low);
          expect(first.high).toBeLessThanOrEqual(second.high);
          expect(binomialBounds(n, 1 - p)).toEqual({ low: n - first.high, high: n - first.low });
          const narrow = binomialBounds(n, p, 0.9);
          expect(narrow.low).toBeGreaterThanOrEqual(first.low);
          expect(narrow.high).toBeLessThanOrEqual(first.high);
        },
      ),
    );
  });

  it.each([
    [1.5, 0.5, 0.9],
    [-1, 0.5, 0.9],
    [10, 1.1, 0.9],
    [10, Number.NaN, 0.9],
    [10, 0.5, 1],
    [10, 0.5, 0],
  ])("are not computed from nonsense: n = %d, p = %d, confidence %d", (n, p, confidence) => {
    expect(() => binomialBounds(n, p, confidence)).toThrow(RangeError);
  });
});

describe("the Clopper-Pearson interval", () => {
  it.each(fixtures.clopperPearson)(
    "for %i of %i at confidence %d agrees with mpmath",
    (k, n, confidence, low, high) => {
      const interval = clopperPearson(k, n, confidence);
      near(interval.low, low, 1e-10);
      near(interval.high, high, 1e-10);
    },
  );

  it("says nothing of nothing, and refuses counts that are none", () => {
    expect(clopperPearson(0, 0)).toEqual({ low: 0, high: 1 });
    for (const [k, n] of [
      [-1, 5],
      [6, 5],
      [1.5, 5],
    ] as const)
      expect(() => clopperPearson(k, n)).toThrow(RangeError);
  });

  it("holds p whenever the count lies within p's bounds, and only then", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }).chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n }))),
        fc.integer({ min: 1, max: 999 }),
        ([n, k], permille) => {
          const p = permille / 1000;
          const bounds = binomialBounds(n, p, 0.99);
          const interval = clopperPearson(k, n, 0.99);
          expect(k >= bounds.low && k <= bounds.high).toBe(p > interval.low && p < interval.high);
        },
      ),
    );
  });
});
