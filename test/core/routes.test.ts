import { describe, expect, it } from "vitest";
import { sentence } from "../../core/problems";
import { isSplit, originalRoutes, splitRoutes, type HttpRoute, type Split } from "../../core/routes";
import { splitRemarks } from "../../core/routeObstacles";

const target = { host: "v2.example.com", port: 80 };
const split = (weight: number, more: Partial<Split> = {}): Split => ({ routes: "all", target, weight, ...more });

const productpage: HttpRoute = {
  match: [{ uri: { exact: "/productpage" } }, { uri: { prefix: "/static" } }],
  route: [{ destination: { host: "productpage", port: { number: 9080 } } }],
};

function sentences(result: ReturnType<typeof splitRoutes>): readonly string[] {
  return result.ok ? [] : result.problems.map(sentence);
}

function value(result: ReturnType<typeof splitRoutes>): readonly HttpRoute[] {
  if (!result.ok) throw new Error(sentences(result).join("\n"));
  return result.value;
}

describe("splitting a route", () => {
  it("writes source and target with weights that sum to 100 and keeps the match", () => {
    expect(value(splitRoutes([productpage], split(10)))).toEqual([
      {
        match: [{ uri: { exact: "/productpage" } }, { uri: { prefix: "/static" } }],
        route: [
          { destination: { host: "productpage", port: { number: 9080 } }, weight: 90 },
          { destination: { host: "v2.example.com", port: { number: 80 } }, weight: 10 },
        ],
      },
    ]);
  });

  it.each([0, 100])("keeps both destinations at weight %i, so that every step is the same kind of change", (weight) => {
    const [route] = value(splitRoutes([productpage], split(weight)));
    expect(route?.["route"]).toEqual([
      { destination: { host: "productpage", port: { number: 9080 } }, weight: 100 - weight },
      { destination: { host: "v2.example.com", port: { number: 80 } }, weight },
    ]);
  });

  it("leaves a destination without a port without one", () => {
    const route = { route: [{ destination: { host: "web" } }] };
    expect(value(splitRoutes([route], split(25)))).toEqual([
      {
        route: [
          { destination: { host: "web" }, weight: 75 },
          { destination: { host: "v2.example.com", port: { number: 80 } }, weight: 25 },
        ],
      },
    ]);
  });

  it("gives both legs the headers that stand on the route's own destination", () => {
    const headers = { response: { set: { "x-served": "yes" } } };
    const route = { route: [{ destination: { host: "web" }, headers }] };
    expect(value(splitRoutes([route], split(1)))[0]?.["route"]).toEqual([
      { destination: { host: "web" }, headers, weight: 99 },
      { destination: { host: "v2.example.com", port: { number: 80 } }, headers, weight: 1 },
    ]);
  });

  it("names subsets on both legs when source and target share a host", () => {
    const route = { route: [{ destination: { host: "ratings" } }] };
    const shared = split(50, {
      source: { host: "ratings", port: 9080, subset: "vm" },
      target: { host: "ratings", port: 9080, subset: "gke" },
    });
    const first = value(splitRoutes([route], shared));
    expect(first[0]?.["route"]).toEqual([
      { destination: { host: "ratings", subset: "vm", port: { number: 9080 } }, weight: 50 },
      { destination: { host: "ratings", subset: "gke", port: { number: 9080 } }, weight: 50 },
    ]);
    expect(value(splitRoutes(first, shared))).toEqual(first);
  });

  it("takes over a split that was written by hand, whichever leg comes first", () => {
    const hand = {
      route: [
        { destination: { host: "v2.example.com", port: { number: 80 } }, weight: 30 },
        { destination: { host: "productpage", port: { number: 9080 } }, weight: 70 },
      ],
    };
    expect(isSplit([hand], target)).toBe(true);
    expect(value(splitRoutes([hand], split(50)))[0]?.["route"]).toEqual([
      { destination: { host: "productpage", port: { number: 9080 } }, weight: 50 },
      { destination: { host: "v2.example.com", port: { number: 80 } }, weight: 50 },
    ]);
    expect(originalRoutes([hand], { routes: "all", target })).toEqual([
      { route: [{ destination: { host: "productpage", port: { number: 9080 } } }] },
    ]);
  });

  it("splits only the routes that are named, by name or by position", () => {
    const http = [{ name: "shop", ...productpage }, productpage, { name: "blog", ...productpage }];
    const changed = (routes: readonly string[]): readonly number[] =>
      value(splitRoutes(http, split(5, { routes }))).flatMap((route, index) => (route === http[index] ? [] : [index]));
    expect(changed(["blog"])).toEqual([2]);
    expect(changed(["#1", "shop", "shop"])).toEqual([0, 1]);
  });

  it("with a source given, `all` takes only the routes to that source", () => {
    const other = { route: [{ destination: { host: "blog" } }] };
    const result = value(splitRoutes([other, productpage], split(5, { source: { host: "productpage", port: 9080 } })));
    expect(result[0]).toBe(other);
    expect(isSplit([result[1] ?? {}], target)).toBe(true);
  });

  it.each([
    ["redirect", { redirect: { uri: "/new" } }],
    ["directResponse", { directResponse: { status: 404 } }],
    ["delegate", { delegate: { name: "other" } }],
    ["redirect", { redirect: { uri: "/new" }, route: [{ destination: { host: "web" } }] }],
  ])("leaves a route with %s untouched under `all`, and refuses it by name", (field, route) => {
    const http = [{ name: "odd", ...route }, productpage];
    expect(value(splitRoutes(http, split(20)))[0]).toBe(http[0]);
    expect(sentences(splitRoutes(http, split(20, { routes: ["odd"] })))).toEqual([
      `http[0] (odd).${field}: a route with ${field} has no destination of its own, so there is nothing to split; leave this route out of \`routes\`.`,
    ]);
  });
});

