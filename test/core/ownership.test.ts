import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  FIELD_MANAGER,
  ORIGINAL_HTTP,
  WRITTEN_HTTP_SHA,
  decideRelease,
  decideWrite,
  foreignWriter,
  hashOf,
  type ForeignPolicy,
  type LiveRoutes,
  type RouteWrite,
} from "../../core/ownership";
import { sentence, type Result } from "../../core/problems";
import { originalRoutes, splitRoutes, type HttpRoute, type Split } from "../../core/routes";

const target = { host: "v2.example.com", port: 80 };
const split = (weight: number): Split => ({ routes: "all", target, weight });
const original: readonly HttpRoute[] = [
  { match: [{ uri: { prefix: "/" } }], route: [{ destination: { host: "web", port: { number: 80 } }, weight: 100 }] },
];
const live = (http: readonly HttpRoute[], annotations?: Readonly<Record<string, string>>): LiveRoutes => ({
  namespace: "default",
  name: "bookinfo",
  http,
  ...(annotations === undefined ? {} : { annotations }),
  managedFields: [
    {
      manager: FIELD_MANAGER,
      operation: "Apply",
      time: "2026-09-01T00:00:00Z",
      fieldsV1: { "f:spec": { "f:http": {} } },
    },
    { manager: "argocd", operation: "Apply", time: "2026-08-01T00:00:00Z", fieldsV1: { "f:spec": { "f:http": {} } } },
    {
      manager: "kubectl-edit",
      operation: "Update",
      time: "2026-08-22T10:00:00Z",
      fieldsV1: { "f:spec": { "f:http": {} } },
    },
    { manager: "istiod", operation: "Update", time: "2026-10-01T00:00:00Z", fieldsV1: { "f:status": {} } },
  ],
});

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problems.map(sentence).join("\n"));
  return result.value;
}

const policies: readonly ForeignPolicy[] = ["adopt", "revert", "freeze"];
const wrote = (weight: number): RouteWrite => value(decideWrite(live(original), split(weight), "freeze"));
const after = (written: RouteWrite): LiveRoutes => live(written.http, written.annotations);

describe("writing the split", () => {
  it.each(policies)("records the routes at first contact and splits them (%s)", (policy) => {
    const http = value(splitRoutes(original, split(10)));
    expect(value(decideWrite(live(original), split(10), policy))).toEqual({
      http,
      annotations: { [ORIGINAL_HTTP]: JSON.stringify(original), [WRITTEN_HTTP_SHA]: hashOf(http) },
      unchanged: false,
      explanation: "first contact; the routes are recorded as they stand",
    });
  });

  it.each(policies)("takes over a split that was made by hand, and records what it was made from (%s)", (policy) => {
    const hand = value(splitRoutes(original, split(30)));
    const written = value(decideWrite(live(hand, { note: "kept" }), split(10), policy));
    expect(written.annotations[ORIGINAL_HTTP]).toBe(JSON.stringify(originalRoutes(hand, split(30))));
    expect(written.explanation).toContain("a split to this target was found");
  });

  it.each(policies)("only moves the weight of what it wrote itself, and sees when nothing changes (%s)", (policy) => {
    const first = wrote(10);
    const second = value(decideWrite(after(first), split(25), policy));
    expect(second).toEqual({
      http: value(splitRoutes(original, split(25))),
      annotations: { [ORIGINAL_HTTP]: JSON.stringify(original), [WRITTEN_HTTP_SHA]: hashOf(second.http) },
      unchanged: false,
      explanation: "the routes are as this program left them",
    });
    expect(value(decideWrite(after(second), split(25), policy)).unchanged).toBe(true);
  });

  it("knows its own list when the API server reordered the keys", () => {
    const first = wrote(10);
    const reordered = first.http.map((route) => Object.fromEntries(Object.entries(route).reverse()));
    expect(value(decideWrite(live(reordered, first.annotations), split(10), "freeze")).unchanged).toBe(true);
  });

  it.each(policies)("writes over a list that is already what it should be, whoever wrote it (%s)", (policy) => {
    const there = live(wrote(50).http, wrote(10).annotations);
    const written = value(decideWrite(there, split(50), policy));
    expect(written.explanation).toBe("the routes already are what they should be");
    expect(written.annotations[ORIGINAL_HTTP]).toBe(JSON.stringify(original));
  });
});

const added: HttpRoute = { name: "added", route: [{ destination: { host: "blog" } }] };
const edited = (): LiveRoutes => live([added, ...wrote(10).http], wrote(10).annotations);

