import { type Inputs, isRecord, Secret, UNKNOWN } from "../../kit/index";

// Pulumi property names cannot hold dashes, so the SDK spells these fields of CRD schemas with underscores.
const DASHED = new Map(
  [
    "embedded-resource",
    "int-or-string",
    "list-map-keys",
    "list-type",
    "map-type",
    "preserve-unknown-fields",
    "validations",
  ].map((field) => [`x_kubernetes_${field.replaceAll("-", "_")}`, `x-kubernetes-${field}`]),
);
const UNDERSCORED = new Map([...DASHED].map(([underscored, dashed]) => [dashed, underscored]));

// Written by the server only; sending them back is refused or makes false differences.
const READ_ONLY_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];

/** The object as the API server wants it: secrets opened, nulls and the provider's own `__` keys left out, read-only metadata too. */
export function toKubernetes(inputs: Inputs): Inputs {
  const object = rename(inputs, DASHED);
  if (!isRecord(object)) return {};
  for (const key of Object.keys(object)) if (key.startsWith("__")) Reflect.deleteProperty(object, key);
  const metadata = object["metadata"];
  if (isRecord(metadata)) for (const key of READ_ONLY_METADATA) Reflect.deleteProperty(metadata, key);
  return object;
}

/** A live object as resource outputs: dashed schema fields in the SDK's spelling. */
export function toPulumi(object: Inputs): Inputs {
  const renamed = rename(object, UNDERSCORED);
  return isRecord(renamed) ? renamed : {};
}

/** A deep copy with one value set or (undefined) removed at a path of keys; missing parents are made for a set. */
export function withValueAt(object: Inputs, path: readonly string[], value: unknown): Inputs {
  const [key, ...rest] = path;
  if (key === undefined) return object;
  const copy = { ...object };
  if (rest.length === 0) {
    if (value === undefined) Reflect.deleteProperty(copy, key);
    else copy[key] = value;
    return copy;
  }
  const child = copy[key];
  if (!isRecord(child) && value === undefined) return copy;
  copy[key] = withValueAt(isRecord(child) ? child : {}, rest, value);
  return copy;
}

/** The value at a path of keys, or undefined. */
export function valueAt(object: unknown, path: readonly (string | number)[]): unknown {
  let value = object;
  for (const key of path) {
    if (typeof key === "number") value = Array.isArray(value) ? value[key] : undefined;
    else value = isRecord(value) ? value[key] : undefined;
  }
  return value;
}

function rename(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (value instanceof Secret) return rename(value.value, names);
  if (value === UNKNOWN) return value;
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  if (!isRecord(value)) return value;
  const renamed: Inputs = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== null && item !== undefined) renamed[names.get(key) ?? key] = rename(item, names);
  }
  return renamed;
}
