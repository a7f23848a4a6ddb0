import { ArmError, resourceNotFound } from "../arm/errors";
import { type ArmRequest, type ArmResponse, parameter, type Route } from "../arm/router";
import { normalLocation } from "../aks/region";
import { type JsonObject, objectAt, textAt } from "../json";
import type { Resource, Store } from "../store";
import type { Groups } from "./groups";

/** A kind of resource that is done as soon as it is asked for. */
export interface PlainKind {
  /** For example "Microsoft.Network/publicIPAddresses"; a child kind has further parts: "A/B/C" below ".../A/:parent/B/:name". */
  readonly type: string;
  /** Name of the parent parameter of a child kind. */
  readonly parent?: string;
  /** Whether resources of this kind lie in a location; then one is required. */
  readonly located: boolean;
  /**
   * Checks a request and completes its properties by what the service knows.
   *
   * @throws ArmError in the service's words
   */
  readonly complete: (wish: Wish) => JsonObject;
}

export interface Wish {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly properties: JsonObject;
  readonly existing: Resource | undefined;
  readonly request: ArmRequest;
}

/** PUT, GET, DELETE and list of a plain kind, below its resource group. */
export function plainRoutes(kind: PlainKind, store: Store, groups: Groups): readonly Route[] {
  const [provider = "", top = "", ...rest] = kind.type.split("/");
  const child = rest.map((segment) => `/${segment}`).join("");
  const parent = kind.parent === undefined ? "" : `/:${kind.parent}`;
  const collection = `/subscriptions/:subscription/resourcegroups/:group/providers/${provider}/${top}${parent}${child}`;
  const one = `${collection}/:name`;
  const idOf = (request: ArmRequest): string => {
    const prefix = `${groups.require(request).id}/providers/${provider}/${top}`;
    const above = kind.parent === undefined ? "" : `/${parameter(request, kind.parent)}`;
    return `${prefix}${above}${child}/${parameter(request, "name")}`;
  };
  const find = (request: ArmRequest): Resource => {
    const found = store.get(idOf(request));
    if (found !== undefined) return found;
    const names = [...(kind.parent === undefined ? [] : [parameter(request, kind.parent)]), parameter(request, "name")];
    throw resourceNotFound(kind.type, names.join("/"), parameter(request, "group"));
  };
  return [
    { method: "PUT", pattern: one, handle: (request) => put(kind, store, idOf(request), request) },
    { method: "GET", pattern: one, handle: (request) => ({ status: 200, body: shown(find(request)) }) },
    {
      method: "DELETE",
      pattern: one,
      handle: (request) => {
        const id = idOf(request);
        for (const below of store.below(id)) store.delete(below.id);
        return { status: store.delete(id) ? 200 : 204 };
      },
    },
    {
      method: "GET",
      pattern: collection,
      handle: (request) => {
        const prefix = idOf({ ...request, parameters: { ...request.parameters, name: "-" } }).replace(/\/-$/, "");
        return { status: 200, body: { value: store.list(kind.type, prefix).map(shown) } };
      },
    },
  ];
}

/** A resource without what the lab hides. */
export function shown(resource: Resource): JsonObject {
  return Object.fromEntries(Object.entries(resource).filter(([key]) => key !== "hidden"));
}

function put(kind: PlainKind, store: Store, id: string, request: ArmRequest): ArmResponse {
  const existing = store.get(id);
  const location = textAt(request.body, "location") ?? "";
  if (kind.located && location === "") {
    throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
  }
  const name = existing?.name ?? parameter(request, "name");
  const properties = objectAt(request.body, "properties");
  const sku = objectAt(request.body, "sku");
  const resource: Resource = {
    id: existing?.id ?? id,
    name,
    type: kind.type,
    ...(kind.located ? { location: normalLocation(location) } : {}),
    ...(kind.located ? { tags: objectAt(request.body, "tags") } : {}),
    ...(Object.keys(sku).length === 0 ? {} : { sku }),
    properties: kind.complete({ id, name, location: normalLocation(location), properties, existing, request }),
  };
  return { status: existing === undefined ? 201 : 200, body: shown(store.put(resource)) };
}
