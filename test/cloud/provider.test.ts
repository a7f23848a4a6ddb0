import type { AddressInfo } from "node:net";
import { describe, expect, it, vi } from "vitest";
import type { AzureProvider } from "../../lab/providers/azure/provider";
import { type Inputs, Secret, UNKNOWN } from "../../lab/providers/kit";
import { check, cloud, CLUSTER, clusterInputs, group, GROUP, make, RECORD, seed, ZONE } from "./fixture";

vi.mock("../../lab/cloud/log", async (original) => ({ ...(await original<object>()), log: () => undefined }));

function reversed(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value as Inputs).reverse());
}

describe("check", () => {
  it("names top-level resources at random and children plainly, the same in preview and update", async () => {
    const first = await check(GROUP, "rg", { location: "westeurope" });
    expect(first["resourceGroupName"]).toMatch(/^rg[0-9a-f]{8}$/);
    expect(first).toMatchObject({ __createBeforeDelete: true, azureApiVersion: "2024-03-01" });
    expect(await check(GROUP, "rg", { location: "westeurope" })).toEqual(first);
    const record = await check(RECORD, "bookinfo", {
      resourceGroupName: "rg",
      zoneName: "example.com",
      recordType: "A",
    });
    expect(record["relativeRecordSetName"]).toBe("bookinfo");
    expect(record["__createBeforeDelete"]).toBeUndefined();
  });

  it("keeps the name that a resource has", async () => {
    const olds = { resourceGroupName: "rg-old", __createBeforeDelete: true };
    const inputs = await check(GROUP, "rg", { location: "westeurope" }, olds);
    expect(inputs).toMatchObject(olds);
  });

  it("takes the location from the resource group, and leaves it unknown while the group is", async () => {
    await group();
    expect(await check(CLUSTER, "c", { resourceGroupName: "rg" })).toMatchObject({ location: "westeurope" });
    expect(await check(CLUSTER, "c", { resourceGroupName: UNKNOWN })).toMatchObject({ location: UNKNOWN });
  });

  it("says what is missing", async () => {
    const { failures } = await cloud.provider.check({
      urn: "",
      type: GROUP,
      name: "rg",
      olds: {},
      news: {},
      randomSeed: seed,
    });
    expect(failures).toEqual([
      {
        property: "location",
        reason:
          "missing required property 'location'. Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'.",
      },
    ]);
  });
});

describe("diff", () => {
  const diff = (type: string, oldInputs: Inputs, news: Inputs): ReturnType<AzureProvider["diff"]> =>
    cloud.provider.diff({ urn: "", type, id: "x", oldInputs, oldOutputs: {}, news, ignoreChanges: [] });

  it("updates one field in place", async () => {
    const olds = {
      resourceGroupName: "rg",
      zoneName: "z",
      recordType: "A",
      aRecords: [{ ipv4Address: "1.1.1.1" }],
      ttl: 60,
    };
    expect(await diff(RECORD, olds, { ...olds, aRecords: [{ ipv4Address: "2.2.2.2" }] })).toEqual({
      changes: true,
      replaces: [],
      detailed: { "aRecords[0].ipv4Address": "update" },
      deleteBeforeReplace: false,
    });
  });

  it("replaces for names, the location and the DNS prefix; deletes first unless the name is random", async () => {
    const olds = { resourceGroupName: "rg", resourceName: "a", location: "westeurope", dnsPrefix: "p" };
    expect(await diff(CLUSTER, olds, { ...olds, dnsPrefix: "q" })).toMatchObject({
      replaces: ["dnsPrefix"],
      deleteBeforeReplace: true,
    });
    expect(await diff(CLUSTER, olds, { ...olds, location: "northeurope" })).toMatchObject({ replaces: ["location"] });
    const random = { ...olds, __createBeforeDelete: true };
    expect(await diff(CLUSTER, random, { ...random, resourceGroupName: "other" })).toMatchObject({
      replaces: ["resourceGroupName"],
      deleteBeforeReplace: false,
    });
  });

  it("knows that West Europe is westeurope and that its own notes are no change", async () => {
    expect(
      await diff(GROUP, { location: "West Europe", azureApiVersion: "1" }, { location: "westeurope" }),
    ).toMatchObject({ changes: false });
  });
});

