import { ArmError, resourceNotFound } from "../arm/errors";
import { type ArmRequest, type ArmResponse, parameter, type Route } from "../arm/router";
import { type JsonObject, objectAt } from "../json";
import type { Store } from "../store";
import type { ManagedClusters } from "./clusters";
import { CLUSTER_TYPE, poolsOf, refuseWhileBusy } from "./record";
import type { Region } from "./region";
import { poolProperties } from "./view";

const TYPE = `${CLUSTER_TYPE}/agentPools`;
const LIST = `/subscriptions/:subscription/resourcegroups/:group/providers/${CLUSTER_TYPE}/:cluster/agentPools`;
const ONE = `${LIST}/:pool`;

/**
 * Agent pools as resources of their own. They live in the cluster's `agentPoolProfiles`, as on the service. A lab cluster has one node
 * whatever its pools say: pools are remembered and shown, not run.
 */
export function poolRoutes(clusters: ManagedClusters, store: Store, region: Region): readonly Route[] {
  const view = (cluster: string, pool: JsonObject): object => {
    const { name, ...properties } = pool;
    // The pool's kind and the resource's kind are both called "type"; the resource's is outside of `properties`.
    return { id: `${cluster}/agentPools/${String(name)}`, name, type: TYPE, properties };
  };
  const get = (request: ArmRequest): ArmResponse => {
    const cluster = clusters.require(request);
    const name = parameter(request, "pool");
    const pool = poolsOf(cluster).find((one) => one["name"] === name);
    if (pool === undefined) throw resourceNotFound(TYPE, `${cluster.name}/${name}`, parameter(request, "group"));
    return { status: 200, body: view(cluster.id, pool) };
  };
  const change = (request: ArmRequest, pool: JsonObject | undefined): boolean => {
    const cluster = clusters.require(request);
    refuseWhileBusy(cluster);
    const name = parameter(request, "pool");
    const pools = poolsOf(cluster);
    const others = pools.filter((one) => one["name"] !== name);
    const after = pool === undefined ? others : [...others, pool];
    if (!after.some((one) => one["mode"] === "System")) {
      throw new ArmError(400, "InvalidParameter", "There has to be at least one system agent pool.");
    }
    store.put({ ...cluster, properties: { ...cluster.properties, agentPoolProfiles: after } });
    return others.length < pools.length;
  };
  return [
    {
      method: "PUT",
      pattern: ONE,
      handle: (request) => {
        const asked = { ...objectAt(request.body, "properties"), name: parameter(request, "pool") };
        const existed = change(request, poolProperties(asked, region));
        return { ...get(request), status: existed ? 200 : 201 };
      },
    },
    { method: "GET", pattern: ONE, handle: get },
    { method: "DELETE", pattern: ONE, handle: (request) => ({ status: change(request, undefined) ? 200 : 204 }) },
    {
      method: "GET",
      pattern: LIST,
      handle: (request) => {
        const cluster = clusters.require(request);
        return { status: 200, body: { value: poolsOf(cluster).map((pool) => view(cluster.id, pool)) } };
      },
    },
  ];
}
