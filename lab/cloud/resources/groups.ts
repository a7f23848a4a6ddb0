import { ArmError, groupNotFound } from "../arm/errors";
import type { Operations } from "../arm/operations";
import { type ArmRequest, type ArmResponse, parameter, type Route } from "../arm/router";
import { normalLocation } from "../aks/region";
import { objectAt, textAt } from "../json";
import { SUBSCRIPTION, TENANT } from "../identity";
import type { Resource, Store } from "../store";

const TYPE = "Microsoft.Resources/resourceGroups";
const ID = "/subscriptions/:subscription/resourcegroups/:group";
const GROUP_NAME = /^[-\w._()]{1,89}[-\w_()]$|^[-\w_()]$/;

/** Resource groups: they must exist before what is in them, and take everything with them when they go. */
export class Groups {
  readonly #store: Store;
  readonly #operations: Operations;
  /** Ends what runs behind a resource of the group before the resource is forgotten. */
  readonly #dispose: (resource: Resource) => Promise<void>;

  constructor(store: Store, operations: Operations, dispose: (resource: Resource) => Promise<void>) {
    this.#store = store;
    this.#operations = operations;
    this.#dispose = dispose;
  }

  /** The group that a request's resource lies in. @throws ArmError 404 */
  require(request: ArmRequest): Resource {
    const name = parameter(request, "group");
    const group = this.#store.get(`/subscriptions/${parameter(request, "subscription")}/resourceGroups/${name}`);
    if (group === undefined) throw groupNotFound(name);
    return group;
  }

  routes(): readonly Route[] {
    return [
      { method: "PUT", pattern: ID, handle: (request) => this.#put(request) },
      { method: "GET", pattern: ID, handle: (request) => ({ status: 200, body: this.require(request) }) },
      { method: "HEAD", pattern: ID, handle: (request) => ({ status: this.require(request).id === "" ? 404 : 204 }) },
      { method: "DELETE", pattern: ID, handle: (request) => this.#delete(request) },
      { method: "GET", pattern: `${ID}/resources`, handle: (request) => this.#members(request) },
      { method: "GET", pattern: "/subscriptions/:subscription/resourcegroups", handle: () => this.#list() },
      { method: "GET", pattern: "/subscriptions", handle: () => ({ status: 200, body: { value: [subscription()] } }) },
    ];
  }

  #put(request: ArmRequest): ArmResponse {
    const name = parameter(request, "group");
    const location = textAt(request.body, "location");
    if (location === undefined) {
      throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
    }
    if (!GROUP_NAME.test(name)) {
      throw new ArmError(
        400,
        "InvalidResourceGroup",
        `The provided resource group name '${name}' has these invalid characters or is too long.`,
      );
    }
    const id = `/subscriptions/${parameter(request, "subscription")}/resourceGroups/${name}`;
    const existing = this.#store.get(id);
    if (existing !== undefined && existing.location !== normalLocation(location)) {
      throw new ArmError(
        409,
        "InvalidResourceGroupLocation",
        `Invalid resource group location '${location}'. The Resource group already exists in location '${existing.location ?? ""}'.`,
      );
    }
    const managedBy = textAt(request.body, "managedBy");
    const group: Resource = {
      id,
      name,
      type: TYPE,
      location: normalLocation(location),
      tags: objectAt(request.body, "tags"),
      ...(managedBy === undefined ? {} : { managedBy }),
      properties: { provisioningState: "Succeeded" },
    };
    return { status: existing === undefined ? 201 : 200, body: this.#store.put(group) };
  }

  #delete(request: ArmRequest): ArmResponse {
    const group = this.require(request);
    const operation = this.#operations.start(group.id);
    this.#store.put({ ...group, properties: { provisioningState: "Deleting" } });
    void this.#operations.finish(operation.id, async () => {
      await Promise.all(this.#store.below(group.id).map((member) => this.#dispose(member)));
      for (const member of this.#store.below(group.id)) this.#store.delete(member.id);
      this.#store.delete(group.id);
    });
    return { status: 202, headers: this.#operations.headers(request, group.location ?? "", operation.id) };
  }

  #members(request: ArmRequest): ArmResponse {
    const members = this.#store.below(this.require(request).id);
    return {
      status: 200,
      body: { value: members.map(({ id, name, type, location }) => ({ id, name, type, location })) },
    };
  }

  #list(): ArmResponse {
    return { status: 200, body: { value: this.#store.list(TYPE) } };
  }
}

function subscription(): object {
  return {
    id: `/subscriptions/${SUBSCRIPTION}`,
    subscriptionId: SUBSCRIPTION,
    tenantId: TENANT,
    displayName: "meshlift lab",
    state: "Enabled",
  };
}
