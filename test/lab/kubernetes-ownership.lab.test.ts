import { beforeAll, describe, expect, it } from "vitest";
import type { Inputs } from "../../lab/providers/kit/index";
import { refusal, route, splitOf, useProvider, VIRTUAL_SERVICE } from "../providers/support/fixture";

const VIRTUAL_SERVICE_PATCH = "kubernetes:networking.istio.io/v1:VirtualServicePatch";

const lab = useProvider();

function managers(object: Inputs): readonly string[] {
  const metadata = object["metadata"] as { managedFields: { manager: string; operation: string }[] };
  return metadata.managedFields.map((entry) => `${entry.manager} ${entry.operation}`);
}

describe("a weight", () => {
  it("is one update whose preview changes nothing", async () => {
    const made = await lab.provider.create(VIRTUAL_SERVICE, "reviews", route("reviews", 0));
    expect(await lab.provider.diff(VIRTUAL_SERVICE, made, route("reviews", 10))).toEqual({
      changes: true,
      replaces: [],
      detailed: { "spec.http[0].route[0].weight": "update", "spec.http[0].route[1].weight": "update" },
      deleteBeforeReplace: false,
    });
    await lab.provider.update(VIRTUAL_SERVICE, made, route("reviews", 10), { preview: true });
    expect((await lab.live("virtualservice", "reviews"))["spec"]).toEqual(splitOf("reviews", 0));
    const updated = await lab.provider.update(VIRTUAL_SERVICE, made, route("reviews", 10));
    const object = await lab.live("virtualservice", "reviews");
    expect(object["spec"]).toEqual(splitOf("reviews", 10));
    expect(managers(object)).toEqual([`${String(made.outputs["__fieldManager"])} Apply`]);
    expect(updated.outputs["__fieldManager"]).toBe(made.outputs["__fieldManager"]);
  });

  it("set by kubectl is taken over, set by another controller is a conflict that names it, until force is asked for", async () => {
    const made = await lab.provider.create(VIRTUAL_SERVICE, "contested", route("contested", 0));
    await lab.api.kubectl(
      ["apply", "--server-side", "--force-conflicts", "-f", "-"],
      JSON.stringify(route("contested", 1)),
    );
    await lab.provider.update(VIRTUAL_SERVICE, made, route("contested", 2), { preview: true });
    const taken = await lab.provider.update(VIRTUAL_SERVICE, made, route("contested", 2));
    expect((await lab.live("virtualservice", "contested"))["spec"]).toEqual(splitOf("contested", 2));
    await lab.applyAs("flagger", route("contested", 3));
    for (const preview of [true, false]) {
      const { message } = await refusal(
        lab.provider.update(VIRTUAL_SERVICE, taken, route("contested", 4), { preview }),
      );
      expect(message).toMatch(
        /conflict on VirtualService shop\/contested.*\.spec\.http \(held by "flagger"\).*patchForce/,
      );
    }
    const forced = route("contested", 4, { annotations: { "pulumi.com/patchForce": "true" } });
    await lab.provider.update(VIRTUAL_SERVICE, taken, forced);
    expect((await lab.live("virtualservice", "contested"))["spec"]).toEqual(splitOf("contested", 4));
  });

  it("that an outside operator moves is left alone when the program ignores it", async () => {
    const made = await lab.provider.create(VIRTUAL_SERVICE, "operated", route("operated", 0));
    const options = { ignoreChanges: ["spec.http"] };
    const owned = await lab.provider.update(
      VIRTUAL_SERVICE,
      made,
      route("operated", 0, { labels: { a: "1" } }),
      options,
    );
    await lab.applyAs("operator", route("operated", 40));
    await lab.provider.update(VIRTUAL_SERVICE, owned, route("operated", 0, { labels: { a: "2" } }), options);
    const object = await lab.live("virtualservice", "operated");
    expect(object["spec"]).toMatchObject({ http: splitOf("operated", 40)["http"] });
    expect(object["metadata"]).toMatchObject({ labels: { a: "2" } });
    expect(
      await lab.provider.diff(VIRTUAL_SERVICE, owned, route("operated", 9, { labels: { a: "1" } }), ["spec.http"]),
    ).toMatchObject({
      changes: false,
    });
  });

  it("changed behind the program's back is found by a refresh", async () => {
    const made = await lab.provider.create(VIRTUAL_SERVICE, "drifting", route("drifting", 0));
    await lab.api.kubectl([
      "-n",
      "shop",
      "patch",
      "virtualservice",
      "drifting",
      "--type=merge",
      "-p",
      JSON.stringify({ spec: splitOf("drifting", 33) }),
    ]);
    const seen = (await lab.provider.read(VIRTUAL_SERVICE, made))!;
    expect(seen.inputs["spec"]).toEqual(splitOf("drifting", 33));
    expect((await lab.provider.diff(VIRTUAL_SERVICE, seen, route("drifting", 0))).detailed).toEqual({
      "spec.http[0].route[0].weight": "update",
      "spec.http[0].route[1].weight": "update",
    });
    await lab.api.kubectl(["-n", "shop", "delete", "virtualservice", "drifting"]);
    expect(await lab.provider.read(VIRTUAL_SERVICE, made)).toBeUndefined();
    await expect(lab.provider.update(VIRTUAL_SERVICE, made, route("drifting", 1))).rejects.toThrow(/run a refresh/);
    await lab.provider.delete(VIRTUAL_SERVICE, made);
  });
});

