import fc from "fast-check";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { clusterNameProblem, clusterNetwork, MAX_CLUSTERS } from "../../lab/network/plan";

const index = fc.integer({ min: 1, max: MAX_CLUSTERS });

describe("the address plan", () => {
  it("gives the first cluster these addresses", () => {
    expect(clusterNetwork("bookinfo-old", 1)).toEqual({
      netns: "meshlift-bookinfo-old",
      node: "198.18.0.11",
      server: "https://198.18.0.11:6443",
      loadBalancerPool: "198.18.1.0/24",
      pods: "10.101.0.0/16",
      podGateway: "10.101.0.1",
      services: "10.151.0.0/16",
      apiService: "10.151.0.1",
      outsideLink: "node1",
    });
  });

  it("never gives two clusters ranges that overlap", () => {
    const ranges = (n: number): readonly string[] => {
      const { pods, services, loadBalancerPool, node } = clusterNetwork("a", n);
      return [pods, services, loadBalancerPool, `${node}/32`];
    };
    const contains = (range: string, address: string): boolean =>
      ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(range));
    fc.assert(
      fc.property(index, index, (a, b) => {
        fc.pre(a !== b);
        for (const mine of ranges(a)) {
          for (const theirs of ranges(b)) {
            expect(contains(mine, theirs.split("/")[0] ?? "")).toBe(false);
          }
        }
      }),
    );
  });

  it("gives only valid addresses, also to the last cluster", () => {
    fc.assert(
      fc.property(index, (n) => {
        const network = clusterNetwork("a", n);
        for (const range of [network.pods, network.services, network.loadBalancerPool]) {
          expect(ipaddr.IPv4.isValidCIDR(range)).toBe(true);
        }
        expect(ipaddr.IPv4.isValid(network.node)).toBe(true);
      }),
    );
  });

  it("refuses an index outside of the plan", () => {
    expect(() => clusterNetwork("a", 0)).toThrow("Cluster a has index 0; the lab's address plan has 1 to 40.");
    expect(() => clusterNetwork("a", MAX_CLUSTERS + 1)).toThrow("has index 41");
  });

  it("keeps interface names within the kernel's 15 characters", () => {
    expect(clusterNetwork("a", MAX_CLUSTERS).outsideLink.length).toBeLessThanOrEqual(15);
  });
});

describe("a cluster's name", () => {
  it.each(["a", "bookinfo-old", "x".repeat(40)])("may be %s", (name) => {
    expect(clusterNameProblem(name)).toBeUndefined();
  });

  it.each(["", "-a", "a-", "A", "a_b", "a.b", "../etc", "a b", "x".repeat(41)])("may not be %j", (name) => {
    expect(clusterNameProblem(name)).toContain(`"${name}" cannot be a cluster's name in the lab`);
  });

  it("may not be the name of the outside network", () => {
    expect(clusterNameProblem("outside")).toContain("choose another");
  });
});
