import { isObject, type JsonObject } from "./json";

/** One entry of a VirtualService's `spec.http`, with every field its authors gave it. */
export type HttpRoute = Readonly<Record<string, unknown>>;

/** Where a leg of the split goes: a host of Istio's registry, a port number, and a subset where there is one. */
export interface Destination {
  readonly host: string;
  readonly port: number;
  readonly subset?: string;
}

/** Which routes are split, to where, and how much of them. */
export interface Split {
  /** Route names, or positions as `#0`; `all` takes every route that has destinations. */
  readonly routes: "all" | readonly string[];
  readonly target: Destination;
  /** Integer percent of requests that go to the target, 0 to 100. */
  readonly weight: number;
  /**
   * The source's leg. Default: the route's single destination, as it stands (also without a port: Istio takes the
   * port of a service that has one). When given, `all` takes only routes to this host, and this is what is written.
   */
  readonly source?: Destination;
}

/** Whether a route's destination is the target itself: same host, port and subset. */
export function isTarget(entry: JsonObject, target: Destination): boolean {
  const destination = isObject(entry["destination"]) ? entry["destination"] : {};
  const port = isObject(destination["port"]) ? destination["port"]["number"] : undefined;
  const subset = destination["subset"] === "" ? undefined : destination["subset"];
  return (
    hostOf(entry) === target.host.toLowerCase() &&
    (port === undefined || port === target.port) &&
    subset === (target.subset === "" ? undefined : target.subset)
  );
}

/** The host of a route's destination, in lower case as Istio compares it. */
export function hostOf(entry: unknown): string | undefined {
  const destination = isObject(entry) ? entry["destination"] : undefined;
  const host = isObject(destination) ? destination["host"] : undefined;
  return typeof host === "string" ? host.toLowerCase() : undefined;
}

/** A destination as a VirtualService spells it. */
export function written(destination: Destination): JsonObject {
  return {
    host: destination.host,
    ...(destination.subset === undefined || destination.subset === "" ? {} : { subset: destination.subset }),
    port: { number: destination.port },
  };
}
