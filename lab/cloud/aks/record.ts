import { ArmError } from "../arm/errors";
import { isObject, type JsonObject, listAt, textAt } from "../json";
import type { Resource } from "../store";

export const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";
const SETTLED = new Set(["Succeeded", "Failed", "Canceled"]);

export function stateOf(resource: Resource): string {
  return textAt(resource.properties, "provisioningState") ?? "";
}

/** Whether nothing is being done to the cluster. */
export function isSettled(resource: Resource): boolean {
  return SETTLED.has(stateOf(resource));
}

/** Name of the lab cluster behind a managed cluster. */
export function machineOf(resource: Resource): string {
  return textAt(resource.hidden, "machine") ?? resource.name.toLowerCase();
}

/** Id of the resource group that the service makes for the cluster's nodes. */
export function nodeGroupOf(resource: Resource): string {
  const subscription = resource.id.split("/")[2] ?? "";
  return `/subscriptions/${subscription}/resourceGroups/${textAt(resource.properties, "nodeResourceGroup") ?? ""}`;
}

/** @throws ArmError 409 in the service's words while an operation on the cluster or one of its pools runs */
export function refuseWhileBusy(resource: Resource): void {
  const state = stateOf(resource);
  if (isSettled(resource)) return;
  const doing: Readonly<Record<string, string>> = { Creating: "create", Updating: "update", Deleting: "delete" };
  throw new ArmError(
    409,
    "OperationNotAllowed",
    `Operation is not allowed because there's an in progress ${doing[state] ?? state.toLowerCase()} managed cluster operation ` +
      `(operation ID: ${textAt(resource.hidden, "operation") ?? ""}) on the managed cluster. ` +
      "Please wait for it to finish before starting a new operation.",
  );
}

/** The agent pools that the cluster has now. */
export function poolsOf(resource: Resource): readonly JsonObject[] {
  return listAt(resource.properties, "agentPoolProfiles").filter(isObject);
}
