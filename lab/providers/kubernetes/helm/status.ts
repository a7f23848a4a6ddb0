import { loadAll } from "js-yaml";
import { isRecord } from "../../kit/index";
import { valueAt } from "../objects/shape";
import { HelmError, type Workspace } from "./command";

/** A release's `status` output, as the SDK declares it. */
export interface ReleaseStatus {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: string;
  readonly chart: string;
  readonly version: string;
  readonly appVersion: string;
}

/** The newest revision's facts, or undefined when there is no such release. */
export async function readStatus(
  workspace: Workspace,
  place: { readonly namespace: string; readonly name: string },
): Promise<ReleaseStatus | undefined> {
  let text: string;
  try {
    text = await workspace.helm(["get", "metadata", place.name, "--namespace", place.namespace, "--output", "json"]);
  } catch (error) {
    if (error instanceof HelmError && error.message.includes("not found")) return undefined;
    throw error;
  }
  const facts: unknown = JSON.parse(text);
  const fact = (key: string): string => {
    const value = valueAt(facts, [key]);
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return {
    ...place,
    revision: Number(fact("revision")),
    status: fact("status"),
    chart: fact("chart"),
    version: fact("version"),
    appVersion: fact("appVersion"),
  };
}

/** The objects of a release by kind: `{ "Service.core/v1": ["istio-system/istiod"] }`. */
export async function resourceNames(
  workspace: Workspace,
  status: ReleaseStatus,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const manifest = await workspace.helm(["get", "manifest", status.name, "--namespace", status.namespace]);
  const names: Record<string, string[]> = {};
  for (const object of loadAll(manifest)) {
    if (!isRecord(object)) continue;
    const apiVersion = String(object["apiVersion"]);
    const key = `${String(object["kind"])}.${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}`;
    const namespace = valueAt(object, ["metadata", "namespace"]);
    const name = String(valueAt(object, ["metadata", "name"]));
    (names[key] ??= []).push(typeof namespace === "string" ? `${namespace}/${name}` : name);
  }
  return names;
}