describe("bad input to a split", () => {
  it.each([101, -1, 7.5, Number.NaN, Number.POSITIVE_INFINITY, "10" as unknown as number])(
    "refuses weight %s",
    (weight) => {
      const result = splitRoutes([productpage], split(weight));
      expect(result.ok ? [] : result.problems.map((problem) => problem.path)).toEqual(["weight"]);
    },
  );

  it("refuses an empty list, and lists of other things", () => {
    expect(sentences(splitRoutes([], split(10)))).toEqual([
      "http: the VirtualService has no http routes, so there is nothing to split; name the VirtualService that is bound to the ingress gateway and routes http.",
    ]);
    expect(splitRoutes(undefined as unknown as HttpRoute[], split(10)).ok).toBe(false);
    expect(splitRoutes([null as unknown as HttpRoute, 3 as unknown as HttpRoute], split(10)).ok).toBe(false);
    expect(splitRoutes([{ route: [null] }], split(10)).ok).toBe(false);
    expect(splitRoutes([{ route: [{ destination: {} }] }], split(10)).ok).toBe(false);
  });

  it("refuses `all` when no route has a destination", () => {
    expect(splitRoutes([{ redirect: { uri: "/" } }], split(10)).ok).toBe(false);
    expect(splitRoutes([productpage], split(10, { source: { host: "other", port: 1 } })).ok).toBe(false);
  });

  it("names the nearest routes when a name does not exist", () => {
    const http = [{ ...productpage, name: "product-page" }, { ...productpage, name: "static" }, productpage];
    expect(sentences(splitRoutes(http, split(1, { routes: ["prodcut-page", "#7"] })))).toEqual([
      'routes[0] is "prodcut-page", but the VirtualService has no http route of that name or position; did you mean "product-page"? Otherwise choose from product-page, static, #2.',
      'routes[1] is "#7", but the VirtualService has no http route of that name or position; did you mean "#2"? Otherwise choose from product-page, static, #2.',
    ]);
    expect(splitRoutes(http, split(1, { routes: [] })).ok).toBe(false);
  });
});

describe("remarks on a split", () => {
  it("warn of retries and mirrors on both hops, on routes with destinations only", () => {
    const http = [
      { ...productpage, retries: { attempts: 2 }, mirror: { host: "shadow" } },
      { redirect: {}, retries: {} },
      productpage,
    ];
    expect(splitRemarks(http).map((remark) => remark.split(":")[0])).toEqual(["http[0].retries", "http[0].mirror"]);
  });
});
