import { type Inputs, isRecord } from "../../kit/index";
import type { ObjectKey } from "../api/cluster";
import { valueAt } from "../objects/shape";
import type { Session } from "../session";
import { conditionOf } from "./conditions";

const MOST_REASONS = 5;

/** Why the pods that a workload selects are not ready, one sentence per distinct reason; empty when nobody can say. */
export async function podReasons(session: Session, key: ObjectKey, workload: Inputs): Promise<readonly string[]> {
  const labels = valueAt(workload, ["spec", "selector", "matchLabels"]);
  if (!isRecord(labels)) return [];
  const labelSelector = Object.entries(labels)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(",");
  try {
    const pods = await session.cluster.list(
      { apiVersion: "v1", kind: "Pod", namespace: key.namespace },
      { labelSelector },
    );
    return [...new Set(pods.flatMap(reasonsOfPod))].slice(0, MOST_REASONS);
  } catch {
    // These sentences explain a failure that is already certain; not getting them must not hide it.
    return [];
  }
}

/** What keeps one pod from being ready. */
export function reasonsOfPod(pod: Inputs): readonly string[] {
  if (conditionOf(pod, "Ready")?.status === "True") return [];
  const name = String(valueAt(pod, ["metadata", "name"]));
  const scheduled = conditionOf(pod, "PodScheduled");
  if (scheduled?.status === "False") return [`pod ${name} is not scheduled: ${scheduled.message || scheduled.reason}`];
  const containers = ["initContainerStatuses", "containerStatuses"].flatMap((list) => {
    const statuses = valueAt(pod, ["status", list]);
    return Array.isArray(statuses) ? statuses.filter(isRecord) : [];
  });
  return containers.flatMap((container) => {
    const reason = containerReason(container);
    return reason === undefined ? [] : [`pod ${name}, container ${String(container["name"])}: ${reason}`];
  });
}

function containerReason(container: Inputs): string | undefined {
  if (container["ready"] === true) return undefined;
  const waiting = valueAt(container, ["state", "waiting"]);
  if (isRecord(waiting)) {
    const reason = textOf(waiting["reason"]);
    // Every container passes through these two; they are no reason.
    if (reason === "PodInitializing" || reason === "ContainerCreating") return undefined;
    return [reason, textOf(waiting["message"])].filter(Boolean).join(": ");
  }
  const ended = valueAt(container, ["state", "terminated"]) ?? valueAt(container, ["lastState", "terminated"]);
  if (!isRecord(ended)) return isRecord(valueAt(container, ["state", "running"])) ? "running but not ready" : undefined;
  if (ended["exitCode"] === 0) return undefined;
  return [`exited with code ${String(ended["exitCode"])}`, textOf(ended["reason"]), textOf(ended["message"])]
    .filter(Boolean)
    .join(", ");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}
