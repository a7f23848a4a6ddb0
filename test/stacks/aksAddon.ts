import { join } from "node:path";
import { valueOf as accepted } from "../../components/refusal";
import { readSettings } from "../../core/settings";
import { aksAddonStack } from "../../stacks/aksAddon";
import type { StackOutputs } from "../../stacks/aksAddon/places";
import { declare, type Calls, type Declared, type Kinds } from "../components/engine";

export const FIXTURES = join(__dirname, "fixtures");

type Tree = Readonly<Record<string, unknown>>;

/** Complete settings of a small dev environment; `changes` is laid over them, mapping by mapping. */
export function settings(changes: Tree = {}): Tree {
  return overlay(
    {
      migration: "aks-addon",
      layer: "all",
      phase: "prepare",
      weight: 0,
      aksAddon: {
        location: "westeurope",
        publicHost: "shop.example.com",
        source: {
          kind: "create",
          resourceGroup: "rg-old",
          name: "shop-old",
          kubernetesVersion: "1.35",
          istioVersion: "1.30.2",
        },
        target: { resourceGroup: "rg-new", name: "shop-new", kubernetesVersion: "1.35" },
        manifests: ["shop.yaml", "routing.yaml"],
        route: { virtualService: { name: "shop" }, temporaryHost: "v2.example.com" },
        dns: { resourceGroup: "rg-dns", zone: "example.com", record: "shop" },
      },
    },
    changes,
  );
}

export function overlay(below: Tree, above: Tree): Tree {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const old = merged[key];
    merged[key] = isTree(old) && isTree(value) ? overlay(old, value) : value;
  }
  // A change to undefined removes the key, as a user would.
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const TARGET_ADDRESS = "198.51.100.20";
export const SOURCE_ADDRESS = "198.51.100.10";

const none = (): Tree => ({});

export const KINDS: Kinds = {
  "azure-native:resources:ResourceGroup": (inputs) => ({ name: inputs["resourceGroupName"] }),
  "azure-native:containerservice:ManagedCluster": (inputs) => ({ name: inputs["resourceName"] }),
  "azure-native:containerservice:MaintenanceConfiguration": none,
  "azure-native:dns:RecordSet": none,
  "azure-native:dns:Zone": (inputs) => ({ name: inputs["zoneName"] }),
  "pulumi:providers:kubernetes": none,
  "pulumi:pulumi:StackReference": () => ({
    outputs: {
      revision: "asm-1-30",
      targetAddress: TARGET_ADDRESS,
      sourceAddress: SOURCE_ADDRESS,
      sourceKubeconfig: "kubeconfig of rg-old/shop-old",
    },
    secretOutputNames: ["sourceKubeconfig"],
  }),
  "kubernetes:helm.sh/v3:Release": none,
  "kubernetes:core/v1:ServicePatch": (inputs) => {
    const name = (inputs["metadata"] as Tree)["name"];
    const ip = name === "istio-ingressgateway" ? SOURCE_ADDRESS : TARGET_ADDRESS;
    return { status: { loadBalancer: { ingress: [{ ip }] } } };
  },
  "kubernetes:core/v1:Namespace": none,
  "kubernetes:core/v1:NamespacePatch": none,
  "kubernetes:core/v1:ConfigMap": none,
  "kubernetes:core/v1:Service": none,
  "kubernetes:core/v1:ServiceAccount": none,
  "kubernetes:apps/v1:Deployment": none,
  "kubernetes:networking.istio.io/v1:Gateway": none,
  "kubernetes:networking.istio.io/v1:VirtualService": none,
  "kubernetes:networking.istio.io/v1:VirtualServicePatch": none,
  "kubernetes:networking.istio.io/v1:DestinationRule": none,
  "kubernetes:networking.istio.io/v1:ServiceEntry": none,
};

export const CALLS: Calls = {
  "azure-native:authorization:getClientConfig": () => ({ subscriptionId: "sub" }),
  "azure-native:authorization:getClientToken": () => ({ token: "token" }),
  "azure-native:containerservice:listManagedClusterUserCredentials": (inputs) => ({
    kubeconfigs: [
      {
        name: "clusterUser",
        value: Buffer.from(
          `kubeconfig of ${String(inputs["resourceGroupName"])}/${String(inputs["resourceName"])}`,
        ).toString("base64"),
      },
    ],
  }),
};

/** Runs the whole stack against the stand-in engine. */
export function deploy(
  changes: Tree = {},
  calls: Calls = CALLS,
): Promise<{ readonly resources: readonly Declared[]; readonly outputs: StackOutputs }> {
  return declare(() => aksAddonStack(accepted(readSettings(settings(changes))), FIXTURES), KINDS, calls);
}