describe("routes that somebody else changed", () => {
  it("adopt: become the new original, with only our split taken out of them", () => {
    const written = value(decideWrite(edited(), split(25), "adopt"));
    const theirs = [added, ...originalRoutes(wrote(10).http, split(10))];
    expect(written.http).toEqual(value(splitRoutes(theirs, split(25))));
    expect(written.annotations[ORIGINAL_HTTP]).toBe(JSON.stringify(theirs));
    expect(written.explanation).toBe(
      "kubectl-edit (Update, 2026-08-22T10:00:00Z) changed the routes; their list is taken as the new original (policy adopt)",
    );
  });

  it("revert: are replaced by the split of the recorded original", () => {
    const written = value(decideWrite(edited(), split(25), "revert"));
    expect(written.http).toEqual(value(splitRoutes(original, split(25))));
    expect(written.annotations[ORIGINAL_HTTP]).toBe(JSON.stringify(original));
    expect(written.explanation).toContain("kubectl-edit (Update, 2026-08-22T10:00:00Z) changed the routes");
  });

  it("freeze: stop everything with the writer's name", () => {
    const result = decideWrite(edited(), split(25), "freeze");
    expect(result.ok ? [] : result.problems.map(sentence)).toEqual([
      'VirtualService default/bookinfo spec.http: kubectl-edit (Update, 2026-08-22T10:00:00Z) changed it since this program last wrote it, and route.onForeignChange is "freeze"; have that writer leave the routes alone, then set route.onForeignChange to "revert" to put the split back or to "adopt" to take their routes over.',
    ]);
  });

  it("are foreign too when only a weight was moved", () => {
    const moved = live(wrote(90).http, wrote(10).annotations);
    expect(decideWrite(moved, split(25), "freeze").ok).toBe(false);
  });

  it("that can no longer be split are refused with the route's own reason", () => {
    const rewritten = live([{ ...original[0], rewrite: { uri: "/" } }], wrote(10).annotations);
    const result = decideWrite(rewritten, split(25), "adopt");
    expect(result.ok ? [] : result.problems.map((problem) => problem.path)).toEqual(["http[0].rewrite.uri"]);
  });
});

describe("letting go of the routes", () => {
  it.each(policies)("restores the original byte for byte when nobody else wrote (%s)", (policy) => {
    const release = value(decideRelease(after(wrote(100)), split(0), policy));
    expect(release.action).toBe("restore");
    expect(JSON.stringify(release.http)).toBe(JSON.stringify(original));
  });

  it("keeps what serves users when asked to", () => {
    const release = value(decideRelease(after(wrote(100)), split(0), "freeze", true));
    expect([release.action, release.http]).toEqual(["keep", wrote(100).http]);
  });

  it("does nothing to routes it never wrote", () => {
    expect(value(decideRelease(live(original), split(0), "revert")).action).toBe("nothing");
  });

  it("follows the policy after a foreign change", () => {
    expect(value(decideRelease(edited(), split(0), "adopt")).http).toEqual([
      added,
      ...originalRoutes(wrote(10).http, split(0)),
    ]);
    expect(value(decideRelease(edited(), split(0), "revert")).http).toEqual(original);
    expect(decideRelease(edited(), split(0), "freeze").ok).toBe(false);
    expect(value(decideRelease(edited(), split(0), "freeze", true)).action).toBe("keep");
  });
});

describe("damaged records", () => {
  it.each([
    ["no JSON", { [ORIGINAL_HTTP]: "{", [WRITTEN_HTTP_SHA]: "x" }],
    ["no list of routes", { [ORIGINAL_HTTP]: "[1]", [WRITTEN_HTTP_SHA]: "x" }],
    ["a hash alone", { [WRITTEN_HTTP_SHA]: "x" }],
  ])("(%s) are refused with the way out, under every policy", (_, annotations) => {
    for (const policy of policies) {
      const there = live(original, annotations);
      for (const result of [decideWrite(there, split(1), policy), decideRelease(there, split(1), policy)]) {
        expect(result.ok ? "" : sentence(result.problems[0] ?? ({} as never))).toMatch(
          /^VirtualService default\/bookinfo metadata\.annotations\["meshlift\.dev\/original-http"\].*restore the annotation, or remove it together with/,
        );
      }
    }
  });

  it("with the hash lost count as a foreign change", () => {
    const there = live(wrote(10).http, { [ORIGINAL_HTTP]: JSON.stringify(original) });
    expect(decideWrite(there, split(25), "freeze").ok).toBe(false);
    expect(decideWrite(there, split(10), "freeze").ok).toBe(true);
  });
});

describe("the foreign writer", () => {
  it("is the latest owner of spec.http that is not this program", () => {
    expect(foreignWriter(live([]).managedFields ?? [])).toBe("kubectl-edit (Update, 2026-08-22T10:00:00Z)");
    expect(foreignWriter([{ fieldsV1: { "f:spec": { "f:http": {} } } }])).toBe("an unnamed writer");
    expect(foreignWriter([{ manager: "other", fieldsV1: { "f:spec": { "f:hosts": {} } } }])).toBe("an unknown writer");
    expect(foreignWriter([])).toBe("an unknown writer");
  });
});

describe("for every run of weights", () => {
  it("the record stays the original and release gives it back", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1 }), (weights) => {
        let now = live(original);
        for (const weight of weights) now = after(value(decideWrite(now, split(weight), "freeze")));
        expect(JSON.stringify(value(decideRelease(now, split(0), "freeze")).http)).toBe(JSON.stringify(original));
      }),
    );
  });
});
