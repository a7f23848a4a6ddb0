import fc from "fast-check";
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

describe("what cannot be split faithfully", () => {
  it.each([
    ["rewrite.uri", { rewrite: { uri: "/v1" } }],
    ["rewrite.uriRegexRewrite", { rewrite: { uriRegexRewrite: { match: "a", rewrite: "b" } } }],
    ["rewrite.authority", { rewrite: { authority: "inner" } }],
    ["headers.request.set.Host", { headers: { request: { set: { Host: "inner" } } } }],
    ["headers.request.set.:authority", { headers: { request: { set: { ":authority": "inner" } } } }],
    ["headers.request.add.x-hop", { headers: { request: { add: { "x-hop": "1" } } } }],
    ["headers.response.add.set-cookie", { headers: { response: { add: { "set-cookie": "a=b" } } } }],
    ["fault", { fault: { abort: { httpStatus: 500, percentage: { value: 1 } } } }],
  ])("is a route with %s, named with its place", (path, extra) => {
    const result = splitRoutes([productpage, { ...productpage, ...extra }], split(10));
    expect(result.ok ? [] : result.problems.map((problem) => problem.path)).toEqual([`http[1].${path}`]);
    // Not hidden by a split that is there already.
    const hand = value(splitRoutes([productpage], split(10)))[0] ?? {};
    expect(splitRoutes([{ ...hand, ...extra }], split(10)).ok).toBe(false);
  });

  it("is a header that is added on the destination itself, told once", () => {
    const route = { route: [{ destination: { host: "web" }, headers: { request: { add: { "x-a": "1" } } } }] };
    expect(sentences(splitRoutes([route], split(10)))).toEqual([
      'http[0].route[0].headers.request.add.x-a is "1", but the target\'s own copy of the route adds the header again, so that requests on its leg carry it twice; use `set` instead of `add`: done twice, it comes to the same.',
    ]);
  });

  it.each([
    ["timeout", { timeout: "5s" }],
    ["retries", { retries: { attempts: 3 } }],
    ["mirror", { mirror: { host: "shadow" }, mirrorPercentage: { value: 5 } }],
    ["mirrors", { mirrors: [{ destination: { host: "shadow" } }] }],
    ["corsPolicy", { corsPolicy: { allowOrigins: [{ exact: "https://example.com" }] } }],
    [
      "set headers",
      { headers: { request: { set: { "x-a": "1" }, remove: ["x-b"] }, response: { remove: ["server"] } } },
    ],
    ["an empty rewrite", { rewrite: {} }],
    ["an empty fault", { fault: {} }],
    ["a field from a later Istio", { newField: { deep: [1] } }],
  ])("is not a route with %s, which is kept as it stands", (_, extra) => {
    const [route] = value(splitRoutes([{ ...productpage, ...extra }], split(10)));
    expect(route).toMatchObject(extra);
  });

  it("is a route with several destinations, named or not", () => {
    const route = {
      name: "two",
      route: [
        { destination: { host: "reviews", subset: "v1" }, weight: 80 },
        { destination: { host: "reviews", subset: "v2", port: { number: 9080 } }, weight: 20 },
      ],
    };
    const expected = [
      'http[1] (two).route is ["reviews/v1 80","reviews:9080/v2 20"], but the route already has several destinations, and splitting it would change the ratio between them; give the route one destination, or leave it out of `routes`.',
    ];
    expect(sentences(splitRoutes([productpage, route], split(10)))).toEqual(expected);
    expect(sentences(splitRoutes([productpage, route], split(10, { routes: ["two"] })))).toEqual(expected);
  });

  it("is a list of three where two look like our split, and a list with the target twice", () => {
    const [own] = value(splitRoutes([productpage], split(10)));
    const legs = own?.["route"] as readonly unknown[];
    expect(splitRoutes([{ route: [...legs, legs[0]] }], split(10)).ok).toBe(false);
    expect(splitRoutes([{ route: [legs[1], legs[1]] }], split(10)).ok).toBe(false);
  });

  it("is a route whose destination is the target itself", () => {
    const route = { route: [{ destination: { host: "V2.example.com" } }] };
    expect(sentences(splitRoutes([route], split(10)))).toEqual([
      'http[0].route[0].destination is "V2.example.com", but source and target are the same destination, so a weight between them means nothing; choose a temporary host for the target that no route uses yet.',
    ]);
    const same = split(10, { source: { ...target } });
    expect(splitRoutes([route], same).ok).toBe(false);
  });

  it("is a named route to another service than the source that was given", () => {
    const http = [{ name: "blog", route: [{ destination: { host: "blog" } }] }];
    const result = splitRoutes(http, split(1, { routes: ["blog"], source: { host: "shop", port: 80 } }));
    expect(sentences(result)).toEqual([
      'http[0] (blog).route[0].destination.host is "blog", but the source of the split is shop, and this route goes elsewhere; leave this route out of `routes`.',
    ]);
  });

  it("is told completely: every route with every reason", () => {
    const bad = { ...productpage, rewrite: { uri: "/", authority: "a" }, fault: { delay: { fixedDelay: "1s" } } };
    const result = splitRoutes([bad, productpage, bad], split(10));
    expect(result.ok ? [] : result.problems.map((problem) => problem.path)).toEqual([
      "http[0].rewrite.uri",
      "http[0].rewrite.authority",
      "http[0].fault",
      "http[2].rewrite.uri",
      "http[2].rewrite.authority",
      "http[2].fault",
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

const foreign = fc.dictionary(
  fc.constantFrom("match", "timeout", "retries", "corsPolicy", "mirror", "x-new", "name"),
  fc.jsonValue({ maxDepth: 2 }),
);
const plainRoute = fc
  .tuple(
    foreign,
    fc.record(
      { host: fc.constantFrom("a", "b.default.svc.cluster.local"), subset: fc.constantFrom("v1", "v2") },
      { requiredKeys: ["host"] },
    ),
    fc.option(fc.integer({ min: 1, max: 65535 }), { nil: undefined }),
  )
  .map(([fields, destination, port]) => ({
    ...fields,
    route: [{ destination: port === undefined ? destination : { ...destination, port: { number: port } } }],
  }));
const untouchable = foreign.map((fields) => ({ ...fields, redirect: { uri: "/" } }));
const lists = fc
  .array(fc.oneof({ weight: 3, arbitrary: plainRoute }, { weight: 1, arbitrary: untouchable }), {
    minLength: 1,
    maxLength: 6,
  })
  .filter((http) => http.some((route) => "route" in route)) as fc.Arbitrary<HttpRoute[]>;
const weights = fc.integer({ min: 0, max: 100 });

describe("for every list of routes and every weight", () => {
  it("weights sum to 100, the target's is the one asked for, and nothing else changes or moves", () => {
    fc.assert(
      fc.property(lists, weights, (http, weight) => {
        const before = JSON.stringify(http);
        const result = value(splitRoutes(http, split(weight)));
        expect(JSON.stringify(http)).toBe(before);
        expect(result).toHaveLength(http.length);
        result.forEach((route, index) => {
          const { route: now, ...fields } = route;
          const { route: then, ...original } = http[index] ?? {};
          expect(fields).toEqual(original);
          expect(Object.keys(route)).toEqual(Object.keys(http[index] ?? {}));
          if (then === undefined) return;
          const legs = now as readonly { destination: { host: string }; weight: number }[];
          expect(legs.map((leg) => leg.weight)).toEqual([100 - weight, weight]);
          expect(legs[1]?.destination.host).toBe(target.host);
          expect(legs[0]?.destination).toEqual((then as readonly { destination: unknown }[])[0]?.destination);
        });
      }),
    );
  });

  it("splitting again is splitting once, and the original comes back byte for byte", () => {
    fc.assert(
      fc.property(lists, weights, weights, (http, first, second) => {
        const once = value(splitRoutes(http, split(first)));
        expect(JSON.stringify(value(splitRoutes(once, split(second))))).toBe(
          JSON.stringify(value(splitRoutes(http, split(second)))),
        );
        expect(JSON.stringify(originalRoutes(once, { routes: "all", target }))).toBe(JSON.stringify(http));
        expect(originalRoutes(http, { routes: "all", target })).toEqual(http);
      }),
    );
  });

  it("garbage gets sentences, never an exception", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.anything(), (http, weight) => {
        const result = splitRoutes(http as unknown as HttpRoute[], split(weight as number));
        if (!result.ok) result.problems.forEach((problem) => expect(sentence(problem)).toMatch(/^\S.*\.$/));
      }),
    );
  });
});
