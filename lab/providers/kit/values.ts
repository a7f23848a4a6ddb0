/** A resource's properties: plain JavaScript values in which `Secret` and `UNKNOWN` may stand anywhere. */
export type Inputs = Record<string, unknown>;

/** A value that must be encrypted in state and never be printed. Never nested: wrapping a secret gives the same secret. */
export class Secret {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value instanceof Secret ? value.value : value;
  }
  // A stray log line or template string must not reveal what is inside.
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
}

class Unknown {
  toString(): string {
    return "[unknown]";
  }
  toJSON(): string {
    return "[unknown]";
  }
}

/** A value that only the update itself will know; it appears in previews. There is one instance: compare with `===`. */
export const UNKNOWN = new Unknown();

/** A plain object: neither null, nor an array, nor one of this module's markers. */
export function isRecord(value: unknown): value is Inputs {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isMarker(value);
}

/**
 * Rebuilds `value` with every leaf replaced by `leaf(...)`; arrays and plain objects keep their shape. A Secret's content is
 * mapped inside the wrapper. `undefined` results drop the key.
 */
export function mapValues(value: unknown, leaf: (leaf: unknown) => unknown): unknown {
  if (value instanceof Secret) return new Secret(mapValues(value.value, leaf));
  if (Array.isArray(value)) return value.map((item) => mapValues(item, leaf));
  if (!isRecord(value)) return leaf(value);
  const mapped: Inputs = {};
  for (const [key, item] of Object.entries(value)) {
    const result = mapValues(item, leaf);
    if (result !== undefined) mapped[key] = result;
  }
  return mapped;
}

/** The same value without Secret wrappers at any depth. Never log the result. */
export function unwrapSecrets(value: Inputs): Inputs;
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller's claim about a checked shape
export function unwrapSecrets<T = unknown>(value: unknown): T;
export function unwrapSecrets(value: unknown): unknown {
  return strip(value);
}

function strip(value: unknown): unknown {
  if (value instanceof Secret) return strip(value.value);
  if (Array.isArray(value)) return value.map(strip);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, strip(item)]));
}

/** True when UNKNOWN stands anywhere inside, also inside secrets. */
export function hasUnknowns(value: unknown): boolean {
  return some(value, (item) => item === UNKNOWN);
}

/** True when a Secret stands anywhere inside. */
export function hasSecrets(value: unknown): boolean {
  return some(value, (item) => item instanceof Secret);
}

/** Wraps in Secret those parts of `value` that stand where `pattern` holds a secret: secretness follows the place. */
export function markSecretsLike(value: unknown, pattern: unknown): unknown {
  if (pattern instanceof Secret) return new Secret(value);
  if (Array.isArray(value) && Array.isArray(pattern)) {
    // Positions shift when items are added, so one secret item makes the whole list secret unless the lengths agree.
    if (value.length !== pattern.length && hasSecrets(pattern)) return new Secret(value);
    return value.map((item, index) => markSecretsLike(item, pattern[index]));
  }
  if (isRecord(value) && isRecord(pattern)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, markSecretsLike(item, pattern[key])]));
  }
  return value;
}

function isMarker(value: object): boolean {
  return value instanceof Secret || value instanceof Unknown;
}

function some(value: unknown, test: (item: unknown) => boolean): boolean {
  if (test(value)) return true;
  if (value instanceof Secret) return some(value.value, test);
  if (Array.isArray(value)) return value.some((item) => some(item, test));
  return isRecord(value) && Object.values(value).some((item) => some(item, test));
}
