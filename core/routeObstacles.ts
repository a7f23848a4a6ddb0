import { isList, isObject, objectAt, type JsonObject } from "./json";
import type { Problem } from "./problems";
import { isTarget, type HttpRoute, type Split } from "./split";

const AT_THE_SOURCE = "route-level actions run at the source gateway before the request crosses to the target";

/** Whether a route sends requests somewhere; a redirect, a direct response and a delegate do not. */
export function hasDestinations(route: HttpRoute | undefined): boolean {
  if (route === undefined || !isList(route["route"]) || route["route"].length === 0) return false;
  return NO_DESTINATIONS.every((field) => route[field] === undefined);
}

const NO_DESTINATIONS = ["redirect", "directResponse", "delegate"] as const;

/**
 * Why a route cannot be split faithfully; empty when it can.
 *
 * The target serves its own copy of the VirtualService, so whatever the source's route does to a request is done to
 * it again there. Refused is what does not come to the same when done twice: `rewrite`, `fault`, added headers and a
 * changed authority. Fine: `timeout` (the source's starts first and bounds both), `corsPolicy` (preflights are answered
 * at the source, the headers are set, not added), set and removed headers. Fine with a remark ({@link splitRemarks}):
 * `retries`, `mirror`.
 *
 * @param own whether the route already carries exactly this split.
 */
export function splitObstacles(route: HttpRoute, path: string, own: boolean, split: Split): readonly Problem[] {
  const where = typeof route["name"] === "string" && route["name"] !== "" ? `${path} (${route["name"]})` : path;
  const untouchable = NO_DESTINATIONS.find((field) => route[field] !== undefined);
  if (untouchable !== undefined) {
    return [
      {
        path: `${where}.${untouchable}`,
        rule: `a route with ${untouchable} has no destination of its own, so there is nothing to split`,
        remedy: "leave this route out of `routes`",
      },
    ];
  }
  return [
    ...destinationProblems(route, where, own, split),
    ...rewriteProblems(route, where),
    ...headerProblems(route["headers"], `${where}.headers`),
    ...entriesOf(route).flatMap((entry, index) =>
      // The target's leg of our own split repeats what stands on the source's.
      own && isTarget(entry, split.target) ? [] : headerProblems(entry["headers"], `${where}.route[${index}].headers`),
    ),
    ...faultProblems(route, where),
  ];
}

/** Sentences about what a split is allowed to do but its owner should know; one per route and matter. */
export function splitRemarks(http: readonly HttpRoute[]): readonly string[] {
  return http.flatMap((route, index) => {
    if (!hasDestinations(route)) return [];
    const remarks: string[] = [];
    if (objectAt(route, "retries") !== undefined) {
      remarks.push(
        `http[${index}].retries: a request that crosses can be retried at the source's and again at the target's gateway; keep retries on one hop during the shift.`,
      );
    }
    if (route["mirror"] !== undefined || route["mirrors"] !== undefined) {
      remarks.push(
        `http[${index}].mirror: requests that cross are mirrored at the source and again by the target's own copy of the route; each side's shadow gets its copy.`,
      );
    }
    return remarks;
  });
}

function entriesOf(route: HttpRoute): readonly JsonObject[] {
  return (isList(route["route"]) ? route["route"] : []).filter(isObject);
}

function destinationProblems(route: HttpRoute, where: string, own: boolean, split: Split): readonly Problem[] {
  if (own) return [];
  const entries = isList(route["route"]) ? route["route"] : [];
  const [entry] = entries;
  if (entries.length > 1) {
    return [
      {
        path: `${where}.route`,
        value: entries.map((each) => describe(each)),
        rule: "the route already has several destinations, and splitting it would change the ratio between them",
        remedy: "give the route one destination, or leave it out of `routes`",
      },
    ];
  }
  const destination = objectAt(entry, "destination");
  if (!isObject(entry) || typeof destination?.["host"] !== "string" || destination["host"] === "") {
    return [
      {
        path: `${where}.route`,
        rule: "the route has no destination with a host, so there is nothing to split",
        remedy: "give the route a destination, or leave it out of `routes`",
      },
    ];
  }
  return [...targetIsSource(entry, where, split), ...otherSource(destination["host"], where, split)];
}

