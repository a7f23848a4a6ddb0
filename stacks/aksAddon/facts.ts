import * as containerservice from "@pulumi/azure-native/containerservice";
import * as pulumi from "@pulumi/pulumi";
import { firstKubeconfig } from "../../components/azure/clusterAccess";
import { fetchRegionProfile } from "../../components/azure/meshRevisions";
import { liveCluster, type LiveCluster } from "../../components/kube/live";
import { valueOf } from "../../components/refusal";
import { readManifestFiles } from "../../components/workloads/files";
import type { Manifest } from "../../core/manifests/object";
import { readManifests } from "../../core/manifests/read";
import { translateForAddon } from "../../core/manifests/translate";
import { checkMeshConfig } from "../../core/meshConfig";
import { refuse, type Problem, type Result } from "../../core/problems";
import { checkRevision, parseRegionProfile, revisionFor } from "../../core/revisions";
import type { ExistingSource, Settings } from "../../core/settings";
import { isReleased, planAdoptedRoute, planOwnedRoute, type RoutePlan } from "./route";

/** Everything a stack is built from besides its settings; read and checked before the first resource is declared. */
export interface Facts {
  /** Revision of the add-on that the target has. */
  readonly revision: string;
  /** What is installed on a source that this program creates. */
  readonly sourceManifests: readonly Manifest[];
  /** What is installed on the target, translated for the add-on. */
  readonly targetManifests: readonly Manifest[];
  /** The mesh configuration as text; undefined when nothing is configured. */
  readonly meshConfig: string | undefined;
  readonly route: RoutePlan;
  /** An existing source, entered and looked at; undefined once it has been removed. */
  readonly existing: { readonly kubeconfig: string; readonly identifier: string; readonly address: string } | undefined;
}

/** Which of the target's gateways takes the traffic. */
export function ingressOf(settings: Settings): "external" | "internal" {
  return settings.aksAddon.target.ingress.external ? "external" : "internal";
}

/**
 * Gathers and checks, so that a mistake is reported before anything changes: files, the source as it runs, the region.
 *
 * @throws RunError with all sentences that could be found together
 */
export async function gatherFacts(settings: Settings, projectFolder: string): Promise<Facts> {
  const { source, target, manifests, namespaces } = settings.aksAddon;
  const own = load(manifests, projectFolder, "aksAddon.manifests");
  const atSource =
    source.kind === "create" && source.manifests !== undefined
      ? load(source.manifests, projectFolder, "aksAddon.source.manifests")
      : own;
  const mesh = checkMeshConfig(target.meshConfig, "aksAddon.target.meshConfig");
  const owned = source.kind === "create" && atSource.ok ? planOwnedRoute(settings, atSource.value) : undefined;
  valueOf(together(own, ...(atSource === own ? [] : [atSource]), mesh, ...(owned === undefined ? [] : [owned])));

  const entered = await enterExisting(settings);
  const istioVersion = source.istioVersion ?? (await discoverVersion(settings, entered?.live));
  const revision = await chooseRevision(settings, istioVersion);
  const translated = translateForAddon(valueOf(own), {
    revision,
    ingress: ingressOf(settings),
    sourceIngress: source.ingress,
    namespaces,
  });
  return {
    revision,
    sourceManifests: source.kind === "create" ? valueOf(atSource) : [],
    targetManifests: valueOf(translated).manifests,
    meshConfig: Object.keys(target.meshConfig).length === 0 ? undefined : valueOf(mesh),
    route: owned === undefined ? await adoptedRoute(settings, entered?.live) : valueOf(owned),
    existing: entered,
  };
}

function load(paths: readonly string[], folder: string, setting: string): Result<readonly Manifest[]> {
  const files = readManifestFiles(paths, folder, setting);
  return files.ok ? readManifests(files.value) : files;
}

function together(...results: readonly Result<unknown>[]): Result<undefined> {
  const problems: Problem[] = results.flatMap((result) => (result.ok ? [] : result.problems));
  return problems.length === 0 ? { ok: true, value: undefined } : refuse(...problems);
}

interface Entered {
  readonly kubeconfig: string;
  readonly identifier: string;
  readonly address: string;
  readonly live: LiveCluster;
}

async function enterExisting(settings: Settings): Promise<Entered | undefined> {
  const { source } = settings.aksAddon;
  if (source.kind !== "existing" || source.removed) return undefined;
  const { kubeconfig, identifier } = await kubeconfigOf(source);
  const live = await liveCluster(kubeconfig, "aksAddon.source");
  const address = await live.loadBalancerAddress(source.ingress.namespace, source.ingress.service);
  return { kubeconfig, identifier, address, live };
}

async function kubeconfigOf(source: ExistingSource): Promise<{ kubeconfig: string; identifier: string }> {
  const { resourceGroup = "", name = "" } = source;
  if (source.kubeconfig !== undefined) return { kubeconfig: source.kubeconfig.reveal(), identifier: "source" };
  const identifier = `${resourceGroup}/${name}`;
  const found = await containerservice.listManagedClusterUserCredentials({
    resourceGroupName: resourceGroup,
    resourceName: name,
  });
  return { kubeconfig: firstKubeconfig(found, identifier), identifier };
}

async function discoverVersion(settings: Settings, live: LiveCluster | undefined): Promise<string | undefined> {
  if (live === undefined || settings.aksAddon.target.revision !== undefined) return undefined;
  return live.istioVersion();
}

/**
 * The revision to pin. What the region offers is asked only in `prepare`: later the target exists, and a revision that
 * its region has meanwhile stopped offering must not stand in the way of a weight.
 */
async function chooseRevision(settings: Settings, istioVersion: string | undefined): Promise<string> {
  const { target, location, resourceManagerEndpoint } = settings.aksAddon;
  const pinned = target.revision ?? (istioVersion === undefined ? undefined : revisionFor(istioVersion));
  if (settings.phase !== "prepare" || settings.layer === "traffic") return pinned ?? "";
  const answer = await fetchRegionProfile(resourceManagerEndpoint, location);
  const checked = checkRevision({
    ...(target.revision === undefined ? {} : { revision: target.revision }),
    sourceIstioVersion: istioVersion ?? versionOf(target.revision ?? ""),
    kubernetesVersion: target.kubernetesVersion,
    ...(answer === undefined ? {} : { catalogue: valueOf(parseRegionProfile(JSON.parse(answer), location)) }),
    location,
  });
  const { revision, explanation } = valueOf(checked);
  await pulumi.log.info(explanation);
  return revision;
}

/** `1.31` of `asm-1-31`: a pinned revision stands for the source's minor where the source's version is not given. */
function versionOf(revision: string): string {
  return revision.replace(/^asm-/, "").replace("-", ".");
}

async function adoptedRoute(settings: Settings, live: LiveCluster | undefined): Promise<RoutePlan> {
  if (live === undefined) return { write: undefined, explanation: "the source is gone" };
  const plan = valueOf(await planAdoptedRoute(settings, live));
  if (plan.write !== undefined || isReleased(settings)) await pulumi.log.info(`Route: ${plan.explanation}.`);
  return plan;
}
