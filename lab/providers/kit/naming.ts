import { createHash, randomBytes } from "node:crypto";

const SUFFIX_DIGITS = 8;

/**
 * A name for a resource whose program gave none: `NAME-SUFFIX`, the suffix being 8 lower-case hex digits. The same seed gives
 * the same suffix, so that what a preview shows is what the update makes; an empty seed gives a random one.
 */
export function autoName(name: string, randomSeed: Buffer): string {
  const digest =
    randomSeed.length === 0
      ? randomBytes(SUFFIX_DIGITS).toString("hex")
      : createHash("sha256").update(randomSeed).update(name).digest("hex");
  return `${name}-${digest.slice(0, SUFFIX_DIGITS)}`;
}
