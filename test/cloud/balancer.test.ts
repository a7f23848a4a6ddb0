import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, type BalancedService } from "../../lab/cloud/balancer/allocate";

const POOL = "198.18.3.0/24";

function chosen(...services: BalancedService[]): Record<string, string> {
  return Object.fromEntries(allocate(POOL, services));
}

describe("addresses of load balancers", () => {
  it("gives the lowest free address, internal services one of the upper half", () => {
    expect(
      chosen({ key: "a/one", internal: false }, { key: "a/two", internal: false }, { key: "a/three", internal: true }),
    ).toEqual({
      "a/one": "198.18.3.10",
      "a/two": "198.18.3.11",
      "a/three": "198.18.3.128",
    });
  });

  it("lets a service keep what it has", () => {
    expect(
      chosen({ key: "a/new", internal: false }, { key: "a/old", internal: false, current: "198.18.3.10" }),
    ).toEqual({
      "a/new": "198.18.3.11",
      "a/old": "198.18.3.10",
    });
  });

  it("grants a wish first, once, and moves who had the address by chance", () => {
    expect(
      chosen(
        { key: "a/squatter", internal: false, current: "198.18.3.20" },
        { key: "a/first", internal: false, wanted: "198.18.3.20" },
        { key: "a/second", internal: false, wanted: "198.18.3.20" },
      ),
    ).toEqual({ "a/squatter": "198.18.3.10", "a/first": "198.18.3.20" });
  });

  it("never gives one address twice and is stable when asked again", () => {
    const service = fc.record({ key: fc.stringMatching(/^[a-z]{1,8}\/[a-z]{1,8}$/), internal: fc.boolean() });
    fc.assert(
      fc.property(fc.uniqueArray(service, { selector: (one) => one.key, maxLength: 40 }), (services) => {
        const first = allocate(POOL, services);
        expect(new Set(first.values()).size).toBe(first.size);
        const again = services.map((one): BalancedService => {
          const current = first.get(one.key);
          return current === undefined ? one : { ...one, current };
        });
        expect(allocate(POOL, again.reverse())).toEqual(new Map(again.map((one) => [one.key, first.get(one.key)])));
      }),
    );
  });
});
