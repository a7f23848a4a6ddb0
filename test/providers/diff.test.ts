import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffValues, joinPath, Secret, splitPath, UNKNOWN } from "../../lab/providers/kit/index";
import { diffObject, isIgnored } from "../../lab/providers/kubernetes/objects/diff";
import { replacedPaths } from "../../lab/providers/kubernetes/objects/replacement";

const immutable = { configMaps: false, secrets: false };
const mutable = { configMaps: true, secrets: true };

describe("the difference of two values", () => {
  it("names every place in Pulumi's path notation", () => {
    const old = {
      spec: { http: [{ route: [{ weight: 90 }, { weight: 10 }] }], hosts: ["a"] },
      labels: { "a.b/c": "1" },
    };
    const now = { spec: { http: [{ route: [{ weight: 80 }, { weight: 20 }] }], hosts: ["a", "b"] }, labels: {} };
    expect(diffValues(old, now)).toEqual({
      "spec.http[0].route[0].weight": "update",
      "spec.http[0].route[1].weight": "update",
      "spec.hosts[1]": "add",
      'labels["a.b/c"]': "delete",
    });
  });

  it("does not see secretness, nor null where nothing is", () => {
    expect(diffValues({ a: new Secret("x"), b: null }, { a: "x" })).toEqual({});
    expect(diffValues({ a: new Secret("x") }, { a: new Secret("y") })).toEqual({ a: "update" });
  });

  it("counts what is not known yet as an update, also when it was unknown before", () => {
    expect(diffValues({ a: 1, b: UNKNOWN }, { a: UNKNOWN, b: UNKNOWN, c: UNKNOWN })).toEqual({
      a: "update",
      b: "update",
      c: "add",
    });
  });

  it("is empty for equal values", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(diffValues(value, structuredClone(value))).toEqual({});
      }),
    );
  });

  it("has paths that can be taken apart again", () => {
    const part = fc.oneof(
      fc.nat({ max: 99 }),
      fc.string({ minLength: 1 }).filter((text) => !text.includes("\\")),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        expect(splitPath(parts.reduce<string>(joinPath, ""))).toEqual(parts);
      }),
    );
  });
});

describe("the difference of two objects", () => {
  const base = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { k: "1" } };
  const request = { type: "kubernetes:core/v1:ConfigMap", ignoreChanges: [], namespaced: true, mutable: immutable };

  it("sees the default namespace and no namespace as one place", () => {
    const news = { ...base, metadata: { name: "a", namespace: "default" } };
    expect(diffObject({ ...request, oldInputs: base, news })).toEqual({ changes: false });
  });

  it("ignores a namespace on a kind that has none, and what only the server writes", () => {
    const old = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a", namespace: "x", resourceVersion: "7" } };
    const news = { apiVersion: "v1", kind: "Namespace", metadata: { name: "a" } };
    expect(
      diffObject({ ...request, type: "kubernetes:core/v1:Namespace", namespaced: false, oldInputs: old, news }),
    ).toEqual({
      changes: false,
    });
  });

  it("replaces under a new name without deleting first when the name is generated", () => {
    const generated = { metadata: { name: "a-1", annotations: { "pulumi.com/autonamed": "true" } } };
    const oldInputs = { ...base, ...generated };
    expect(diffObject({ ...request, oldInputs, news: { ...oldInputs, data: { k: "2" } } })).toEqual({
      changes: true,
      replaces: ["data.k"],
      detailed: { "data.k": "update-replace" },
      deleteBeforeReplace: false,
    });
  });

  it("leaves ignored places out", () => {
    const news = { ...base, data: { k: "2" } };
    expect(diffObject({ ...request, oldInputs: base, news, ignoreChanges: ["data"] })).toEqual({ changes: false });
    expect(isIgnored("spec.http[0].route[1].weight", ["spec.http[*].route"])).toBe(true);
    expect(isIgnored("spec.hosts[0]", ["spec.http"])).toBe(false);
  });
});

describe("replacement", () => {
  const cases: [string, string, string, Record<string, unknown>, readonly string[]][] = [
    [
      "a Deployment's selector",
      "apps/v1",
      "Deployment",
      { spec: { selector: { matchLabels: { a: "1" } } } },
      ["spec.selector.matchLabels.a"],
    ],
    ["a Job's template", "batch/v1", "Job", { spec: { template: { x: 1 } } }, ["spec.template.x"]],
    ["a binding's role", "rbac.authorization.k8s.io/v1", "RoleBinding", { roleRef: { name: "x" } }, ["roleRef.name"]],
    ["a Pod's containers", "v1", "Pod", { spec: { containers: [{ image: "x" }] } }, ["spec.containers[0].image"]],
    ["a Secret's type", "v1", "Secret", { type: "Opaque" }, ["type"]],
    ["any object's name", "networking.istio.io/v1", "Gateway", { metadata: { name: "x" } }, ["metadata.name"]],
  ];
  it.each(cases)("is what a change of %s needs", (_title, apiVersion, kind, fields, changed) => {
    const now = { apiVersion, kind, ...fields };
    expect(replacedPaths(changed, { old: now, now, patch: false }, mutable)).toEqual(changed);
  });

  it("is not what a change of weights, replicas or a mutable ConfigMap needs", () => {
    const changed = ["spec.http[0].route[0].weight", "spec.replicas", "data.a", "metadata.labels.a"];
    for (const [apiVersion, kind] of [
      ["networking.istio.io/v1", "VirtualService"],
      ["apps/v1", "Deployment"],
      ["v1", "ConfigMap"],
    ]) {
      const now = { apiVersion, kind };
      expect(replacedPaths(changed, { old: now, now, patch: false }, mutable)).toEqual([]);
    }
  });

  it("is what an immutable ConfigMap needs even where ConfigMaps are mutable", () => {
    const now = { apiVersion: "v1", kind: "ConfigMap", immutable: true, data: { a: "1" } };
    expect(replacedPaths(["data.a"], { old: now, now, patch: false }, mutable)).toEqual(["data.a"]);
  });

  it("of a Patch happens only when it changes another object", () => {
    const now = { apiVersion: "v1", kind: "ConfigMap", data: { a: "1" } };
    expect(replacedPaths(["data.a", "metadata.name"], { old: now, now, patch: true }, immutable)).toEqual([
      "metadata.name",
    ]);
  });

  it("is seen when the part that holds the ruled field comes or goes", () => {
    const old = { apiVersion: "v1", kind: "Service", spec: { clusterIP: "10.0.0.1" } };
    const now = { apiVersion: "v1", kind: "Service" };
    expect(replacedPaths(["spec"], { old, now, patch: false }, immutable)).toEqual(["spec"]);
    expect(replacedPaths(["spec"], { old: { ...old, spec: {} }, now, patch: false }, immutable)).toEqual([]);
  });
});
