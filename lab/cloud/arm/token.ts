import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { ArmError } from "./errors";

const LIFETIME_SECONDS = 3600;

/** Issues and checks bearer tokens. The key is kept, so that tokens survive a restart of the daemon. */
export class Tokens {
  readonly #key: Buffer;

  /** @param file where the key lives; made when missing */
  constructor(file: string) {
    this.#key = readOrMakeKey(file);
  }

  /** The answer of the token endpoint. @param nowSeconds Unix time */
  issue(nowSeconds: number): { token_type: string; expires_in: number; access_token: string } {
    const expires = String(nowSeconds + LIFETIME_SECONDS);
    return { token_type: "Bearer", expires_in: LIFETIME_SECONDS, access_token: `${expires}.${this.#sign(expires)}` };
  }

  /** @throws ArmError 401 in Resource Manager's words */
  check(authorization: string | undefined, nowSeconds: number): void {
    if (authorization === undefined) {
      throw new ArmError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
    }
    const [, expires, signature] = /^Bearer (\d+)\.([0-9a-f]{64})$/i.exec(authorization) ?? [];
    if (expires === undefined || signature === undefined || !same(signature, this.#sign(expires))) {
      throw new ArmError(401, "InvalidAuthenticationToken", "The access token is invalid.");
    }
    if (Number(expires) < nowSeconds) {
      throw new ArmError(
        401,
        "ExpiredAuthenticationToken",
        "The access token expiry UTC time is earlier than current UTC time.",
      );
    }
  }

  #sign(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("hex");
  }
}

function same(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

function readOrMakeKey(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    const key = randomBytes(32);
    writeFileSync(file, key, { mode: 0o600 });
    return key;
  }
}
