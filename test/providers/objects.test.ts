import { describe, expect, it } from "vitest";
import { type CheckRequest, type Inputs, Secret, UNKNOWN } from "../../lab/providers/kit/index";
import { checkObject } from "../../lab/providers/kubernetes/objects/check";
import { fieldManagerOf, isTakenOver, ownersOf, takeOver } from "../../lab/providers/kubernetes/objects/fieldManagers";
import { idOf, isPatch, keyOf, parseId, parseToken } from "../../lab/providers/kubernetes/objects/identity";
import { mergePatch } from "../../lab/providers/kubernetes/objects/mergePatch";
import { inputsFromLive, pruneToInputs } from "../../lab/providers/kubernetes/objects/prune";
import { toKubernetes, toPulumi } from "../../lab/providers/kubernetes/objects/shape";
import { checkpoint } from "../../lab/providers/kubernetes/objects/state";

describe("identity", () => {
  it("is read from the type token and the object", () => {
    expect(parseToken("kubernetes:core/v1:Service")).toEqual({ apiVersion: "v1", name: "Service" });
    expect(
      keyOf("kubernetes:networking.istio.io/v1:VirtualServicePatch", { metadata: { name: "a", namespace: "b" } }),
    ).toEqual({
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      namespace: "b",
      name: "a",
    });
    expect(() => parseToken("kubernetes:Service")).toThrow(/kubernetes:Service.*GROUP\/VERSION:Kind/);
  });

  it("knows a Patch from a kind whose own name ends so", () => {
    expect(isPatch("kubernetes:core/v1:ServicePatch", { kind: "Service" })).toBe(true);
    expect(isPatch("kubernetes:example.org/v1:EyePatch", { kind: "EyePatch" })).toBe(false);
  });

  it("is NAMESPACE/NAME or NAME", () => {
    expect(idOf({ metadata: { name: "a", namespace: "b" } })).toBe("b/a");
    expect(parseId("b/a")).toEqual({ namespace: "b", name: "a" });
    expect(parseId("a")).toEqual({ namespace: "", name: "a" });
    for (const bad of ["", "a/", "a/b/c"]) expect(() => parseId(bad)).toThrow(/neither NAME nor NAMESPACE\/NAME/);
  });
});

describe("check", () => {
  const request = (news: Inputs, olds: Inputs = {}, type = "kubernetes:core/v1:ConfigMap"): CheckRequest => ({
    urn: "urn:pulumi:s::p::t::Settings",
    type,
    name: "Settings",
    olds,
    news,
    randomSeed: Buffer.from("seed"),
  });
  const scope = { namespaced: true, defaultNamespace: "default" };

  it("gives the same generated name for the same seed and keeps it afterwards", () => {
    const { inputs } = checkObject(request({ data: {} }), scope);
    expect(inputs).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: expect.stringMatching(/^settings-[0-9a-f]{8}$/) as unknown,
        namespace: "default",
        annotations: { "pulumi.com/autonamed": "true" },
      },
      data: {},
    });
    expect(checkObject(request({ data: {} }), scope).inputs).toEqual(inputs);
    const later = { ...request({ data: {} }, inputs), randomSeed: Buffer.from("other") };
    expect(checkObject(later, scope).inputs).toEqual(inputs);
  });

  it("leaves a name and a namespace that are not known yet alone", () => {
    const unknownName = checkObject(request({ metadata: { name: UNKNOWN } }), scope);
    expect(unknownName.inputs["metadata"]).toEqual({ name: UNKNOWN, namespace: "default" });
    expect(checkObject(request({ metadata: UNKNOWN }), scope).inputs["metadata"]).toBe(UNKNOWN);
  });

  it("keeps secret what was secret", () => {
    const { inputs } = checkObject(request({ metadata: { name: "a" }, data: { p: new Secret("x") } }), scope);
    expect(inputs["data"]).toEqual({ p: new Secret("x") });
  });

  it("lists all that is wrong at once", () => {
    const news = { kind: "ConfigMapList", items: [], metadata: { generateName: "x" } };
    expect(checkObject(request(news), scope).failures.map((failure) => failure.property)).toEqual([
      "kind",
      "metadata.generateName",
    ]);
    const patch = request({ kind: "ConfigMap" }, {}, "kubernetes:core/v1:ConfigMapPatch");
    expect(checkObject(patch, scope).failures.map((failure) => failure.property)).toEqual(["metadata.name"]);
  });
});

