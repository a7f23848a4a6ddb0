import { createHash, randomBytes } from "node:crypto";

/**
 * Lower-case hex digits for a generated name, at most 64. The same seed and purpose give the same digits, so that what a preview
 * shows is what the update makes; an empty seed gives random ones.
 */
export function randomHex(randomSeed: Buffer, purpose: string, length: number): string {
  const digest =
    randomSeed.length === 0
      ? randomBytes(32).toString("hex")
      : createHash("sha256").update(randomSeed).update(purpose).digest("hex");
  return digest.slice(0, length);
}
