import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { labRegion } from "../../lab/cloud/aks/region";
import { armServer } from "../../lab/cloud/arm/server";
import { Tokens } from "../../lab/cloud/arm/token";
import { assemble, type Assembly } from "../../lab/cloud/assemble";
import { Store } from "../../lab/cloud/store";
import { AzureProvider } from "../../lab/providers/azure/provider";
import type { Inputs } from "../../lab/providers/kit";
import { Backend } from "./backend";

export const GROUP = "azure-native:resources:ResourceGroup";
export const CLUSTER = "azure-native:containerservice:ManagedCluster";
export const ZONE = "azure-native:dns:Zone";
export const RECORD = "azure-native:dns:RecordSet";
export const seed = Buffer.from("seed");
export const region = labRegion("1.31.0", "1.35.4");

interface CloudUnderTest {
  folder: string;
  backend: Backend;
  store: Store;
  assembly: Assembly;
  server: Server;
  provider: AzureProvider;
}

/** A new one for each test of a file that imports this. */
export const cloud = {} as CloudUnderTest;

// Chosen before the server exists, because the addresses that it hands out contain it.
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "cloud-"));
  const backend = new Backend();
  const store = new Store(join(folder, "state.json"));
  const port = await freePort();
  const origin = `http://127.0.0.1:${String(port)}`;
  const assembly = assemble({ store, machine: backend, mesh: backend, region, origin });
  const server = armServer(assembly.routes, new Tokens(join(folder, "key")));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const provider = new AzureProvider("3.28.0", origin);
  await provider.configure({}, {});
  Object.assign(cloud, { folder, backend, store, assembly, server, provider });
});

afterEach(async () => {
  await cloud.assembly.clusters.idle();
  cloud.server.closeAllConnections();
  cloud.server.close();
  rmSync(cloud.folder, { recursive: true });
});

export async function check(type: string, name: string, news: Inputs, olds: Inputs = {}): Promise<Inputs> {
  const { inputs, failures = [] } = await cloud.provider.check({ urn: "", type, name, olds, news, randomSeed: seed });
  expect(failures).toEqual([]);
  return inputs;
}

export function make(type: string, inputs: Inputs, preview = false): Promise<{ id: string; outputs: Inputs }> {
  return cloud.provider.create({ urn: "", type, name: "", inputs, preview, timeoutSeconds: 0 });
}

export async function group(): Promise<void> {
  await make(GROUP, await check(GROUP, "rg", { resourceGroupName: "rg", location: "West Europe" }));
}

export const clusterInputs: Inputs = {
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
