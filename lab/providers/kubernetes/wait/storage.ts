import { ApiError } from "../api/errors";
import { valueAt } from "../objects/shape";
import { conditionOf } from "./conditions";
import { type Awaiter, failedWith, READY, waitingFor } from "./readiness";

/** A claim is ready when it is bound; one whose class binds at first use never is before a pod comes. */
export const persistentVolumeClaim: Awaiter = async (live, { session }) => {
  const phase = valueAt(live, ["status", "phase"]);
  if (phase === "Bound") return READY;
  if (phase === "Lost") return failedWith("the claim has lost its volume");
  const name = valueAt(live, ["spec", "storageClassName"]);
  if (typeof name !== "string" || name === "") return waitingFor("waiting for a volume");
  try {
    const storage = await session.cluster.get({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      namespace: "",
      name,
    });
    if (storage["volumeBindingMode"] === "WaitForFirstConsumer") return READY;
  } catch (error) {
    if (!(error instanceof ApiError && error.notFound)) throw error;
  }
  return waitingFor("waiting for a volume");
};

/** A definition is ready when its objects can be made: accepted names, served path. */
export const customResourceDefinition: Awaiter = (live) => {
  const names = conditionOf(live, "NamesAccepted");
  if (names?.status === "False") return failedWith(names.message);
  return conditionOf(live, "Established")?.status === "True" ? READY : waitingFor("waiting to be established");
};

/** A token Secret is ready when the controller has filled it. */
export const secret: Awaiter = (live) => {
  if (live["type"] !== "kubernetes.io/service-account-token") return READY;
  return valueAt(live, ["data", "token"]) === undefined ? waitingFor("waiting for the account's token") : READY;
};
