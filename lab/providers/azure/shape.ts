import { diffValues, type Inputs, isRecord, UNKNOWN } from "../kit/index";
import { pathInputs, type ResourceType } from "./types";

/** Inputs that the provider itself adds; they are in state but not in requests. */
const INTERNAL = new Set(["__createBeforeDelete", "azureApiVersion"]);

/** The full id of the resource that the inputs describe. @throws Error when an input of the path is missing */
export function idOf(type: ResourceType, subscription: string, inputs: Inputs): string {
  const path = type.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = inputs[name];
    if (typeof value !== "string" || value === "") throw new Error(`missing required property '${name}'`);
    return encodeURIComponent(value);
  });
  return `/subscriptions/${subscription}${path}`;
}

/** What an id says about the inputs of its path. @throws Error when the id is none of this type */
function inputsOfId(type: ResourceType, id: string): Inputs {
  const wanted = `/subscriptions/*${type.path}`.split("/");
  const given = id.split("/");
  const inputs: Inputs = {};
  const fits = wanted.every((segment, index) => {
    const value = given[index] ?? "";
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name !== undefined) inputs[name] = decodeURIComponent(value);
    return name !== undefined || segment === "*" ? value !== "" : segment.toLowerCase() === value.toLowerCase();
  });
  if (fits && wanted.length === given.length) return inputs;
  throw new Error(`'${id}' is not an id of the form '/subscriptions/SUBSCRIPTION${type.path}'`);
}

/** The body of a PUT. Secrets must have been unwrapped. */
export function requestBody(type: ResourceType, inputs: Inputs): Inputs {
  const inPath = new Set(pathInputs(type));
  const body: Inputs = {};
  const properties: Inputs = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (inPath.has(name) || INTERNAL.has(name) || value === undefined || value === null) continue;
    if (type.beside.includes(name)) body[name] = name === "identity" ? identityBody(value) : value;
    else properties[type.renamed?.[name] ?? name] = value;
  }
  return Object.keys(properties).length === 0 && !type.flattened ? body : { ...body, properties };
}

/** The SDK takes a list of identities, Resource Manager a map with the ids as keys. */
function identityBody(identity: unknown): unknown {
  if (!isRecord(identity) || !Array.isArray(identity["userAssignedIdentities"])) return identity;
  const ids = identity["userAssignedIdentities"].map((id): [string, object] => [String(id), {}]);
  return { ...identity, userAssignedIdentities: Object.fromEntries(ids) };
}

/** The outputs that the SDK expects for what Resource Manager answered. */
export function outputsOf(type: ResourceType, response: Inputs): Inputs {
  const { properties, id: _, ...rest } = response;
  const inner = isRecord(properties) ? properties : {};
  const outputs: Inputs = type.flattened ? { ...rest, ...renamedBack(type, inner) } : { ...rest, properties: inner };
  // In a flattened type the resource's own kind may be hidden by a property of the same name, as it is in the SDK.
  return { ...outputs, azureApiVersion: type.apiVersion };
}

function renamedBack(type: ResourceType, properties: Inputs): Inputs {
  const names = new Map(Object.entries(type.renamed ?? {}).map(([sdk, arm]) => [arm, sdk]));
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [names.get(name) ?? name, value]));
}

/**
 * What a preview shows: the inputs, and unknown for what the service decides. `known` are outputs that an update never changes.
 */
export function previewOutputs(type: ResourceType, inputs: Inputs, known: Inputs = {}): Inputs {
  const inPath = new Set(pathInputs(type));
  const given = Object.entries(inputs).filter(([name]) => !inPath.has(name) && name !== "__createBeforeDelete");
  let outputs: Inputs = Object.fromEntries(given);
  for (const path of [...type.computed, ...(type.defaulted ?? [])]) outputs = withUnknown(outputs, path.split("."));
  return { ...outputs, ...known, azureApiVersion: type.apiVersion };
}

function withUnknown(value: Inputs, [name = "", ...rest]: readonly string[]): Inputs {
  const present = value[name];
  if (rest.length === 0) return present === undefined || present === null ? { ...value, [name]: UNKNOWN } : value;
  // Only inside what the program gives: an object that it does not give is unknown as a whole.
  return isRecord(present) ? { ...value, [name]: withUnknown(present, rest) } : value;
}

/** The part of outputs that a program can set: everything but what only the service knows. */
function projection(type: ResourceType, outputs: Inputs): Inputs {
  const hidden = new Set([...type.computed, "azureApiVersion"]);
  return Object.fromEntries(Object.entries(outputs).filter(([name]) => !hidden.has(name)));
}

/**
 * Inputs after a refresh: what changed in the service between two readings is taken over, everything else stays as the program wrote it,
 * so that defaults of the service do not show as differences.
 */
export function refreshedInputs(type: ResourceType, inputs: Inputs, before: Inputs, after: Inputs): Inputs {
  const merged = takeOver(inputs, projection(type, before), projection(type, after));
  return isRecord(merged) ? merged : inputs;
}

function takeOver(input: unknown, before: unknown, after: unknown): unknown {
  // By value: state comes back with its keys in another order.
  if (Object.keys(diffValues(before, after)).length === 0) return input;
  if (Array.isArray(before) && Array.isArray(after) && Array.isArray(input)) {
    // A list that grew or shrank is taken as it is; positions in it no longer tell which entry is which.
    if (before.length !== after.length || input.length !== after.length) return after;
    return input.map((item, index) => takeOver(item, before[index], after[index]));
  }
  if (!isRecord(before) || !isRecord(after)) return after;
  const base = isRecord(input) ? input : {};
  const result: Inputs = { ...base };
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = takeOver(base[name], before[name], after[name]);
    if (value === undefined) Reflect.deleteProperty(result, name);
    else result[name] = value;
  }
  return result;
}

/** Inputs for an imported resource: from its id, and every property that a program could set. */
export function importedInputs(type: ResourceType, id: string, outputs: Inputs): Inputs {
  const settable = projection(type, outputs);
  const inputs = { ...settable, ...inputsOfId(type, id), azureApiVersion: type.apiVersion };
  const identity = settable["identity"];
  if (!isRecord(identity)) return inputs;
  const { type: kind, userAssignedIdentities: assigned } = identity;
  const ids = isRecord(assigned) ? { userAssignedIdentities: Object.keys(assigned) } : {};
  return { ...inputs, identity: { type: kind, ...ids } };
}
