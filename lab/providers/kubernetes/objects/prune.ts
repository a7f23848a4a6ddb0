import { type Inputs, isRecord } from "../../kit/index";
import { withValueAt } from "./shape";

/**
 * What the live object says about the fields that the inputs speak of: the same shape as the inputs, with the cluster's
 * values. Fields that only the server fills are left out; items added to a list are kept, because that is drift.
 */
export function pruneToInputs(live: Inputs, inputs: Inputs): Inputs {
  const pruned = pruneRecord(withStringData(live, inputs), inputs);
  return { ...pruned, apiVersion: inputs["apiVersion"], kind: inputs["kind"] };
}

/** Inputs for an object that no program has described yet (import): everything that is not status or bookkeeping. */
export function inputsFromLive(live: Inputs): Inputs {
  const inputs = withoutKeys(live, ["status"]);
  const metadata = isRecord(inputs["metadata"]) ? inputs["metadata"] : {};
  const annotations = isRecord(metadata["annotations"])
    ? withoutKeys(metadata["annotations"], [
        "deployment.kubernetes.io/revision",
        "kubectl.kubernetes.io/last-applied-configuration",
      ])
    : {};
  const kept = withoutKeys(metadata, [
    "annotations",
    "creationTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
  ]);
  return {
    ...inputs,
    metadata: Object.keys(annotations).length === 0 ? kept : { ...kept, annotations },
  };
}

function pruneValue(live: unknown, input: unknown, key: string): unknown {
  if (isRecord(live) && isRecord(input)) return pruneRecord(live, input);
  if (Array.isArray(live) && Array.isArray(input)) {
    return live.map((item: unknown, index) => (index < input.length ? pruneValue(item, input[index], key) : item));
  }
  return sameQuantity(live, input) ? input : live;
}

function pruneRecord(live: Inputs, inputs: Inputs): Inputs {
  const pruned: Inputs = {};
  for (const [key, input] of Object.entries(inputs)) {
    if (key in live) pruned[key] = pruneValue(live[key], input, key);
    // The server drops empty values ("omitempty"); their absence is no drift.
    else if (isEmpty(input)) pruned[key] = input;
  }
  return pruned;
}

// stringData is write-only: the server folds it into data, base64-encoded.
function withStringData(live: Inputs, inputs: Inputs): Inputs {
  const written = inputs["stringData"];
  const data = live["data"];
  if (live["kind"] !== "Secret" || !isRecord(written) || !isRecord(data)) return live;
  return Object.keys(written).reduce((object, key) => {
    const encoded = data[key];
    if (typeof encoded !== "string") return object;
    return withValueAt(object, ["stringData", key], Buffer.from(encoded, "base64").toString("utf8"));
  }, live);
}

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

// The server rewrites quantities into their shortest form ("1000m" becomes "1"), which is no drift either.
function sameQuantity(live: unknown, input: unknown): boolean {
  if (live === input) return true;
  const left = quantity(live);
  const right = quantity(input);
  return left !== undefined && right !== undefined && Math.abs(left - right) <= Math.abs(left) * 1e-12;
}

function quantity(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/.exec(value);
  const factor = SUFFIXES[match?.[2] ?? ""];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.values(value).every(isEmpty);
  return value === null || value === undefined || value === "" || value === 0 || value === false;
}

function withoutKeys(object: Inputs, keys: readonly string[]): Inputs {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}
