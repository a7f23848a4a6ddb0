import { isRecord, Secret, UNKNOWN } from "./values";

export type Change = "add" | "delete" | "update";

/**
 * Every place where two values differ, as property paths in Pulumi's notation (`spec.http[0].route[1].weight`,
 * `metadata.annotations["pulumi.com/skipAwait"]`). `null` and absence are the same; secretness alone is no difference; an
 * unknown new value counts as an update because it may differ.
 */
export function diffValues(old: unknown, now: unknown): Record<string, Change> {
  const changes: Record<string, Change> = {};
  walk(old, now, "", changes);
  return changes;
}

/** Appends one key or index to a property path, quoted when Pulumi's path syntax needs it. */
export function joinPath(path: string, key: string | number): string {
  if (typeof key === "number") return `${path}[${String(key)}]`;
  if (/[.[\]"]/.test(key) || key === "") return `${path}["${key.replaceAll('"', '\\"')}"]`;
  return path === "" ? key : `${path}.${key}`;
}

/** The parts of a property path: `a.b[0]["c.d"]` gives `["a", "b", 0, "c.d"]`. */
export function splitPath(path: string): readonly (string | number)[] {
  const parts: (string | number)[] = [];
  for (const match of path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)) {
    const [, quoted, index, name] = match;
    if (quoted !== undefined) parts.push(quoted.replaceAll('\\"', '"'));
    else if (index !== undefined) parts.push(Number(index));
    else if (name !== undefined) parts.push(name);
  }
  return parts;
}

function walk(oldValue: unknown, newValue: unknown, path: string, changes: Record<string, Change>): void {
  const old = open(oldValue);
  const now = open(newValue);
  if (old === undefined && now === undefined) return;
  if (old === undefined) changes[path] = "add";
  else if (now === undefined) changes[path] = "delete";
  else if (Array.isArray(old) && Array.isArray(now)) {
    for (let index = 0; index < Math.max(old.length, now.length); index++) {
      walk(old[index], now[index], joinPath(path, index), changes);
    }
  } else if (isRecord(old) && isRecord(now)) {
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
      walk(old[key], now[key], joinPath(path, key), changes);
    }
  } else if (now === UNKNOWN || !Object.is(old, now)) changes[path] = "update";
}

function open(value: unknown): unknown {
  const inner = value instanceof Secret ? value.value : value;
  return inner === null ? undefined : inner;
}