describe("patches", () => {
  const annotations = (text: string, extra: Inputs = {}): Inputs => ({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "foreign", namespace: "shop", annotations: { "shop.example/note": text, ...extra } },
  });

  beforeAll(async () => {
    await lab.applyAs("owner", route("foreign", 0));
  });

  it("need the name of what they change", async () => {
    await expect(
      lab.provider.check(VIRTUAL_SERVICE_PATCH, "p", { kind: "VirtualService", metadata: {} }),
    ).rejects.toThrow(/metadata\.name/);
  });

  it("change only the given fields, are not sent in a preview, and give the fields up when they are deleted", async () => {
    await lab.provider.create(VIRTUAL_SERVICE_PATCH, "note", annotations("a"), true);
    expect((await lab.live("virtualservice", "foreign"))["metadata"]).not.toHaveProperty("annotations");
    const made = await lab.provider.create(VIRTUAL_SERVICE_PATCH, "note", annotations("a"));
    const updated = await lab.provider.update(VIRTUAL_SERVICE_PATCH, made, annotations("b"));
    expect(await lab.live("virtualservice", "foreign")).toMatchObject({
      metadata: { annotations: { "shop.example/note": "b" } },
      spec: splitOf("foreign", 0),
    });
    await lab.provider.delete(VIRTUAL_SERVICE_PATCH, updated);
    const left = await lab.live("virtualservice", "foreign");
    expect(left["metadata"]).not.toHaveProperty("annotations");
    expect(left["spec"]).toEqual(splitOf("foreign", 0));
    expect(managers(left)).toEqual(["owner Apply"]);
  });

  it("refuse a field of another owner unless forced, and take it with them when they go", async () => {
    const split = { ...annotations("a"), spec: { http: splitOf("foreign", 50)["http"] } };
    const { message } = await refusal(lab.provider.create(VIRTUAL_SERVICE_PATCH, "split", split));
    expect(message).toMatch(/\.spec\.http \(held by "owner"\)/);
    const forced = { ...split, metadata: annotations("a", { "pulumi.com/patchForce": "true" })["metadata"] };
    const made = await lab.provider.create(VIRTUAL_SERVICE_PATCH, "split", forced);
    expect((await lab.live("virtualservice", "foreign"))["spec"]).toEqual(splitOf("foreign", 50));
    await lab.provider.delete(VIRTUAL_SERVICE_PATCH, made);
    // Nobody else held the list any more: it goes as a whole (a program that cares keeps it with retainOnDelete).
    expect((await lab.live("virtualservice", "foreign"))["spec"]).toEqual({ hosts: ["foreign"] });
  });

  it("do not bring back an object that is gone", async () => {
    await lab.api.kubectl(["-n", "shop", "create", "configmap", "passing"]);
    const type = "kubernetes:core/v1:ConfigMapPatch";
    const news = { kind: "ConfigMap", metadata: { name: "passing", namespace: "shop" }, data: { a: "1" } };
    const made = await lab.provider.create(type, "passing", news);
    await lab.api.kubectl(["-n", "shop", "delete", "configmap", "passing"]);
    await lab.provider.delete(type, made);
    expect(await lab.exists("configmap", "passing")).toBe(false);
  });
});
