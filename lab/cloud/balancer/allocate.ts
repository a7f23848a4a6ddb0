import { parseCIDR } from "ipaddr.js";

/** A Service of type LoadBalancer, as far as its address depends on it. */
export interface BalancedService {
  /** NAMESPACE/NAME */
  readonly key: string;
  readonly internal: boolean;
  /** The address that it has now. */
  readonly current?: string;
  /** The address that its annotations ask for. */
  readonly wanted?: string;
}

// Below 10 nothing is given out, so that addresses read well; the upper half plays the virtual network's private addresses.
const EXTERNAL = { first: 10, last: 127 };
const INTERNAL = { first: 128, last: 254 };

/**
 * Chooses an address for every service: the wanted one, else the one it has, else the lowest that is free in the pool. A service gets none
 * when its wanted address belongs to another one, or when the pool is full.
 *
 * @param pool for example "198.18.3.0/24"
 * @returns addresses by key; keys without an address are missing
 */
export function allocate(pool: string, services: readonly BalancedService[]): ReadonlyMap<string, string> {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  const give = (key: string, address: string): void => {
    given.set(key, address);
    taken.add(address);
  };
  // Wishes go first: an address that somebody reserved must not be lost to one who takes any.
  for (const { key, wanted } of services) if (wanted !== undefined && !taken.has(wanted)) give(key, wanted);
  const free = services.filter((one) => one.wanted === undefined);
  for (const { key, current } of free) if (current !== undefined && !taken.has(current)) give(key, current);
  const [network] = parseCIDR(pool);
  const prefix = network.toString().split(".").slice(0, 3).join(".");
  for (const { key, internal } of free) {
    if (given.has(key)) continue;
    const { first, last } = internal ? INTERNAL : EXTERNAL;
    for (let host = first; host <= last; host++) {
      const address = `${prefix}.${String(host)}`;
      if (taken.has(address)) continue;
      give(key, address);
      break;
    }
  }
  return given;
}
