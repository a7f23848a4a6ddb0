import type { JsonObject } from "../json";
import { ArmError } from "./errors";

export interface ArmRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Values of the pattern's `:name` segments, decoded, in the case in which they came. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

export interface ArmResponse {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (request: ArmRequest) => ArmResponse | Promise<ArmResponse>;

export interface Route {
  readonly method: string;
  /** Segments joined by `/`; `:name` takes one segment. Fixed segments are compared without case, as Resource Manager does. */
  readonly pattern: string;
  readonly handle: Handler;
}

export interface Match {
  readonly route: Route;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Finds the route of a request; the first that fits wins.
 *
 * @throws ArmError 404 when no pattern fits, 405 when one does for other methods only
 */
export function findRoute(routes: readonly Route[], method: string, path: string): Match {
  let otherMethods = false;
  for (const route of routes) {
    const parameters = matchPattern(route.pattern, path);
    if (parameters === undefined) continue;
    if (route.method === method) return { route, parameters };
    otherMethods = true;
  }
  if (otherMethods) {
    throw new ArmError(405, "MethodNotAllowed", `The HTTP method '${method}' is not supported for '${path}'.`);
  }
  throw new ArmError(404, "InvalidResourceType", `The lab's cloud has nothing at '${path}'.`);
}

function matchPattern(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split("/");
  const given = path.replace(/\/+$/, "").split("/");
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index] ?? "";
    if (segment.startsWith(":")) parameters[segment.slice(1)] = decodeURIComponent(value);
    else if (segment.toLowerCase() !== value.toLowerCase()) return undefined;
  }
  return parameters;
}

/** A parameter that the route's own pattern guarantees. */
export function parameter(request: ArmRequest, name: string): string {
  const value = request.parameters[name];
  if (value === undefined || value === "")
    throw new ArmError(400, "InvalidRequest", `'${name}' is missing in the address.`);
  return value;
}
