import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentence } from "../../core/problems";
import { originalRoutes, splitRoutes, type HttpRoute, type Split } from "../../core/routes";

const target = { host: "v2.example.com", port: 80 };
const split = (weight: number, more: Partial<Split> = {}): Split => ({ routes: "all", target, weight, ...more });

function value(result: ReturnType<typeof splitRoutes>): readonly HttpRoute[] {
  if (!result.ok) throw new Error(result.problems.map(sentence).join("\n"));
  return result.value;
}

const foreign = fc.dictionary(
  fc.constantFrom("match", "timeout", "retries", "corsPolicy", "mirror", "x-new", "name"),
  fc.jsonValue({ maxDepth: 2 }),
);
const plainRoute = fc
  .tuple(
    foreign,
    fc.record(
      { host: fc.constantFrom("a", "b.default.svc.cluster.local"), subset: fc.constantFrom("v1", "v2") },
      { requiredKeys: ["host"] },
    ),
    fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined }),
  )
  .map(([fields, destination, port]) => ({
    ...fields,
    route: [{ destination: port === undefined ? destination : { ...destination, port: { number: port } } }],
  }));
const untouchable = foreign.map((fields) => ({ ...fields, redirect: { uri: "/" } }));
const lists = fc
  .array(fc.oneof({ weight: 3, arbitrary: plainRoute }, { weight: 1, arbitrary: untouchable }), {
    minLength: 1,
    maxLength: 6,
  })
  .filter((http) => http.some((route) => "route" in route)) as fc.Arbitrary<HttpRoute[]>;
const weights = fc.integer({ min: 0, max: 100 });

describe("for every list of routes and every weight", () => {
  it("weights sum to 100, the target's is the one asked for, and nothing else changes or moves", () => {
    fc.assert(
      fc.property(lists, weights, (http, weight) => {
        const before = JSON.stringify(http);
        const result = value(splitRoutes(http, split(weight)));
        expect(JSON.stringify(http)).toBe(before);
        expect(result).toHaveLength(http.length);
        result.forEach((route, index) => {
          const { route: now, ...fields } = route;
          const { route: then, ...original } = http[index] ?? {};
          expect(fields).toEqual(original);
          expect(Object.keys(route)).toEqual(Object.keys(http[index] ?? {}));
          if (then === undefined) return;
          const legs = now as readonly { destination: { host: string }; weight: number }[];
          expect(legs.map((leg) => leg.weight)).toEqual([100 - weight, weight]);
          expect(legs[1]?.destination.host).toBe(target.host);
          expect(legs[0]?.destination).toEqual((then as readonly { destination: unknown }[])[0]?.destination);
        });
      }),
    );
  });

  it("splitting again is splitting once, and the original comes back byte for byte", () => {
    fc.assert(
      fc.property(lists, weights, weights, (http, first, second) => {
        const once = value(splitRoutes(http, split(first)));
        expect(JSON.stringify(value(splitRoutes(once, split(second))))).toBe(
          JSON.stringify(value(splitRoutes(http, split(second)))),
        );
        expect(JSON.stringify(originalRoutes(once, { routes: "all", target }))).toBe(JSON.stringify(http));
        expect(originalRoutes(http, { routes: "all", target })).toEqual(http);
      }),
    );
  });

  it("garbage gets sentences, never an exception", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.anything(), (http, weight) => {
        const result = splitRoutes(http as unknown as HttpRoute[], split(weight as number));
        if (!result.ok) result.problems.forEach((problem) => expect(sentence(problem)).toMatch(/^\S.*\.$/));
      }),
    );
  });
});
