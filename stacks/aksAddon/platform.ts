import * as dns from "@pulumi/azure-native/dns";
import { ResourceGroup } from "@pulumi/azure-native/resources";
import type * as pulumi from "@pulumi/pulumi";
import { AksTargetCluster } from "../../components/azure/AksTargetCluster";
import { SourceCluster } from "../../components/azure/SourceCluster";
import { IngressAddress } from "../../components/istio/IngressAddress";
import { InjectedNamespaces } from "../../components/istio/InjectedNamespaces";
import { SelfManagedIstio } from "../../components/istio/SelfManagedIstio";
import { SharedMeshConfig } from "../../components/istio/SharedMeshConfig";
import { Manifests } from "../../components/workloads/Manifests";
import { ADDON_INGRESS_NAMESPACE, addonGateway } from "../../core/manifests/addon";
import { namespaceLabels } from "../../core/manifests/translate";
import type { CreatedSource, Settings } from "../../core/settings";
import { ingressOf, type Facts } from "./facts";
import { planNamespaces } from "./namespaces";
import type { SourcePlace, TargetPlace } from "./places";
import { isReleased, isTheRoute } from "./route";

/** The slow part of a migration: clusters, meshes and workloads, on both sides. */
export interface Platform {
  /** The source that this program creates; undefined when it exists on its own, or is gone. */
  readonly source: SourcePlace | undefined;
  readonly target: TargetPlace;
}

/** Declares the platform. Traffic is none of its business: no route that users are on is written here. */
export function deployPlatform(settings: Settings, facts: Facts): Platform {
  const { source } = settings.aksAddon;
  const groups = resourceGroups(settings);
  const zone = declareZone(settings, groups);
  const target = deployTarget(settings, facts, groups);
  const created =
    source.kind === "create" && !isReleased(settings) ? createSource(settings, source, facts, groups) : undefined;
  return { source: created, target: { ...target, ready: [...target.ready, ...zone] } };
}

type Groups = (name: string) => pulumi.Input<string>;

/**
 * The resource groups that this program creates, each once, however many clusters share it. A group that only a
 * released source needed is no longer declared, and goes with it.
 */
function resourceGroups(settings: Settings): Groups {
  const { source, target, dns: zone, location, createResourceGroups } = settings.aksAddon;
  const existing = source.kind === "existing" ? [source.resourceGroup?.toLowerCase()] : [];
  const wanted = [
    ...(createResourceGroups ? [target.resourceGroup] : []),
    ...(createResourceGroups && source.kind === "create" && !isReleased(settings) ? [source.resourceGroup] : []),
    ...(zone?.createZone === true ? [zone.resourceGroup] : []),
  ];
  const groups = new Map<string, ResourceGroup>();
  for (const name of wanted) {
    // Azure compares names without regard to case.
    const key = name.toLowerCase();
    if (groups.has(key) || existing.includes(key)) continue;
    groups.set(key, new ResourceGroup(`group-${key}`, { resourceGroupName: name, location }));
  }
  return (name) => groups.get(name.toLowerCase())?.name ?? name;
}

function declareZone(settings: Settings, groups: Groups): readonly pulumi.Resource[] {
  const { dns: wanted } = settings.aksAddon;
  if (wanted?.createZone !== true) return [];
  const resourceGroupName = groups(wanted.resourceGroup);
  return [new dns.Zone(`zone-${wanted.zone}`, { resourceGroupName, zoneName: wanted.zone, location: "global" })];
}

function deployTarget(settings: Settings, facts: Facts, groups: Groups): TargetPlace {
  const { target, location, namespaces } = settings.aksAddon;
  const { cluster, provider, kubeconfig } = new AksTargetCluster("target", {
    resourceGroupName: groups(target.resourceGroup),
    location,
    revision: facts.revision,
    target,
  });
  const inside = { provider, deletedWith: cluster };
  const mesh =
    facts.meshConfig === undefined
      ? []
      : [new SharedMeshConfig("target-mesh", { revision: facts.revision, mesh: facts.meshConfig }, inside)];
  const label = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    namespaceLabels(labels, facts.revision, true);
  const plan = planNamespaces(facts.targetManifests, namespaces, label, []);
  const meshed = new InjectedNamespaces("target-namespaces", { namespaces: plan.namespaces }, inside);
  const ingress = new IngressAddress(
    "target-ingress",
    {
      namespace: ADDON_INGRESS_NAMESPACE,
      service: addonGateway(ingressOf(settings)),
      annotations: target.ingress.annotations,
    },
    inside,
  );
  // Once the gateway has its address, the add-on's webhook is there: a pod made before it would stay without a sidecar.
  const workloads = new Manifests(
    "target-workloads",
    { manifests: plan.rest },
    { ...inside, dependsOn: [...mesh, meshed, ingress] },
  );
  return { kubeconfig, address: ingress.address, ready: [workloads] };
}

function createSource(settings: Settings, source: CreatedSource, facts: Facts, groups: Groups): SourcePlace {
  const { location, namespaces, route } = settings.aksAddon;
  const { cluster, provider, kubeconfig } = new SourceCluster("source", {
    kind: "create",
    resourceGroupName: groups(source.resourceGroup),
    location,
    source,
  });
  const inside = { provider, ...(cluster === undefined ? {} : { deletedWith: cluster }) };
  const istio = new SelfManagedIstio(
    "source-istio",
    {
      version: source.istioVersion,
      chartRepository: source.chartRepository,
      values: source.helmValues,
      ingress: source.ingress,
    },
    inside,
  );
  const plan = planNamespaces(
    facts.sourceManifests,
    namespaces,
    // The source's istiod has no revision and serves exactly this label.
    (labels) => ({ ...labels, "istio-injection": "enabled" }),
    ["istio-system", source.ingress.namespace],
  );
  const meshed = new InjectedNamespaces("source-namespaces", { namespaces: plan.namespaces }, inside);
  const workloads = new Manifests(
    "source-workloads",
    // One writer per VirtualService: the split one belongs to the routing layer, in every phase.
    { manifests: plan.rest.filter(({ object }) => !isTheRoute(object, route.virtualService)) },
    { ...inside, dependsOn: [istio, meshed] },
  );
  const ingress = new IngressAddress("source-ingress", source.ingress, { ...inside, dependsOn: [istio] });
  return {
    provider,
    kubeconfig,
    address: ingress.address,
    ...(cluster === undefined ? {} : { cluster }),
    ready: [workloads],
  };
}
