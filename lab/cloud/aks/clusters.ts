import { kubeClient } from "../../kube";
import { type Mesh, meshWish } from "../addon/mesh";
import { ArmError, resourceNotFound } from "../arm/errors";
import type { Operations } from "../arm/operations";
import { type ArmRequest, type ArmResponse, parameter } from "../arm/router";
import { isObject, type JsonObject, objectAt, textAt } from "../json";
import { log } from "../log";
import type { Groups } from "../resources/groups";
import { shown } from "../resources/plain";
import type { Resource, Store } from "../store";
import type { Machine } from "./machine";
import { CLUSTER_TYPE, isSettled, machineOf, nodeGroupOf, refuseWhileBusy, stateOf } from "./record";
import { refuseCluster } from "./refuseCluster";
import { normalLocation, type Region } from "./region";
import { clusterIdentity, clusterProperties } from "./view";

/** What installs the add-on into a cluster. */
export type MeshInstaller = Pick<Mesh, "prepare" | "install" | "uninstall">;
type Backend = Pick<Machine, "names" | "ensure" | "destroy">;

/**
 * The life of managed clusters: Creating, Succeeded, Updating, Deleting, Failed. A request only records what is wanted and starts the work;
 * the work goes on without the client and, after a restart of the daemon, from the record.
 */
export class ManagedClusters {
  readonly #store: Store;
  readonly #groups: Groups;
  readonly #operations: Operations;
  readonly #machine: Backend;
  readonly #mesh: MeshInstaller;
  readonly #region: Region;
  readonly #working = new Map<string, Promise<void>>();

  constructor(parts: {
    store: Store;
    groups: Groups;
    operations: Operations;
    machine: Backend;
    mesh: MeshInstaller;
    region: Region;
  }) {
    this.#store = parts.store;
    this.#groups = parts.groups;
    this.#operations = parts.operations;
    this.#machine = parts.machine;
    this.#mesh = parts.mesh;
    this.#region = parts.region;
  }

  /** @throws ArmError 404 */
  require(request: ArmRequest, name = parameter(request, "cluster")): Resource {
    const found = this.#store.get(this.#idOf(request, name));
    if (found === undefined) throw resourceNotFound(CLUSTER_TYPE, name, parameter(request, "group"));
    return found;
  }

