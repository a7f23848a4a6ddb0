import { createHash, randomBytes } from "node:crypto";

/**
 * A name for a resource whose program gave none: `NAME-SUFFIX`, the suffix being `length` lower-case hex digits. The same seed
 * gives the same suffix, so that what a preview shows is what the update makes; an empty seed gives a random one.
 */
export function autoName(name: string, randomSeed: Buffer, length = 8): string {
  return `${name}-${randomHex(randomSeed, name, length)}`;
}

/** Hex digits derived from the seed and a purpose; random when the seed is empty. At most 64 digits. */
export function randomHex(randomSeed: Buffer, purpose: string, length: number): string {
  const digest =
    randomSeed.length === 0
      ? randomBytes(32).toString("hex")
      : createHash("sha256").update(randomSeed).update(purpose).digest("hex");
  return digest.slice(0, length);
}
