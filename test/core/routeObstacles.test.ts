import { describe, expect, it } from "vitest";
import { sentence } from "../../core/problems";
import { splitRoutes, type HttpRoute, type Split } from "../../core/routes";

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