  put(request: ArmRequest): ArmResponse {
    const group = this.#groups.require(request);
    const name = parameter(request, "cluster");
    const existing = this.#store.get(this.#idOf(request, name));
    if (existing !== undefined) refuseWhileBusy(existing);
    const asked = {
      name,
      group: group.name,
      location: textAt(request.body, "location") ?? existing?.location ?? "",
      identity: request.body["identity"] ?? existing?.identity,
      properties: objectAt(request.body, "properties"),
      apiVersion: request.query.get("api-version") ?? "",
    };
    const current =
      existing === undefined ? undefined : { location: existing.location ?? "", properties: existing.properties };
    const refusal = refuseCluster(asked, current, this.#region);
    if (refusal !== undefined) throw new ArmError(refusal.status, refusal.code, refusal.message);
    const location = normalLocation(asked.location);
    const id = existing?.id ?? this.#idOf(request, name);
    const operation = this.#operations.start(id);
    const identity = this.#identity(id, asked.identity);
    const resource: Resource = {
      id,
      name: existing?.name ?? name,
      type: CLUSTER_TYPE,
      location,
      tags: objectAt(request.body, "tags"),
      ...(identity === undefined ? {} : { identity }),
      sku: { name: "Base", tier: "Free", ...objectAt(request.body, "sku") },
      properties: {
        ...clusterProperties(id, location, asked.properties, existing?.properties ?? {}, this.#region),
        provisioningState: existing === undefined ? "Creating" : "Updating",
      },
      hidden: {
        ...existing?.hidden,
        machine: existing?.hidden?.["machine"] ?? this.#machineName(name),
        operation: operation.id,
      },
    };
    this.#store.put(resource);
    this.#nodeGroup(resource);
    void this.#work(resource.id);
    const headers = this.#operations.headers(request, location, operation.id);
    return { status: existing === undefined ? 201 : 200, body: shown(resource), headers };
  }

  delete(request: ArmRequest): ArmResponse {
    this.#groups.require(request);
    const found = this.#store.get(this.#idOf(request, parameter(request, "cluster")));
    if (found === undefined) return { status: 204 };
    const deleting = stateOf(found) === "Deleting" ? textAt(found.hidden, "operation") : undefined;
    const operation = deleting ?? this.#startDeleting(found);
    return { status: 202, headers: this.#operations.headers(request, found.location ?? "", operation) };
  }

  /** Deletes a cluster and waits for the end. */
  async dispose(resource: Resource): Promise<void> {
    const current = this.#store.get(resource.id);
    if (current === undefined) return;
    if (stateOf(current) !== "Deleting") this.#startDeleting(current);
    await this.#working.get(current.id);
  }

  /** Takes up what a former daemon was doing, and the load balancers of all clusters. */
  async resume(): Promise<void> {
    const alive = new Set(await this.#machine.names());
    for (const resource of this.#store.list(CLUSTER_TYPE)) {
      const machine = machineOf(resource);
      if (!isSettled(resource)) {
        log(`${resource.id}: goes on ${stateOf(resource)}`);
        void this.#work(resource.id);
      } else if (alive.has(machine)) void this.#machine.ensure(machine);
    }
  }

  /** Waits until no cluster is being changed. */
  async idle(): Promise<void> {
    await Promise.all(this.#working.values());
  }

  #startDeleting(resource: Resource): string {
    const operation = this.#operations.start(resource.id);
    const properties = { ...resource.properties, provisioningState: "Deleting" };
    this.#store.put({ ...resource, properties, hidden: { ...resource.hidden, operation: operation.id } });
    void this.#work(resource.id);
    return operation.id;
  }

  /** Does what the record asks for, after whatever is being done for this cluster now. */
  #work(id: string): Promise<void> {
    const before = this.#working.get(id) ?? Promise.resolve();
    const operation = textAt(this.#store.get(id)?.hidden, "operation") ?? "";
    const work = before.then(() => this.#operations.finish(operation, () => this.#reconcile(id)));
    this.#working.set(id, work);
    return work;
  }

  async #reconcile(id: string): Promise<void> {
    const resource = this.#store.get(id);
    if (resource === undefined) return;
    if (stateOf(resource) === "Deleting") {
      await this.#machine.destroy(machineOf(resource)).catch((error: unknown) => {
        // Not for ever "Deleting": a second DELETE must be able to try again.
        this.#store.put({ ...resource, properties: { ...resource.properties, provisioningState: "Failed" } });
        throw error;
      });
      for (const below of this.#store.below(id)) this.#store.delete(below.id);
      this.#store.delete(nodeGroupOf(resource));
      this.#store.delete(id);
      return;
    }
    try {
      await this.#build(resource);
      this.#settle(id, "Succeeded");
    } catch (error) {
      this.#settle(id, "Failed");
      throw error;
    }
  }

  async #build(resource: Resource): Promise<void> {
    const wish = meshWish(resource.properties["serviceMeshProfile"]);
    const rendered = wish === undefined ? Promise.resolve() : this.#mesh.prepare(wish);
    const [cluster] = await Promise.all([this.#machine.ensure(machineOf(resource)), rendered]);
    const installed = textAt(this.#store.get(resource.id)?.hidden, "mesh");
    if (wish === undefined && installed === undefined) return;
    const kube = kubeClient(cluster.kubeconfig);
    try {
      if (wish !== undefined) {
        // Noted first: a half installed mesh must be removed too when it is disabled.
        this.#remember(resource.id, { mesh: wish.revision });
        await this.#mesh.install(kube, wish);
      } else if (installed !== undefined) {
        await this.#mesh.uninstall(kube, installed);
        this.#remember(resource.id, { mesh: undefined });
      }
    } finally {
      await kube.close();
    }
  }

  #remember(id: string, facts: JsonObject): void {
    const resource = this.#store.get(id);
    if (resource !== undefined) this.#store.put({ ...resource, hidden: { ...resource.hidden, ...facts } });
  }

  #settle(id: string, provisioningState: string): void {
    const resource = this.#store.get(id);
    // A delete that came in meanwhile has the last word.
    if (resource === undefined || stateOf(resource) === "Deleting") return;
    this.#store.put({ ...resource, properties: { ...resource.properties, provisioningState } });
    log(`${id}: ${provisioningState}`);
  }

  #identity(id: string, requested: unknown): JsonObject | undefined {
    for (const identity of Object.keys(objectAt(requested, "userAssignedIdentities"))) {
      if (this.#store.get(identity) !== undefined) continue;
      const [, , , , group = "", , , , name = ""] = identity.split("/");
      throw resourceNotFound("Microsoft.ManagedIdentity/userAssignedIdentities", name, group);
    }
    return clusterIdentity(id, isObject(requested) ? requested : undefined, (one) => this.#store.get(one));
  }

  // The lab's clusters are named across resource groups; Azure's are not.
  #machineName(name: string): string {
    const base = name
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, "-")
      .slice(0, 36)
      .replace(/^-+|-+$/g, "");
    const taken = new Set(this.#store.list(CLUSTER_TYPE).map(machineOf));
    const names = [base, ...Array.from({ length: 98 }, (_, index) => `${base}-${String(index + 2)}`)];
    return names.find((one) => !taken.has(one)) ?? base;
  }

  #nodeGroup(resource: Resource): void {
    const id = nodeGroupOf(resource);
    if (this.#store.get(id) !== undefined) return;
    this.#store.put({
      id,
      name: textAt(resource.properties, "nodeResourceGroup") ?? "",
      type: "Microsoft.Resources/resourceGroups",
      location: resource.location ?? "",
      managedBy: resource.id,
      properties: { provisioningState: "Succeeded" },
    });
  }

  #idOf(request: ArmRequest, name: string): string {
    return `${this.#groups.require(request).id}/providers/${CLUSTER_TYPE}/${name}`;
  }
}
