import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { assemble } from "../../lab/cloud/assemble";
import { Store } from "../../lab/cloud/store";
import { UNKNOWN } from "../../lab/providers/kit";
import { Backend } from "./backend";
import { check, cloud, CLUSTER, clusterInputs, group, make, region } from "./fixture";

vi.mock("../../lab/cloud/log", async (original) => ({ ...(await original<object>()), log: () => undefined }));

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
    expect(cloud.store.list("Microsoft.ContainerService/managedClusters")).toEqual([]);
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
    expect(cloud.backend.meshes).toEqual(["asm-1-31 External"]);
    const args = { resourceGroupName: "rg", resourceName: "bookinfo" };
    const user = await cloud.provider.invoke({
      token: "azure-native:containerservice:listManagedClusterUserCredentials",
      args,
    });
    const value = JSON.parse(JSON.stringify(user)) as { result: { kubeconfigs: { name: string; value: string }[] } };
    expect(value.result.kubeconfigs[0]?.name).toBe("clusterUser");
    expect(Buffer.from(value.result.kubeconfigs[0]?.value ?? "", "base64").toString()).toContain(
      "current-context: bookinfo",
    );
    const found = await cloud.provider.invoke({ token: "azure-native:containerservice:getManagedCluster", args });
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
    const updated = await cloud.provider.update({ ...request, news: more });
    expect(updated.outputs).toMatchObject({ serviceMeshProfile: { istio: { revisions: ["asm-1-31"] } } });
    await cloud.provider.update({ ...request, news: { ...inputs, serviceMeshProfile: { mode: "Disabled" } } });
    expect(cloud.backend.meshes).toEqual(["asm-1-31 External", "asm-1-31 External+Internal", "no asm-1-31"]);
  });

  it("is refused in one sentence with the service's code and words, and nothing is left", async () => {
    await group();
    const inputs = await check(CLUSTER, "c", { ...clusterInputs, serviceMeshProfile: { mode: "Istio" } });
    await expect(make(CLUSTER, inputs)).rejects.toThrow(
      'Status=400 Code="BadRequest" Message="Istio profile is missing even though Service Mesh mode is Istio"',
    );
    expect(cloud.store.list("Microsoft.ContainerService/managedClusters")).toEqual([]);
  });

  it("is not taken over when it exists", async () => {
    await group();
    const inputs = await check(CLUSTER, "c", clusterInputs);
    await make(CLUSTER, inputs);
    await expect(make(CLUSTER, inputs)).rejects.toThrow(/^cannot create already existing resource '\/subscriptions\//);
  });

  it("is left as it is, and known to the engine, when its creation fails", async () => {
    await group();
    cloud.backend.failure = new Error("no room");
    await expect(make(CLUSTER, await check(CLUSTER, "c", clusterInputs))).rejects.toMatchObject({
      name: "Error",
      outputs: { provisioningState: "Failed" },
      reasons: ['Code="InternalOperationError" Message="no room"'],
    });
  });

  it("goes on being created when client and daemon are gone, and refuses other requests meanwhile", async () => {
    await group();
    let release: () => void = () => undefined;
    cloud.backend.hold = new Promise((resolve) => {
      release = resolve;
    });
    const creating = make(CLUSTER, await check(CLUSTER, "c", clusterInputs));
    await expect.poll(() => cloud.store.list("Microsoft.ContainerService/managedClusters").length).toBe(1);
    const inputs = await check(CLUSTER, "c", clusterInputs);
    const id = cloud.store.list("Microsoft.ContainerService/managedClusters")[0]?.id ?? "";
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
    await expect(cloud.provider.update({ ...request, news: inputs })).rejects.toThrow(
      /^Status=409 Code="OperationNotAllowed" Message="Operation is not allowed because there's an in progress create managed cluster operation/,
    );
    // A second daemon on the same state, as after a kill.
    const later = new Backend();
    const after = assemble({
      store: new Store(join(cloud.folder, "state.json")),
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
    await cloud.provider.delete(request);
    await cloud.provider.delete(request);
    expect([...cloud.backend.made]).toEqual([]);
    expect(await cloud.provider.read(request)).toBeUndefined();
    expect(cloud.store.list("Microsoft.Resources/resourceGroups").map((one) => one.name)).toEqual(["rg"]);
  });

  it("has agent pools and maintenance windows as resources of their own, which an update of the cluster leaves alone", async () => {
    await group();
    const inputs = await check(CLUSTER, "c", clusterInputs);
    const { id, outputs } = await make(CLUSTER, inputs);
    const below = { resourceGroupName: "rg", resourceName: "bookinfo" };
    const POOL = "azure-native:containerservice:AgentPool";
    const pool = await make(
      POOL,
      await check(POOL, "users", { ...below, mode: "User", count: 3, vmSize: "Standard_D2s_v5" }),
    );
    expect(pool.id).toBe(`${id}/agentPools/users`);
    expect(pool.outputs).toMatchObject({
      name: "users",
      count: 3,
      provisioningState: "Succeeded",
      type: "VirtualMachineScaleSets",
    });
    const WINDOW = "azure-native:containerservice:MaintenanceConfiguration";
    const timeInWeek = [{ day: "Monday", hourSlots: [1] }];
    const maintenance = await make(WINDOW, await check(WINDOW, "default", { ...below, timeInWeek }));
    expect(maintenance.outputs).toMatchObject({ name: "default", timeInWeek });
    const request = { urn: "", type: CLUSTER, id, oldInputs: inputs, oldOutputs: outputs };
    const news = { ...inputs, tags: { a: "b" } };
    const updated = await cloud.provider.update({
      ...request,
      news,
      preview: false,
      timeoutSeconds: 0,
      ignoreChanges: [],
    });
    expect(updated.outputs["agentPoolProfiles"]).toMatchObject([{ name: "system" }, { name: "users", count: 3 }]);
    const gone = { urn: "", type: POOL, inputs: {}, outputs: {}, timeoutSeconds: 0 };
    await cloud.provider.delete({ ...gone, id: `${id}/agentPools/users` });
    await expect(cloud.provider.delete({ ...gone, id: `${id}/agentPools/system` })).rejects.toThrow(
      "There has to be at least one system agent pool.",
    );
  });
});
