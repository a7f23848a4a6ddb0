import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { labRegion } from "../../lab/cloud/aks/region";
import { armServer } from "../../lab/cloud/arm/server";
import { Tokens } from "../../lab/cloud/arm/token";
import { assemble, type Assembly } from "../../lab/cloud/assemble";
import { Store } from "../../lab/cloud/store";
import { AzureProvider } from "../../lab/providers/azure/provider";
import { type Inputs, Secret, UNKNOWN } from "../../lab/providers/kit";
import { Backend } from "./backend";

vi.mock("../../lab/cloud/log", async (original) => ({ ...(await original<object>()), log: () => undefined }));

const GROUP = "azure-native:resources:ResourceGroup";
const CLUSTER = "azure-native:containerservice:ManagedCluster";
const ZONE = "azure-native:dns:Zone";
const RECORD = "azure-native:dns:RecordSet";
const seed = Buffer.from("seed");
const region = labRegion("1.31.0", "1.35.4");

let folder: string;
let backend: Backend;
let store: Store;
let assembly: Assembly;
let server: Server;
let provider: AzureProvider;

// Chosen before the server exists, because the addresses that it hands out contain it.
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cloud-"));
  backend = new Backend();
  store = new Store(join(folder, "state.json"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${String(port)}`;
  assembly = assemble({ store, machine: backend, mesh: backend, region, origin });
  server = armServer(assembly.routes, new Tokens(join(folder, "key")));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  provider = new AzureProvider("3.28.0", origin);
  await provider.configure({}, {});
});

afterEach(async () => {
  await assembly.clusters.idle();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

async function check(type: string, name: string, news: Inputs, olds: Inputs = {}): Promise<Inputs> {
  const { inputs, failures = [] } = await provider.check({ urn: "", type, name, olds, news, randomSeed: seed });
  expect(failures).toEqual([]);
  return inputs;
}

function make(type: string, inputs: Inputs, preview = false): Promise<{ id: string; outputs: Inputs }> {
  return provider.create({ urn: "", type, name: "", inputs, preview, timeoutSeconds: 0 });
}

async function group(): Promise<void> {
  await make(GROUP, await check(GROUP, "rg", { resourceGroupName: "rg", location: "West Europe" }));
}

const clusterInputs: Inputs = {
  resourceGroupName: "rg",
  resourceName: "bookinfo",
  dnsPrefix: "bookinfo",
  kubernetesVersion: "1.35",
  identity: { type: "SystemAssigned" },
  agentPoolProfiles: [{ name: "system", mode: "System", count: 2 }],
  oidcIssuerProfile: { enabled: true },
  serviceMeshProfile: {
    mode: "Istio",
    istio: { components: { ingressGateways: [{ mode: "External", enabled: true }] } },
  },
};

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
    const { failures } = await provider.check({
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
    provider.diff({ urn: "", type, id: "x", oldInputs, oldOutputs: {}, news, ignoreChanges: [] });

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

describe("a managed cluster", () => {
  it("shows in a preview what is asked for and leaves unknown what the service decides, changing nothing", async () => {
    await group();
    const { id, outputs } = await make(CLUSTER, await check(CLUSTER, "c", clusterInputs), true);
    expect(id).toBe("");
    expect(outputs).toMatchObject({
      dnsPrefix: "bookinfo",
      fqdn: UNKNOWN,
      name: UNKNOWN,
      identity: { type: "SystemAssigned", principalId: UNKNOWN },
      oidcIssuerProfile: { enabled: true, issuerURL: UNKNOWN },
      serviceMeshProfile: { istio: { revisions: UNKNOWN } },
    });
    expect(store.list("Microsoft.ContainerService/managedClusters")).toEqual([]);
  });

  it("is created with its mesh, read back with what the service filled in, and gives credentials", async () => {
    await group();
    const { id, outputs } = await make(CLUSTER, await check(CLUSTER, "c", clusterInputs));
    expect(id).toBe(
      "/subscriptions/00000000-0000-4000-8000-0000000000bb/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/bookinfo",
    );
    expect(outputs).toMatchObject({
      name: "bookinfo",
      type: "Microsoft.ContainerService/managedClusters",
      provisioningState: "Succeeded",
      currentKubernetesVersion: "1.35.4",
      kubernetesVersion: "1.35",
      nodeResourceGroup: "MC_rg_bookinfo_westeurope",
      serviceMeshProfile: { mode: "Istio", istio: { revisions: ["asm-1-31"] } },
      azureApiVersion: "2025-09-01",
    });
    expect(outputs["oidcIssuerProfile"]).toHaveProperty("issuerURL");
    expect(outputs["identity"]).toHaveProperty("principalId");
    expect(outputs).not.toHaveProperty("hidden");
    expect(backend.meshes).toEqual(["asm-1-31 External"]);
    const args = { resourceGroupName: "rg", resourceName: "bookinfo" };
    const user = await provider.invoke({
      token: "azure-native:containerservice:listManagedClusterUserCredentials",
      args,
    });
    const value = JSON.parse(JSON.stringify(user)) as { result: { kubeconfigs: { name: string; value: string }[] } };
    expect(value.result.kubeconfigs[0]?.name).toBe("clusterUser");
    expect(Buffer.from(value.result.kubeconfigs[0]?.value ?? "", "base64").toString()).toContain(
      "current-context: bookinfo",
    );
    const found = await provider.invoke({ token: "azure-native:containerservice:getManagedCluster", args });
    expect(found).toMatchObject({ result: { name: "bookinfo", id } });
  });

  it("gets a gateway later, keeps its revision when none is given, and loses its mesh when disabled", async () => {
    await group();
    const inputs = await check(CLUSTER, "c", clusterInputs);
    const { id, outputs } = await make(CLUSTER, inputs);
    const both = [
      { mode: "External", enabled: true },
      { mode: "Internal", enabled: true },
    ];
    const request = {
      urn: "",
      type: CLUSTER,
      id,
      oldInputs: inputs,
      oldOutputs: outputs,
      preview: false,
      timeoutSeconds: 0,
      ignoreChanges: [],
    };
    const more = { ...inputs, serviceMeshProfile: { mode: "Istio", istio: { components: { ingressGateways: both } } } };
    const updated = await provider.update({ ...request, news: more });
    expect(updated.outputs).toMatchObject({ serviceMeshProfile: { istio: { revisions: ["asm-1-31"] } } });
    await provider.update({ ...request, news: { ...inputs, serviceMeshProfile: { mode: "Disabled" } } });
    expect(backend.meshes).toEqual(["asm-1-31 External", "asm-1-31 External+Internal", "no asm-1-31"]);
  });

  it("is refused in one sentence with the service's code and words, and nothing is left", async () => {
    await group();
    const inputs = await check(CLUSTER, "c", { ...clusterInputs, serviceMeshProfile: { mode: "Istio" } });
    await expect(make(CLUSTER, inputs)).rejects.toThrow(
      'Status=400 Code="BadRequest" Message="Istio profile is missing even though Service Mesh mode is Istio"',
    );
    expect(store.list("Microsoft.ContainerService/managedClusters")).toEqual([]);
  });

  it("is not taken over when it exists", async () => {
    await group();
    const inputs = await check(CLUSTER, "c", clusterInputs);
    await make(CLUSTER, inputs);
    await expect(make(CLUSTER, inputs)).rejects.toThrow(/^cannot create already existing resource '\/subscriptions\//);
  });

  it("is left as it is, and known to the engine, when its creation fails", async () => {
    await group();
    backend.failure = new Error("no room");
    await expect(make(CLUSTER, await check(CLUSTER, "c", clusterInputs))).rejects.toMatchObject({
      name: "Error",
      outputs: { provisioningState: "Failed" },
      reasons: ['Code="InternalOperationError" Message="no room"'],
    });
  });

  it("goes on being created when client and daemon are gone, and refuses other requests meanwhile", async () => {
    await group();
    let release: () => void = () => undefined;
    backend.hold = new Promise((resolve) => {
      release = resolve;
    });
    const creating = make(CLUSTER, await check(CLUSTER, "c", clusterInputs));
    await expect.poll(() => store.list("Microsoft.ContainerService/managedClusters").length).toBe(1);
    const inputs = await check(CLUSTER, "c", clusterInputs);
    const id = store.list("Microsoft.ContainerService/managedClusters")[0]?.id ?? "";
    const request = {
      urn: "",
      type: CLUSTER,
      id,
      oldInputs: inputs,
      oldOutputs: {},
      preview: false,
      timeoutSeconds: 0,
      ignoreChanges: [],
    };
    await expect(provider.update({ ...request, news: inputs })).rejects.toThrow(
      /^Status=409 Code="OperationNotAllowed" Message="Operation is not allowed because there's an in progress create managed cluster operation/,
    );
    // A second daemon on the same state, as after a kill.
    const later = new Backend();
    const after = assemble({
      store: new Store(join(folder, "state.json")),
      origin: "http://x",
      machine: later,
      mesh: later,
      region,
    });
    await after.clusters.resume();
    await after.clusters.idle();
    expect(later.meshes).toEqual(["asm-1-31 External"]);
    release();
    await creating;
  });

  it("is gone after a delete, which may be repeated, and takes its node group with it", async () => {
    await group();
    const inputs = await check(CLUSTER, "c", clusterInputs);
    const { id, outputs } = await make(CLUSTER, inputs);
    const request = { urn: "", type: CLUSTER, id, inputs, outputs, timeoutSeconds: 0 };
    await provider.delete(request);
    await provider.delete(request);
    expect([...backend.made]).toEqual([]);
    expect(await provider.read(request)).toBeUndefined();
    expect(store.list("Microsoft.Resources/resourceGroups").map((one) => one.name)).toEqual(["rg"]);
  });
});

describe("refresh and import", () => {
  it("takes over what changed in the service and nothing that it merely filled in", async () => {
    await group();
    const inputs = await check(CLUSTER, "c", clusterInputs);
    const { id, outputs } = await make(CLUSTER, inputs);
    const request = { urn: "", type: CLUSTER, id, inputs, outputs };
    expect((await provider.read(request))?.inputs).toEqual(inputs);
    const resource = store.get(id);
    if (resource === undefined) throw new Error("gone");
    store.put({
      ...resource,
      tags: { by: "hand" },
      properties: { ...resource.properties, kubernetesVersion: "1.35.4" },
    });
    expect((await provider.read(request))?.inputs).toEqual({
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
    const imported = await provider.read({ urn: "", type: RECORD, id: made.id, inputs: {}, outputs: {} });
    expect(imported?.inputs).toMatchObject({ ...record, relativeRecordSetName: "bookinfo" });
    expect(imported?.outputs).toMatchObject({ fqdn: "bookinfo.example.com.", name: "bookinfo", ttl: 60 });
    const args = {
      resourceGroupName: "rg",
      zoneName: "example.com",
      recordType: "A",
      relativeRecordSetName: "bookinfo",
    };
    expect(await provider.invoke({ token: "azure-native:dns:getRecordSet", args })).toMatchObject({
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
    expect(await provider.invoke({ token: "azure-native:authorization:getClientConfig", args: {} })).toEqual({
      result: {
        subscriptionId: "00000000-0000-4000-8000-0000000000bb",
        tenantId: "00000000-0000-4000-8000-0000000000aa",
        clientId: "00000000-0000-4000-8000-0000000000cc",
        objectId: "00000000-0000-4000-8000-0000000000dd",
      },
    });
    const token = await provider.invoke({ token: "azure-native:authorization:getClientToken", args: {} });
    const { port } = server.address() as AddressInfo;
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
    await provider.delete({ urn: "", type: GROUP, id, inputs: {}, outputs: {}, timeoutSeconds: 0 });
    expect(store.below("")).toEqual([]);
    expect([...backend.made]).toEqual([]);
  });
});
