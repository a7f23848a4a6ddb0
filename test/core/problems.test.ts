import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { didYouMean, nearest } from "../../core/nearest";
import { sentence, show } from "../../core/problems";

describe("a problem as a sentence", () => {
  it("names path, value, rule, remedy and source", () => {
    expect(
      sentence({
        path: "weight",
        value: 101,
        rule: "a weight is at most 100",
        remedy: "write less",
        source: "the docs",
      }),
    ).toBe("weight is 101, but a weight is at most 100; write less (the docs).");
  });

  it("does without a value that is missing, doubles no full stop, and stays on one line", () => {
    expect(sentence({ path: "a.b", rule: "it is required.", remedy: "add\n  it." })).toBe(
      "a.b: it is required; add it.",
    );
  });

  it("shortens values that would hide it, and survives values without JSON", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(show("x".repeat(500))).toHaveLength(120);
    expect([show(cycle), show(() => 1), show(10n), show(undefined), show(Symbol("s"))]).toEqual([
      "object",
      "function",
      "10",
      "undefined",
      "Symbol(s)",
    ]);
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(sentence({ path: "p", value, rule: "r", remedy: "m" })).not.toContain("\n");
      }),
    );
  });
});

describe("nearest names", () => {
  it("finds typos, swaps and case, and suggests nothing unrelated", () => {
    expect(nearest("acessLogFile", ["accessLogFile", "accessLogFormat", "trustDomain"])).toEqual(["accessLogFile"]);
    expect(nearest("nmae", ["name", "same"])).toEqual(["name"]);
    expect(nearest("TRUSTDOMAIN", ["trustDomain"])).toEqual(["trustDomain"]);
    expect(nearest("xyz", ["name"])).toEqual([]);
    expect(nearest("b", ["d", "c", "a", "a", "e"])).toEqual(["a", "c", "d"]);
    expect(didYouMean("xyz", ["name"])).toBe("");
    expect(didYouMean("nam", ["name"])).toBe('did you mean "name"? Otherwise ');
  });
});