describe("refresh and import", () => {
  it("takes over what changed in the service and nothing that it merely filled in", async () => {
    await group();
    const inputs = await check(CLUSTER, "c", clusterInputs);
    const { id, outputs } = await make(CLUSTER, inputs);
    const request = { urn: "", type: CLUSTER, id, inputs, outputs };
    expect((await cloud.provider.read(request))?.inputs).toEqual(inputs);
    // The engine keeps maps sorted, so state comes back in another order than it was given.
    const sorted = Object.fromEntries(
      Object.entries(outputs)
        .reverse()
        .map(([key, value]) => [key, reversed(value)]),
    );
    expect((await cloud.provider.read({ ...request, outputs: sorted }))?.inputs).toEqual(inputs);
    const resource = cloud.store.get(id);
    if (resource === undefined) throw new Error("gone");
    cloud.store.put({
      ...resource,
      tags: { by: "hand" },
      properties: { ...resource.properties, kubernetesVersion: "1.35.4" },
    });
    expect((await cloud.provider.read(request))?.inputs).toEqual({
      ...inputs,
      tags: { by: "hand" },
      kubernetesVersion: "1.35.4",
    });
  });

  it("imports by id with the names from it", async () => {
    await group();
    const zone = await make(
      ZONE,
      await check(ZONE, "z", { resourceGroupName: "rg", zoneName: "example.com", location: "global" }),
    );
    const record = {
      resourceGroupName: "rg",
      zoneName: "example.com",
      recordType: "A",
      aRecords: [{ ipv4Address: "198.18.1.10" }],
      ttl: 60,
    };
    const made = await make(RECORD, await check(RECORD, "bookinfo", record));
    const imported = await cloud.provider.read({ urn: "", type: RECORD, id: made.id, inputs: {}, outputs: {} });
    expect(imported?.inputs).toMatchObject({ ...record, relativeRecordSetName: "bookinfo" });
    expect(imported?.outputs).toMatchObject({ fqdn: "bookinfo.example.com.", name: "bookinfo", ttl: 60 });
    const args = {
      resourceGroupName: "rg",
      zoneName: "example.com",
      recordType: "A",
      relativeRecordSetName: "bookinfo",
    };
    expect(await cloud.provider.invoke({ token: "azure-native:dns:getRecordSet", args })).toMatchObject({
      result: { ttl: 60 },
    });
    expect(zone.outputs).toMatchObject({ zoneType: "Public", name: "example.com" });
  });
});

describe("other things", () => {
  it("keeps secret what was secret", async () => {
    const inputs = await check(GROUP, "rg", {
      resourceGroupName: "rg",
      location: "westeurope",
      tags: new Secret({ a: "b" }),
    });
    const { outputs } = await make(GROUP, inputs);
    expect(outputs["tags"]).toEqual(new Secret({ a: "b" }));
  });

  it("says who is logged in, and gives a token that the service accepts", async () => {
    expect(await cloud.provider.invoke({ token: "azure-native:authorization:getClientConfig", args: {} })).toEqual({
      result: {
        subscriptionId: "00000000-0000-4000-8000-0000000000bb",
        tenantId: "00000000-0000-4000-8000-0000000000aa",
        clientId: "00000000-0000-4000-8000-0000000000cc",
        objectId: "00000000-0000-4000-8000-0000000000dd",
      },
    });
    const token = await cloud.provider.invoke({ token: "azure-native:authorization:getClientToken", args: {} });
    const { port } = cloud.server.address() as AddressInfo;
    const profiles = `http://127.0.0.1:${String(port)}/subscriptions/s/providers/Microsoft.ContainerService/locations/westeurope/meshRevisionProfiles`;
    const bearer = `Bearer ${(token as { result: { token: string } }).result.token}`;
    const answer = await fetch(`${profiles}?api-version=2025-09-01`, { headers: { authorization: bearer } });
    expect(await answer.json()).toMatchObject({
      value: [{ name: "istio", properties: { meshRevisions: [{ revision: "asm-1-31" }] } }],
    });
    expect((await fetch(`${profiles}?api-version=2025-09-01`)).status).toBe(401);
    expect((await fetch(profiles, { headers: { authorization: bearer } })).status).toBe(400);
  });

  it("refuses a record set in a zone that does not exist and a resource in a missing group", async () => {
    await expect(make(GROUP.replace("resources:ResourceGroup", "nothing:Here"), {})).rejects.toThrow(
      /does not know the type/,
    );
    await expect(make(CLUSTER, { ...clusterInputs, location: "westeurope" })).rejects.toThrow(
      `Status=404 Code="ResourceGroupNotFound" Message="Resource group 'rg' could not be found."`,
    );
    await group();
    const record = {
      resourceGroupName: "rg",
      zoneName: "no.example",
      recordType: "A",
      relativeRecordSetName: "a",
      ttl: 5,
      aRecords: [],
    };
    await expect(make(RECORD, record)).rejects.toThrow(/Code="ResourceNotFound"/);
  });

  it("deletes a group with everything in it", async () => {
    await group();
    await make(CLUSTER, await check(CLUSTER, "c", clusterInputs));
    const id = "/subscriptions/00000000-0000-4000-8000-0000000000bb/resourceGroups/rg";
    await cloud.provider.delete({ urn: "", type: GROUP, id, inputs: {}, outputs: {}, timeoutSeconds: 0 });
    expect(cloud.store.below("")).toEqual([]);
    expect([...cloud.backend.made]).toEqual([]);
  });
});
