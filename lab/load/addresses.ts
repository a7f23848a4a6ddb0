import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";

/** Where a name leads at the moment. */
export interface Addresses {
  /** An address that may be used now (several take turns), or undefined when the name must be looked up first. */
  current(): string | undefined;
  /** Looks the name up, once for all who ask meanwhile. Rejects with an error whose `code` says why. */
  refresh(): Promise<void>;
  /** All addresses that are valid now. */
  all(): readonly string[];
}

/** An address instead of a name: nothing to look up. */
function fixed(address: string): Addresses {
  return { current: () => address, refresh: () => Promise.resolve(), all: () => [address] };
}

/**
 * Follows a name through one DNS server and keeps each answer exactly as long as its TTL allows; a failed lookup is
 * not papered over with the old address. `now` in milliseconds.
 */
export function followName(host: string, dns: string | undefined, now: () => number): Addresses {
  if (isIP(host) !== 0 || dns === undefined) return fixed(host);
  const resolver = new Resolver({ timeout: 1000, tries: 3 });
  resolver.setServers([dns]);
  let found: readonly string[] = [];
  let validUntil = -Infinity;
  let turn = 0;
  let running: Promise<void> | undefined;
  const lookUp = async (): Promise<void> => {
    const asked = now();
    const records = await resolver.resolve4(host, { ttl: true });
    found = records.map((record) => record.address);
    const ttl = Math.min(...records.map((record) => record.ttl));
    // A TTL of 0 still serves those who wait for this answer.
    validUntil = Math.max(asked + ttl * 1000, now() + 1);
  };
  return {
    current: () => (found.length > 0 && now() < validUntil ? found[turn++ % found.length] : undefined),
    refresh: () => (running ??= lookUp().finally(() => (running = undefined))),
    all: () => found,
  };
}
