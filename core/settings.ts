import type { z } from "zod";
import { isObject } from "./json";
import { accept, refuse, type Problem, type Result } from "./problems";
import { crossFieldProblems } from "./settingsRules";
import { problemsOf } from "./settingsProblems";
import { settingsSchema } from "./settingsSchema";
import { SecretText } from "./settingsSecret";

type Frozen<T> = T extends SecretText
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T;

/** Everything a stack can set, complete with defaults, checked and frozen. */
export type Settings = Frozen<z.output<typeof settingsSchema>>;
/** The settings of the migration `aks-addon`. */
export type AksAddonSettings = Settings["aksAddon"];
/** The source cluster: created for illustration, or one that exists. */
export type SourceSettings = AksAddonSettings["source"];
export type CreatedSource = Extract<SourceSettings, { kind: "create" }>;
export type ExistingSource = Extract<SourceSettings, { kind: "existing" }>;
export type TargetSettings = AksAddonSettings["target"];
export type NodePool = TargetSettings["nodePools"][number];

/**
 * The stack's configuration as typed settings, or everything that is wrong with it.
 *
 * @param raw the values below `meshlift:`, without that prefix. Pulumi hands every value over as text, structured ones
 *   as JSON; texts are therefore taken for what they spell (`"10"` is the weight 10, `"[10, 100]"` a ramp).
 */
export function readSettings(raw: unknown): Result<Settings> {
  if (!isObject(raw)) {
    return refuse({
      path: "settings",
      rule: "the configuration is a mapping of keys",
      remedy: "set the keys that Pulumi.yaml describes",
    });
  }
  const problems: Problem[] = [];
  const unpacked = Object.fromEntries(Object.entries(raw).map(([key, value]) => [key, unpack(key, value, problems)]));
  const parsed = settingsSchema.safeParse(unpacked, { reportInput: true });
  if (!parsed.success) {
    const broken = new Set(problems.map((problem) => problem.path));
    const found = parsed.error.issues.flatMap((issue) => problemsOf(issue, (path) => knownKeys(path, unpacked)));
    return refuse(
      ...problems,
      ...found.filter((problem) => !broken.has(problem.path)),
      ...crossFieldProblems(unpacked),
    );
  }
  problems.push(...crossFieldProblems(parsed.data));
  if (problems.length > 0) return refuse(...problems);
  return accept(freeze(parsed.data));
}

const STRUCTURED = new Set(["ramp", "aksAddon"]);

function unpack(key: string, value: unknown, problems: Problem[]): unknown {
  if (typeof value !== "string") return value;
  if (key === "weight" && /^-?\d+(\.\d+)?$/.test(value.trim())) return Number(value);
  if (!STRUCTURED.has(key)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // The text is not quoted: a broken mapping may hold a kubeconfig.
    problems.push({
      path: key,
      rule: `it is a ${key === "ramp" ? "list" : "mapping"}, but the text given cannot be read as one`,
      remedy: "write it as YAML below the key in the stack file",
    });
    return undefined;
  }
}

/** The names a mapping may hold, found by asking the schema about one that holds none of them. */
function knownKeys(path: readonly PropertyKey[], unpacked: unknown): readonly string[] {
  let schema: unknown = settingsSchema;
  let value: unknown = unpacked;
  for (const part of path) {
    schema = childOf(shapeOf(schema, value), part);
    value = typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  }
  const shape = shapeOf(schema, value);
  return isObject(shape) ? Object.keys(shape) : [];
}

function childOf(shape: unknown, part: PropertyKey): unknown {
  if (typeof part === "number") return shape;
  return isObject(shape) ? shape[String(part)] : undefined;
}

interface Definition {
  readonly innerType?: unknown;
  readonly element?: unknown;
  readonly in?: unknown;
  readonly options?: readonly unknown[];
  readonly shape?: unknown;
}

/** The fields of an object schema below its wrappers (default, optional, list, union by `kind`). */
function shapeOf(schema: unknown, value: unknown): unknown {
  const definition = (schema as { readonly def?: Definition } | undefined)?.def;
  if (definition === undefined) return isObject(schema) ? schema : undefined;
  if (definition.shape !== undefined) return definition.shape;
  if (definition.options !== undefined) {
    const kind = isObject(value) ? value["kind"] : undefined;
    return shapeOf(definition.options[kind === "existing" ? 1 : 0], value);
  }
  const inner = definition.innerType ?? definition.element ?? definition.in;
  return inner === undefined ? undefined : shapeOf(inner, value);
}

function freeze<T>(value: T): Frozen<T> {
  if (typeof value === "object" && value !== null && !(value instanceof SecretText)) {
    for (const child of Object.values(value)) freeze(child);
    Object.freeze(value);
  }
  return value as Frozen<T>;
}
