import { type Inputs, isRecord } from "../../kit/index";
import { valueAt } from "../objects/shape";
import { type Awaiter, READY, type Surroundings, waitingFor } from "./readiness";

/** A Service is ready when it has a ready endpoint (if it selects pods) and an address from outside (if it asks for one). */
export const service: Awaiter = async (live, around) => {
  const spec = valueAt(live, ["spec"]);
  if (!isRecord(spec) || spec["type"] === "ExternalName") return READY;
  if (spec["type"] === "LoadBalancer" && !hasIngress(live))
    return waitingFor("waiting for the load balancer's address");
  const selects = isRecord(spec["selector"]) && Object.keys(spec["selector"]).length > 0;
  // A headless Service may be made before the workload that gives it its endpoints.
  if (!selects || spec["clusterIP"] === "None") return READY;
  return (await hasReadyEndpoint(around))
    ? READY
    : waitingFor("waiting for a ready endpoint: no selected pod is ready");
};

export const ingress: Awaiter = (live) =>
  hasIngress(live) ? READY : waitingFor("waiting for the controller to give the Ingress an address");

function hasIngress(live: Inputs): boolean {
  const addresses = valueAt(live, ["status", "loadBalancer", "ingress"]);
  return Array.isArray(addresses) && addresses.length > 0;
}

async function hasReadyEndpoint({ session, key }: Surroundings): Promise<boolean> {
  const slices = await session.cluster.list(
    { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace: key.namespace },
    { labelSelector: `kubernetes.io/service-name=${key.name}` },
  );
  return slices.some((slice) => {
    const endpoints = Array.isArray(slice["endpoints"]) ? slice["endpoints"].filter(isRecord) : [];
    // An unset "ready" means ready (EndpointSlice API reference).
    return endpoints.some((endpoint) => valueAt(endpoint, ["conditions", "ready"]) !== false);
  });
}
