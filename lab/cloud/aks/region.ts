import type { JsonObject } from "../json";

/** A mesh revision that the region offers, as `meshRevisionProfiles` shows it. */
export interface MeshRevision {
  readonly revision: string;
  readonly upgrades: readonly string[];
  readonly compatibleWith: readonly { readonly name: string; readonly versions: readonly string[] }[];
}

/** What the service can run in a region. */
export interface Region {
  readonly kubernetesVersion: string;
  readonly meshRevisions: readonly MeshRevision[];
}

/** "1.35" of "1.35.4". */
export function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}

/**
 * The lab's region offers exactly what the lab can run: one Kubernetes minor version and the mesh revision of its Istio.
 *
 * @param istioVersion for example "1.31.0"
 * @param kubernetesVersion for example "1.35.4"
 */
export function labRegion(istioVersion: string, kubernetesVersion: string): Region {
  const revision = `asm-${minorOf(istioVersion).replace(".", "-")}`;
  const compatibleWith = [{ name: "kubernetes", versions: [minorOf(kubernetesVersion)] }];
  return { kubernetesVersion, meshRevisions: [{ revision, upgrades: [], compatibleWith }] };
}

export function compatible(revision: MeshRevision, kubernetesVersion: string): boolean {
  return revision.compatibleWith.some((one) => one.versions.includes(minorOf(kubernetesVersion)));
}

/**
 * The revision that the service installs when none is asked for: the second newest that fits the cluster ("n-1"), or the only one.
 */
export function defaultRevision(region: Region, kubernetesVersion: string): string | undefined {
  const fitting = region.meshRevisions.filter((one) => compatible(one, kubernetesVersion));
  const newestFirst = fitting.map((one) => one.revision).sort((one, other) => minorNumber(other) - minorNumber(one));
  return newestFirst[1] ?? newestFirst[0];
}

function minorNumber(revision: string): number {
  return Number(revision.split("-")[2] ?? 0);
}

/** The resource `meshRevisionProfiles/istio` of a region. */
export function revisionProfile(subscription: string, location: string, region: Region): JsonObject {
  const type = "Microsoft.ContainerService/locations/meshRevisionProfiles";
  const id =
    `/subscriptions/${subscription}/providers/Microsoft.ContainerService/locations/${location}` +
    "/meshRevisionProfiles/istio";
  return { id, name: "istio", type, properties: { meshRevisions: region.meshRevisions } };
}

/** Resource Manager shows "West Europe" as "westeurope". */
export function normalLocation(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}