function targetIsSource(entry: JsonObject, where: string, split: Split): readonly Problem[] {
  const source =
    split.source === undefined ? entry : { destination: { ...split.source, port: { number: split.source.port } } };
  if (!isTarget(source, split.target)) return [];
  return [
    {
      path: `${where}.route[0].destination`,
      value: describe(source),
      rule: "source and target are the same destination, so a weight between them means nothing",
      remedy: "choose a temporary host for the target that no route uses yet",
    },
  ];
}

function otherSource(host: string, where: string, split: Split): readonly Problem[] {
  if (split.source === undefined || host.toLowerCase() === split.source.host.toLowerCase()) return [];
  return [
    {
      path: `${where}.route[0].destination.host`,
      value: host,
      rule: `the source of the split is ${split.source.host}, and this route goes elsewhere`,
      remedy: "leave this route out of `routes`",
    },
  ];
}

const REWRITES = ["uri", "uriRegexRewrite", "authority"] as const;

function rewriteProblems(route: HttpRoute, where: string): readonly Problem[] {
  const rewrite = objectAt(route, "rewrite");
  if (rewrite === undefined) return [];
  return REWRITES.filter((field) => rewrite[field] !== undefined && rewrite[field] !== "").map((field) => ({
    path: `${where}.rewrite.${field}`,
    value: rewrite[field],
    rule: `the target would see the rewritten request and match or rewrite it again, as ${AT_THE_SOURCE}`,
    remedy:
      field === "authority"
        ? "drop the authority rewrite, or move it to the service's own VirtualService on both sides, then split"
        : "let the service answer the original path, or split a route without the rewrite",
    source: "Istio: weighted destinations share the route's rewrite",
  }));
}

const AUTHORITY = new Set(["host", ":authority"]);

function headerProblems(headers: unknown, where: string): readonly Problem[] {
  const operations = (["request", "response"] as const).flatMap((direction) => {
    const of = objectAt(headers, direction);
    return (["set", "add"] as const).flatMap((verb) =>
      Object.entries(objectAt(of, verb) ?? {}).map(([name, value]) => ({ direction, verb, name, value })),
    );
  });
  return operations.flatMap(({ direction, verb, name, value }) => {
    const path = `${where}.${direction}.${verb}.${name}`;
    if (direction === "request" && AUTHORITY.has(name.toLowerCase())) {
      return [
        {
          path,
          value,
          rule: `the target's gateway would see this host instead of the one users asked for, as ${AT_THE_SOURCE}`,
          remedy: "drop this header operation from the route, then split",
        },
      ];
    }
    if (verb === "set") return [];
    return [
      {
        path,
        value,
        rule: "the target's own copy of the route adds the header again, so that requests on its leg carry it twice",
        remedy: "use `set` instead of `add`: done twice, it comes to the same",
      },
    ];
  });
}

function faultProblems(route: HttpRoute, where: string): readonly Problem[] {
  const fault = objectAt(route, "fault");
  if (fault === undefined || Object.keys(fault).length === 0) return [];
  return [
    {
      path: `${where}.fault`,
      value: fault,
      rule: "the fault would be injected at the source and again by the target's own copy of the route, so that the two sides could not be compared",
      remedy: "remove the fault injection for the time of the migration",
    },
  ];
}

function describe(entry: unknown): string {
  const destination = objectAt(entry, "destination") ?? {};
  const port = objectAt(destination, "port")?.["number"];
  const subset =
    typeof destination["subset"] === "string" && destination["subset"] !== "" ? `/${destination["subset"]}` : "";
  const weight = isObject(entry) && typeof entry["weight"] === "number" ? ` ${entry["weight"]}` : "";
  return `${String(destination["host"])}${typeof port === "number" ? `:${port}` : ""}${subset}${weight}`;
}
