import { type Inputs, isRecord } from "../../kit/index";
import { valueAt } from "../objects/shape";

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** The condition of a type in status.conditions, or undefined. */
export function conditionOf(live: Inputs, type: string): Condition | undefined {
  const conditions = valueAt(live, ["status", "conditions"]);
  const found = (Array.isArray(conditions) ? conditions.filter(isRecord) : []).find((item) => item["type"] === type);
  if (found === undefined) return undefined;
  const text = (key: string): string => (typeof found[key] === "string" ? found[key] : "");
  return { type, status: text("status"), reason: text("reason"), message: text("message") };
}

/** True when the controller has seen the newest spec; a status from before says nothing. */
export function isObserved(live: Inputs): boolean {
  const generation = Number(valueAt(live, ["metadata", "generation"]) ?? 0);
  const observed = valueAt(live, ["status", "observedGeneration"]);
  return observed === undefined ? false : Number(observed) >= generation;
}

/** A number in the status, 0 when absent (Kubernetes leaves zeros out). */
export function statusCount(live: Inputs, field: string): number {
  return Number(valueAt(live, ["status", field]) ?? 0);
}
