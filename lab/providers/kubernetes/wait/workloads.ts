import type { Inputs } from "../../kit/index";
import { valueAt } from "../objects/shape";
import { conditionOf, isObserved, statusCount } from "./conditions";
import { reasonsOfPod } from "./pods";
import { type Awaiter, failedWith, READY, waitingFor } from "./readiness";

/** A rollout is done when every pod is of the newest template, available, and no older one is left. */
export const deployment: Awaiter = (live) => {
  if (!isObserved(live)) return waitingFor("waiting for the controller");
  if (valueAt(live, ["spec", "paused"]) === true) return READY;
  const progressing = conditionOf(live, "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") return failedWith(progressing.message);
  const wanted = desired(live);
  const updated = statusCount(live, "updatedReplicas");
  const available = statusCount(live, "availableReplicas");
  const total = statusCount(live, "replicas");
  if (updated >= wanted && total === updated && available >= updated) return READY;
  return waitingFor(
    `${String(Math.min(available, updated))} of ${String(wanted)} pods of the new version are available`,
  );
};

export const statefulSet: Awaiter = (live) => {
  if (!isObserved(live)) return waitingFor("waiting for the controller");
  const wanted = desired(live);
  const ready = statusCount(live, "readyReplicas");
  const current = valueAt(live, ["status", "currentRevision"]);
  // With a partition or OnDelete some pods stay on the old revision on purpose.
  const strategy = valueAt(live, ["spec", "updateStrategy"]);
  const partial =
    valueAt(strategy, ["type"]) === "OnDelete" || Number(valueAt(strategy, ["rollingUpdate", "partition"]) ?? 0) > 0;
  const rolled = partial || wanted === 0 || current === valueAt(live, ["status", "updateRevision"]);
  return ready >= wanted && rolled ? READY : waitingFor(`${String(ready)} of ${String(wanted)} pods are ready`);
};

export const daemonSet: Awaiter = (live) => {
  if (!isObserved(live)) return waitingFor("waiting for the controller");
  const wanted = statusCount(live, "desiredNumberScheduled");
  const available = statusCount(live, "numberAvailable");
  const onDelete = valueAt(live, ["spec", "updateStrategy", "type"]) === "OnDelete";
  const updated = onDelete ? wanted : statusCount(live, "updatedNumberScheduled");
  if (updated >= wanted && available >= wanted) return READY;
  return waitingFor(`${String(Math.min(updated, available))} of ${String(wanted)} nodes run the new version`);
};

export const pod: Awaiter = (live) => {
  const phase = valueAt(live, ["status", "phase"]);
  if (phase === "Succeeded" || conditionOf(live, "Ready")?.status === "True") return READY;
  const reasons = reasonsOfPod(live).join("; ");
  if (phase === "Failed") return failedWith(reasons || "the pod failed");
  return waitingFor(reasons || "waiting for the pod to be ready");
};

export const job: Awaiter = (live) => {
  if (conditionOf(live, "Complete")?.status === "True") return READY;
  const failed = conditionOf(live, "Failed");
  if (failed?.status === "True") return failedWith(failed.message || failed.reason);
  if (valueAt(live, ["spec", "suspend"]) === true) return READY;
  const done = String(statusCount(live, "succeeded"));
  const wanted = String(Number(valueAt(live, ["spec", "completions"]) ?? 1));
  return waitingFor(`${done} of ${wanted} runs have succeeded`);
};

function desired(live: Inputs): number {
  return Number(valueAt(live, ["spec", "replicas"]) ?? 1);
}
