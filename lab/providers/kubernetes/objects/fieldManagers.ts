import { randomBytes } from "node:crypto";
import { type Inputs, isRecord } from "../../kit/index";
import { annotation, PATCH_FIELD_MANAGER } from "./annotations";
import { valueAt } from "./shape";

/** The key in a resource's outputs under which its field manager is kept. */
export const FIELD_MANAGER_KEY = "__fieldManager";

/** One entry of metadata.managedFields. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly fieldsV1: Inputs;
  readonly raw: Inputs;
}

// Writers whose fields a whole resource takes over at its next update: a person's kubectl, objects from before server-side
// apply, and this provider's own plain creates (an Update is another owner than an Apply even under the same name).
const TAKEN_OVER: readonly { prefix: string; operation: string }[] = [
  { prefix: "kubectl", operation: "Apply" },
  { prefix: "kubectl", operation: "Update" },
  { prefix: "before-first-apply", operation: "Update" },
  { prefix: "pulumi-kubernetes", operation: "Update" },
  { prefix: "pulumi-resource-kubernetes", operation: "Update" },
];

/** The annotation's name, else the one in state, else a new random one. */
export function fieldManagerOf(object: Inputs, state: Inputs): string {
  const annotated = annotation(object, PATCH_FIELD_MANAGER);
  if (annotated !== undefined && annotated !== "") return annotated;
  const kept = state[FIELD_MANAGER_KEY];
  return typeof kept === "string" && kept !== "" ? kept : `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}

function managedFieldsOf(live: Inputs): readonly ManagedFields[] {
  const entries = valueAt(live, ["metadata", "managedFields"]);
  return (Array.isArray(entries) ? entries.filter(isRecord) : []).map((raw) => ({
    manager: String(raw["manager"]),
    operation: String(raw["operation"]),
    apiVersion: String(raw["apiVersion"]),
    ...(typeof raw["subresource"] === "string" ? { subresource: raw["subresource"] } : {}),
    fieldsV1: isRecord(raw["fieldsV1"]) ? raw["fieldsV1"] : {},
    raw,
  }));
}

/** True for a writer whose fields a whole resource (not a Patch) may take without asking. */
export function isTakenOver(manager: string, operation?: string): boolean {
  return TAKEN_OVER.some(
    (writer) => manager.startsWith(writer.prefix) && (operation === undefined || operation === writer.operation),
  );
}

/** The managedFields after `manager` has taken over from the writers above, or undefined when there is nothing to take. */
export function takeOver(live: Inputs, manager: string): readonly Inputs[] | undefined {
  const entries = managedFieldsOf(live);
  const taken = entries.filter(
    (entry) => entry.subresource === undefined && isTakenOver(entry.manager, entry.operation),
  );
  if (taken.length === 0) return undefined;
  const own = entries.find((entry) => entry.manager === manager && entry.operation === "Apply");
  const fieldsV1 = [...(own === undefined ? [] : [own]), ...taken].reduce<Inputs>(
    (all, entry) => union(all, entry.fieldsV1),
    {},
  );
  const merged: Inputs = {
    manager,
    operation: "Apply",
    apiVersion: own?.apiVersion ?? taken[0]?.apiVersion,
    time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    fieldsType: "FieldsV1",
    fieldsV1,
  };
  const rest = entries.filter((entry) => entry !== own && !taken.includes(entry)).map((entry) => entry.raw);
  return [...rest, merged];
}

/** Who, apart from `manager`, owns the field at this path of plain keys, and whether `manager` does too. */
export function ownersOf(live: Inputs, path: readonly string[], manager: string): { others: boolean; ours: boolean } {
  const fields = path.map((key) => `f:${key}`);
  const owning = managedFieldsOf(live).filter((entry) => holds(entry.fieldsV1, fields));
  return {
    others: owning.some((entry) => entry.manager !== manager),
    ours: owning.some((entry) => entry.manager === manager),
  };
}

function holds(fields: Inputs, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return true;
  const child = fields[key];
  if (!isRecord(child)) return false;
  // An empty set means the whole value below is owned at once (an atomic field).
  return Object.keys(child).length === 0 || holds(child, rest);
}

function union(left: Inputs, right: Inputs): Inputs {
  const merged: Inputs = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const existing = merged[key];
    merged[key] = isRecord(existing) && isRecord(value) ? union(existing, value) : value;
  }
  return merged;
}