describe("field managers", () => {
  const entry = (manager: string, operation: string, fieldsV1: Inputs, extra: Inputs = {}): Inputs => ({
    manager,
    operation,
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1,
    ...extra,
  });
  const live = (managedFields: readonly Inputs[]): Inputs => ({ metadata: { managedFields } });

  it("have the annotation's name, else the state's, else a random one", () => {
    const annotated = { metadata: { annotations: { "pulumi.com/patchFieldManager": "mine" } } };
    expect(fieldManagerOf(annotated, { __fieldManager: "kept" })).toBe("mine");
    expect(fieldManagerOf({}, { __fieldManager: "kept" })).toBe("kept");
    expect(fieldManagerOf({}, {})).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
  });

  it("take over from kubectl, from before server-side apply and from plain creates, from nobody else", () => {
    expect(isTakenOver("kubectl-client-side-apply", "Update")).toBe(true);
    expect(isTakenOver("before-first-apply", "Update")).toBe(true);
    expect(isTakenOver("pulumi-kubernetes-1234abcd", "Update")).toBe(true);
    expect(isTakenOver("pulumi-kubernetes-1234abcd", "Apply")).toBe(false);
    expect(isTakenOver("istiod", "Update")).toBe(false);
  });

  it("merge what they take into one entry and leave status writers and others as they are", () => {
    const flagger = entry("flagger", "Update", { "f:spec": { "f:http": {} } });
    const status = entry("kubectl", "Update", { "f:status": {} }, { subresource: "status" });
    const taken = takeOver(
      live([
        entry("me", "Apply", { "f:spec": { "f:a": {} } }),
        entry("kubectl", "Update", { "f:spec": { "f:b": {} }, "f:metadata": {} }),
        flagger,
        status,
      ]),
      "me",
    );
    expect(taken).toEqual([
      flagger,
      status,
      {
        manager: "me",
        operation: "Apply",
        apiVersion: "v1",
        time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        fieldsType: "FieldsV1",
        fieldsV1: { "f:spec": { "f:a": {}, "f:b": {} }, "f:metadata": {} },
      },
    ]);
    expect(takeOver(live([flagger]), "me")).toBeUndefined();
  });

  it("are told apart by field, an atomic list counting for all below it", () => {
    const object = live([
      entry("me", "Apply", { "f:spec": { "f:hosts": {} } }),
      entry("op", "Apply", { "f:spec": { "f:http": {} } }),
    ]);
    expect(ownersOf(object, ["spec", "http"], "me")).toEqual({ others: true, ours: false });
    expect(ownersOf(object, ["spec", "http", "x"], "me")).toEqual({ others: true, ours: false });
    expect(ownersOf(object, ["spec", "hosts"], "me")).toEqual({ others: false, ours: true });
  });
});

describe("the shape of objects", () => {
  it("spells schema fields with dashes for the server and with underscores for the program", () => {
    const inputs = { spec: { x_kubernetes_list_type: "map", items: [{ x_kubernetes_int_or_string: true }] } };
    const object = { spec: { "x-kubernetes-list-type": "map", items: [{ "x-kubernetes-int-or-string": true }] } };
    expect(toKubernetes(inputs)).toEqual(object);
    expect(toPulumi(object)).toEqual(inputs);
  });

  it("is sent without nulls, secrets' wrappers, bookkeeping and read-only metadata", () => {
    const inputs = {
      metadata: { name: "a", uid: "u", resourceVersion: "1" },
      data: new Secret({ a: null, b: "1" }),
      __inputs: {},
    };
    expect(toKubernetes(inputs)).toEqual({ metadata: { name: "a" }, data: { b: "1" } });
  });

  it("after a refresh keeps what the inputs speak of, in their own spelling of quantities", () => {
    const inputs = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a" },
      spec: { limits: { cpu: "1000m", memory: "1Gi" }, list: [{ a: 1 }], empty: {} },
    };
    const live = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a", uid: "u", annotations: { x: "y" } },
      spec: { limits: { cpu: "1", memory: "2Gi" }, list: [{ a: 2, defaulted: true }, { b: 1 }], defaulted: 1 },
      status: {},
    };
    expect(pruneToInputs(live, inputs)).toEqual({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "a" },
      spec: { limits: { cpu: "1000m", memory: "2Gi" }, list: [{ a: 2 }, { b: 1 }], empty: {} },
    });
  });

  it("of an import is everything but status and bookkeeping", () => {
    const live = {
      kind: "A",
      metadata: {
        name: "a",
        uid: "u",
        managedFields: [],
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" },
      },
      spec: { b: 1 },
      status: {},
    };
    expect(inputsFromLive(live)).toEqual({ kind: "A", metadata: { name: "a" }, spec: { b: 1 } });
  });

  it("in state marks a Secret's content secret and remembers inputs and field manager", () => {
    const live = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, data: { p: "eA==" } };
    const inputs = { apiVersion: "v1", kind: "Secret", metadata: { name: "a" }, stringData: { p: "x" } };
    expect(checkpoint(live, inputs, "me")).toEqual({
      ...live,
      data: new Secret({ p: "eA==" }),
      __inputs: { ...inputs, stringData: new Secret({ p: "x" }) },
      __initialApiVersion: "v1",
      __fieldManager: "me",
    });
  });

  it("changes by a merge patch when server-side apply is off", () => {
    expect(mergePatch({ a: 1, b: { c: 1, d: 2 }, e: [1] }, { b: { c: 1, d: 3 }, e: [1, 2] })).toEqual({
      a: null,
      b: { d: 3 },
      e: [1, 2],
    });
  });
});
