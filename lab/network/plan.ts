/**
 * The lab's address plan: which address belongs to which cluster.
 *
 * 198.18.0.0/15 is the benchmarking range of RFC 2544: it is never routed on the Internet and hardly ever used in offices, so
 * a lab address cannot be mistaken for, or collide with, something real.
 */

/** Prefix of every network namespace of the lab; cleaning up goes by it. */
export const NAMESPACE_PREFIX = "meshlift-";

/** The namespace that plays the Internet. */
export const OUTSIDE = `${NAMESPACE_PREFIX}outside`;

/** Address of the outside namespace: DNS server, cloud API and chart repository listen here. */
export const OUTSIDE_ADDRESS = "198.18.0.1";

/** Bridge in the outside namespace that every node hangs on. */
export const OUTSIDE_BRIDGE = "br0";

/** How many clusters fit into the plan: 10.(150+n) must not run into the next block, and 198.18.0.(10+n) must stay below 64. */
export const MAX_CLUSTERS = 40;

/** Addresses of one cluster, all as text; ranges in CIDR notation. */
export interface ClusterNetwork {
  readonly netns: string;
  readonly node: string;
  readonly server: string;
  readonly loadBalancerPool: string;
  readonly pods: string;
  /** The pods' way out; the same on every pod's link, because each pod has a link of its own. */
  readonly podGateway: string;
  readonly services: string;
  /** First address of the service range: the `kubernetes` Service, which the API server's certificate must name. */
  readonly apiService: string;
  /** The node's end of the cable in the outside namespace. */
  readonly outsideLink: string;
}

/**
 * @param name cluster name
 * @param index 1..40
 * @throws RangeError for an index outside of the plan
 */
export function clusterNetwork(name: string, index: number): ClusterNetwork {
  if (!Number.isInteger(index) || index < 1 || index > MAX_CLUSTERS) {
    throw new RangeError(
      `Cluster ${name} has index ${String(index)}; the lab's address plan has 1 to ${String(MAX_CLUSTERS)}.`,
    );
  }
  const node = `198.18.0.${String(10 + index)}`;
  return {
    netns: NAMESPACE_PREFIX + name,
    node,
    server: `https://${node}:6443`,
    loadBalancerPool: `198.18.${String(index)}.0/24`,
    pods: `10.${String(100 + index)}.0.0/16`,
    podGateway: `10.${String(100 + index)}.0.1`,
    services: `10.${String(150 + index)}.0.0/16`,
    apiService: `10.${String(150 + index)}.0.1`,
    outsideLink: `node${String(index)}`,
  };
}

/**
 * Checks a cluster's name.
 *
 * @returns a sentence that says what is wrong, or undefined
 */
export function clusterNameProblem(name: string): string | undefined {
  // A node's name is a DNS label (RFC 1123), and the name is part of unix socket paths, which end at 107 characters.
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) {
    return `"${name}" cannot be a cluster's name in the lab: use 1 to 40 of a-z, 0-9 and "-", beginning and ending with a letter or digit.`;
  }
  if (NAMESPACE_PREFIX + name === OUTSIDE) {
    return `"${name}" cannot be a cluster's name in the lab: the name is taken by the lab's own outside network; choose another.`;
  }
  return undefined;
}
