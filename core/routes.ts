import { isList, isObject, without, type JsonObject } from "./json";
import { didYouMean } from "./nearest";
import { accept, refuse, type Problem, type Result } from "./problems";
import { hasDestinations, splitObstacles } from "./routeObstacles";
import { hostOf, isTarget, written, type Destination, type HttpRoute, type Split } from "./split";

export type { Destination, HttpRoute, Split } from "./split";

const TOTAL = 100;

/**
 * The complete new `http` list (it is one atomic field under server-side apply) with the split in it: source first,
 * target second, weights that sum to 100; both are written at 0 and at 100 too, so that every step is the same change.
 *
 * Keeps order and every field of every route. Splitting its own output again only changes the weights. Refuses, with
 * all problems at once, what cannot be split faithfully; see {@link splitObstacles}.
 */
export function splitRoutes(http: readonly HttpRoute[], split: Split): Result<readonly HttpRoute[]> {
  const problems = [...checkWeight(split.weight), ...checkList(http)];
  if (problems.length > 0) return refuse(...problems);
  const chosen = choose(http, split);
  if (!chosen.ok) return chosen;
  const found = chosen.value.flatMap((index) => obstacles(http, index, split));
  if (found.length > 0) return refuse(...found);
  const positions = new Set(chosen.value);
  return accept(http.map((route, index) => (positions.has(index) ? splitOne(route, split) : route)));
}

/**
 * Undoes {@link splitRoutes}: each split route gets back its single destination, everything else stays as it is.
 *
 * Two things cannot be read back out of a split list and need the record kept at first contact (`ownership.ts`): a
 * `weight` on the single destination, which Istio ignores, and the destination that `split.source` replaced.
 */
export function originalRoutes(http: readonly HttpRoute[], split: Omit<Split, "weight">): readonly HttpRoute[] {
  return http.map((route) => {
    const legs = ownLegs(route, split.target);
    return legs === undefined ? route : { ...route, route: [without(legs.source, "weight")] };
  });
}

/** Whether some route of the list already carries a split to this target. */
export function isSplit(http: readonly HttpRoute[], target: Destination): boolean {
  return http.some((route) => ownLegs(route, target) !== undefined);
}

function checkWeight(weight: unknown): Problem[] {
  if (typeof weight === "number" && Number.isInteger(weight) && weight >= 0 && weight <= TOTAL) return [];
  return [
    {
      path: "weight",
      value: typeof weight === "number" && !Number.isFinite(weight) ? String(weight) : weight,
      rule: "a weight is an integer percent from 0 to 100",
      remedy: "write a whole number from 0 to 100",
    },
  ];
}

function checkList(http: unknown): Problem[] {
  if (!isList(http) || http.length === 0) {
    return [
      {
        path: "http",
        rule: "the VirtualService has no http routes, so there is nothing to split",
        remedy: "name the VirtualService that is bound to the ingress gateway and routes http",
      },
    ];
  }
  return http.flatMap((route, index) =>
    isObject(route)
      ? []
      : [
          {
            path: `http[${index}]`,
            value: route,
            rule: "an http route is a mapping",
            remedy: "repair the VirtualService",
          },
        ],
  );
}

function choose(http: readonly HttpRoute[], split: Split): Result<readonly number[]> {
  const everything = http.map((_, index) => index);
  if (split.routes === "all") {
    const found = everything.filter((index) => hasDestinations(http[index]) && goesToSource(http[index], split));
    if (found.length > 0) return accept(found);
    return refuse({
      path: "routes",
      value: "all",
      rule:
        split.source === undefined
          ? "no http route of the VirtualService has a destination, so there is nothing to split"
          : `no http route of the VirtualService goes to ${split.source.host}, so there is nothing to split`,
      remedy: "name the VirtualService that routes to the service that moves",
    });
  }
  if (split.routes.length === 0) {
    return refuse({
      path: "routes",
      value: [],
      rule: "at least one route has to be split",
      remedy: `write "all", or name routes: ${routeNames(http).join(", ")}`,
    });
  }
  const problems: Problem[] = [];
  const chosen = new Set<number>();
  split.routes.forEach((wanted, position) => {
    const found = everything.filter((index) => http[index]?.["name"] === wanted || `#${index}` === wanted);
    found.forEach((index) => chosen.add(index));
    if (found.length === 0) problems.push(unknownRoute(http, wanted, position));
  });
  return problems.length > 0 ? refuse(...problems) : accept([...chosen].sort((a, b) => a - b));
}

function unknownRoute(http: readonly HttpRoute[], wanted: string, position: number): Problem {
  const names = routeNames(http);
  return {
    path: `routes[${position}]`,
    value: wanted,
    rule: "the VirtualService has no http route of that name or position",
    remedy: `${didYouMean(wanted, names)}choose from ${names.join(", ")}`,
  };
}

function routeNames(http: readonly HttpRoute[]): string[] {
  return http.map((route, index) =>
    typeof route["name"] === "string" && route["name"] !== "" ? route["name"] : `#${index}`,
  );
}

function goesToSource(route: HttpRoute | undefined, split: Split): boolean {
  if (split.source === undefined) return true;
  const wanted = split.source.host.toLowerCase();
  const entries = isList(route?.["route"]) ? route["route"] : [];
  return entries.some((entry) => hostOf(entry) === wanted);
}

function obstacles(http: readonly HttpRoute[], index: number, split: Split): readonly Problem[] {
  const route = http[index] ?? {};
  const own = ownLegs(route, split.target) !== undefined;
  return splitObstacles(route, `http[${index}]`, own, split);
}

interface Legs {
  readonly source: JsonObject;
  readonly target: JsonObject;
}

/** The two legs of a route that carries exactly our split; undefined for any other route. */
function ownLegs(route: HttpRoute, target: Destination): Legs | undefined {
  const entries = isList(route["route"]) ? route["route"] : [];
  if (entries.length !== 2) return undefined;
  const [first, second] = entries;
  if (!isObject(first) || !isObject(second)) return undefined;
  const [firstIsTarget, secondIsTarget] = [isTarget(first, target), isTarget(second, target)];
  if (firstIsTarget === secondIsTarget) return undefined;
  return firstIsTarget ? { source: second, target: first } : { source: first, target: second };
}

function splitOne(route: HttpRoute, split: Split): HttpRoute {
  const entries = isList(route["route"]) ? route["route"] : [];
  const present = ownLegs(route, split.target)?.source ?? entries[0];
  const single = isObject(present) ? without(present, "weight") : {};
  const source = split.source === undefined ? single : { ...single, destination: written(split.source) };
  return {
    ...route,
    route: [
      { ...source, weight: TOTAL - split.weight },
      // What else stands on the route's own destination (its headers, say) holds for users on either side.
      { ...single, destination: written(split.target), weight: split.weight },
    ],
  };
}
