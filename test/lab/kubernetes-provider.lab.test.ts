import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { UNKNOWN, Secret } from "../../lab/providers/kit/index";
import { ProviderDriver } from "../providers/support/driver";
import { CONFIG_MAP, MAIN, refusal, route, useProvider, VIRTUAL_SERVICE } from "../providers/support/fixture";

const NAMESPACE = "kubernetes:core/v1:Namespace";

const lab = useProvider();

describe("whole objects", () => {
  it("creates an object without a name under a generated one and finds it again", async () => {
    const made = await lab.provider.create(CONFIG_MAP, "settings", {
      metadata: { namespace: "shop" },
      data: { a: "1" },
    });
    expect(made.id).toMatch(/^shop\/settings-[0-9a-f]{8}$/);
    expect((await lab.live("configmap", made.id.split("/")[1]!))["data"]).toEqual({ a: "1" });
    expect(await lab.provider.read(CONFIG_MAP, made)).toMatchObject({ id: made.id, inputs: made.inputs });
    expect(
      await lab.provider.diff(CONFIG_MAP, made, { metadata: { namespace: "shop" }, data: { a: "1" } }),
    ).toMatchObject({
      changes: false,
    });
  });

  it("puts an object that names no namespace into the context's, and none into one that has no place for it", async () => {
    const placed = await lab.provider.create(CONFIG_MAP, "placed", { metadata: { name: "placed" }, data: {} });
    expect(placed.id).toBe("default/placed");
    const space = await lab.provider.create(NAMESPACE, "space", { metadata: { name: "space" } });
    expect(space.id).toBe("space");
    await lab.provider.delete(NAMESPACE, space);
    expect(await lab.api.kubectl(["get", "namespace", "space", "--ignore-not-found"])).toBe("");
  });

  it("refuses to create what exists and names the four ways out", async () => {
    await lab.api.kubectl(["-n", "shop", "create", "configmap", "taken"]);
    const news = { metadata: { name: "taken", namespace: "shop" }, data: { a: "2" } };
    const { message } = await refusal(lab.provider.create(CONFIG_MAP, "taken", news));
    expect(message).toMatch(/ConfigMap shop\/taken \(v1\) already exists.*alias.*Patch.*import.*upsertExistingObjects/);
    expect((await lab.live("configmap", "taken"))["data"]).toBeUndefined();
  });

  it("tries a create on the server in a preview and leaves nothing behind", async () => {
    const shown = await lab.provider.create(VIRTUAL_SERVICE, "tried", route("tried", 0), true);
    expect(shown.id).toBe("");
    expect(await lab.exists("virtualservice", "tried")).toBe(false);
    const bad = route("tried", 0);
    await expect(
      lab.provider.create(VIRTUAL_SERVICE, "tried", { ...bad, spec: { hosts: "not a list" } }, true),
    ).rejects.toThrow(/spec\.hosts/);
  });

  it("waits for a kind whose definition is made at the same time", async () => {
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "lamps.example.org" },
      spec: {
        group: "example.org",
        scope: "Namespaced",
        names: { kind: "Lamp", plural: "lamps", singular: "lamp" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
          },
        ],
      },
    };
    const lamp = {
      apiVersion: "example.org/v1",
      kind: "Lamp",
      metadata: { name: "one", namespace: "shop" },
      colour: "red",
    };
    const early = lab.provider.create("kubernetes:example.org/v1:Lamp", "one", lamp);
    await sleep(700);
    const type = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";
    const made = await lab.provider.create(type, "lamps", definition);
    expect((await early).id).toBe("shop/one");
    expect(await lab.provider.diff(type, made, definition)).toMatchObject({ changes: false });
    await lab.provider.delete(type, made);
    expect(await lab.provider.read("kubernetes:example.org/v1:Lamp", await early)).toBeUndefined();
  });

  it("replaces a ConfigMap whose content changes, deleting first when the name is fixed", async () => {
    const fixed = await lab.provider.create(CONFIG_MAP, "fixed", {
      metadata: { name: "fixed", namespace: "shop" },
      data: { a: "1" },
    });
    const changed = await lab.provider.diff(CONFIG_MAP, fixed, {
      metadata: { name: "fixed", namespace: "shop" },
      data: { a: "2" },
    });
    expect(changed).toEqual({
      changes: true,
      replaces: ["data.a"],
      detailed: { "data.a": "update-replace" },
      deleteBeforeReplace: true,
    });
  });
});

describe("secrets", () => {
  it("stay secret in outputs, and text given as stringData is no drift", async () => {
    const type = "kubernetes:core/v1:Secret";
    const news = { metadata: { name: "login", namespace: "shop" }, stringData: { password: new Secret("s3cret") } };
    const made = await lab.provider.create(type, "login", news);
    expect(made.outputs["data"]).toEqual(new Secret({ password: Buffer.from("s3cret").toString("base64") }));
    expect(JSON.stringify(made.outputs)).not.toMatch(/s3cret|czNjcmV0/);
    const seen = (await lab.provider.read(type, made))!;
    expect(await lab.provider.diff(type, seen, news)).toMatchObject({ changes: false });
    const adopted = (await lab.provider.adopt(type, "login", "shop/login"))!;
    expect(adopted.inputs["data"]).toBeInstanceOf(Secret);
  });
});

describe("clusters that are not there", () => {
  it("are named in one sentence when nobody answers, and previews still work", async () => {
    const other = await ProviderDriver.start(MAIN);
    await other.configure({ kubeconfig: lab.api.kubeconfig.replace(lab.api.server, "https://127.0.0.1:9") });
    const news = { metadata: { name: "far", namespace: "shop" }, data: {} };
    expect((await other.create(CONFIG_MAP, "far", news, true)).outputs).toMatchObject({ metadata: { name: "far" } });
    const { message } = await refusal(other.create(CONFIG_MAP, "far", news));
    expect(message).toMatch(/^The Kubernetes API server https:\/\/127\.0\.0\.1:9 cannot be reached \(.*\)\. .*\.$/);
    other.stop();
  });

  it("are shown as creates while the kubeconfig is not known", async () => {
    const other = await ProviderDriver.start(MAIN);
    await other.configure({ kubeconfig: UNKNOWN });
    const shown = await other.create(NAMESPACE, "later", { metadata: { name: "later" } }, true);
    expect(shown.outputs).toEqual({ apiVersion: "v1", kind: "Namespace", metadata: { name: "later" } });
    other.stop();
  });
});
