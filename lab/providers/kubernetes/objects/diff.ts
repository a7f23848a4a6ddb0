import { type DetailedChange, type DiffResult, diffValues, type Inputs, isRecord, splitPath } from "../../kit/index";
import { AUTONAMED, isAnnotatedTrue } from "./annotations";
import { isPatch } from "./identity";
import { type MutableKinds, replacedPaths } from "./replacement";
import { toKubernetes, valueAt, withValueAt } from "./shape";

export interface ObjectDiff {
  readonly type: string;
  readonly oldInputs: Inputs;
  readonly news: Inputs;
  readonly ignoreChanges: readonly string[];
  /** False for cluster-scoped kinds: a namespace on them means nothing. */
  readonly namespaced: boolean;
  readonly mutable: MutableKinds;
}

/** Compares old inputs with new inputs, field by field. */
export function diffObject(request: ObjectDiff): DiffResult {
  const old = canonical(request.oldInputs, request.namespaced);
  const now = canonical(request.news, request.namespaced);
  const changes = Object.entries(diffValues(old, now)).filter(([path]) => !isIgnored(path, request.ignoreChanges));
  if (changes.length === 0) return { changes: false };
  const patch = isPatch(request.type, now);
  const paths = changes.map(([path]) => path);
  const replaces = replacedPaths(paths, { old, now, patch }, request.mutable);
  const detailed: Record<string, DetailedChange> = {};
  for (const [path, change] of changes) detailed[path] = replaces.includes(path) ? `${change}-replace` : change;
  return { changes: true, replaces, detailed, deleteBeforeReplace: replaces.length > 0 && keepsName(old, now) };
}

/** True when `path` lies at or below one of the ignored property paths; `*` stands for any key or index. */
export function isIgnored(path: string, ignored: readonly string[]): boolean {
  const parts = splitPath(path.replaceAll("[*]", ".*"));
  return ignored.some((pattern) =>
    splitPath(pattern.replaceAll("[*]", ".*")).every((part, index) => part === "*" || part === parts[index]),
  );
}

function canonical(inputs: Inputs, namespaced: boolean): Inputs {
  const object = toKubernetes(inputs);
  if (!isRecord(object["metadata"])) return object;
  // Absent and "default" are the same place.
  const namespace = namespaced ? (valueAt(object, ["metadata", "namespace"]) ?? "default") : undefined;
  return withValueAt(object, ["metadata", "namespace"], namespace);
}

// Two objects cannot share a name: the old one must go first, unless this provider chooses a new name.
function keepsName(old: Inputs, now: Inputs): boolean {
  if (isAnnotatedTrue(now, AUTONAMED)) return false;
  return ["name", "namespace"].every((key) => valueAt(old, ["metadata", key]) === valueAt(now, ["metadata", key]));
}
