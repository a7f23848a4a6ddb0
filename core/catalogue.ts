import { isList, isObject, listAt, objectAt, textAt } from "./json";
import { accept, refuse, type Result } from "./problems";

/** Which revisions can be installed, and what each one goes with. */
export interface Catalogue {
  /** Where this is known from: a region's own answer, or the table and its date. For sentences. */
  readonly origin: string;
  readonly revisions: readonly CatalogueRevision[];
}

export interface CatalogueRevision {
  /** `asm-1-30`. */
  readonly revision: string;
  /** Kubernetes minors (`1.32`) it can be installed on with the official support plan. */
  readonly kubernetes: readonly string[];
  /** Kubernetes minors that need the long-term support plan (tier Premium) where they are not official too. */
  readonly longTerm: readonly string[];
  /** Revisions it can be upgraded to. */
  readonly upgrades: readonly string[];
  /** When Azure's support for it ends, as far as announced. */
  readonly endOfLife?: string;
}

/** Day of the documents that the table below was read from. */
export const TABLE_DATE = "2026-08-21";

/**
 * Revisions that still took new installations on {@link TABLE_DATE} (istio-support-policy: a deprecated revision takes
 * none; asm-1-27 was deprecated on 2026-05-29). A region's own answer is always better: the calendar moves monthly.
 */
export const REVISION_TABLE: Catalogue = {
  origin: `the table of ${TABLE_DATE}`,
  revisions: [
    tabled("asm-1-28", 30, 35, ["asm-1-29", "asm-1-30"], "about August 2026"),
    tabled("asm-1-29", 31, 36, ["asm-1-30"], "about September 2026"),
    tabled("asm-1-30", 32, 36, [], "about December 2026"),
  ],
};

function tabled(
  revision: string,
  first: number,
  last: number,
  upgrades: readonly string[],
  endOfLife: string,
): CatalogueRevision {
  const minors = Array.from({ length: last - first + 1 }, (_, step) => `1.${first + step}`);
  return { revision, kubernetes: minors, longTerm: minors, upgrades, endOfLife };
}

/**
 * The catalogue in a region's answer to `meshRevisionProfiles`, either the list or the single profile `istio`.
 *
 * Lenient where the service itself varies: names of the compatible products are compared case-insensitively
 * (`kubernetes`, `KubernetesOfficial`, `AKSLongTermSupport`), revisions come as `asm-1-30` and as `1-30`.
 */
export function parseRegionProfile(answer: unknown, location: string): Result<Catalogue> {
  const profiles = isObject(answer) && isList(answer["value"]) ? answer["value"] : [answer];
  const istio = profiles.filter((profile) => (textAt(profile, "name") ?? "istio").toLowerCase() === "istio");
  const entries = istio.flatMap((profile) => listAt(objectAt(profile, "properties") ?? profile, "meshRevisions"));
  const revisions = entries.flatMap((entry) => {
    const revision = normalise(textAt(entry, "revision") ?? "");
    return revision === undefined ? [] : [readRevision(revision, entry)];
  });
  if (revisions.length > 0) return accept({ origin: `region ${location}`, revisions: revisions.sort(byRevision) });
  return refuse({
    path: `meshRevisionProfiles of ${location}`,
    value: answer,
    rule: "the region's answer names no Istio revision that could be read",
    remedy: `check that the Istio add-on is offered there: az aks mesh get-revisions --location ${location}`,
  });
}

function readRevision(revision: string, entry: unknown): CatalogueRevision {
  const versionsOf = (wanted: (name: string) => boolean): string[] =>
    listAt(entry, "compatibleWith")
      .filter((each) => wanted((textAt(each, "name") ?? "").toLowerCase()))
      .flatMap((each) => listAt(each, "versions").map((version) => minorOf(String(version))))
      .filter((minor) => minor !== undefined);
  return {
    revision,
    kubernetes: versionsOf((name) => name.startsWith("kubernetes")),
    longTerm: versionsOf((name) => name.includes("longterm") || name.includes("lts")),
    upgrades: listAt(entry, "upgrades").flatMap((upgrade) => normalise(String(upgrade)) ?? []),
  };
}

function normalise(revision: string): string | undefined {
  const found = /^(?:asm-)?([0-9]+)[-.]([0-9]+)$/i.exec(revision.trim());
  return found === null ? undefined : `asm-${Number(found[1])}-${Number(found[2])}`;
}

/** `1.35` of `1.35`, `v1.35.4` or `1.35.4-aks.1`; undefined if it is no version. */
export function minorOf(version: string): string | undefined {
  const found = /^v?([0-9]+)\.([0-9]+)(?:[.+-].*)?$/.exec(version.trim());
  return found === null ? undefined : `${Number(found[1])}.${Number(found[2])}`;
}

/** Orders catalogue entries from the oldest to the newest. */
export function byRevision(a: CatalogueRevision, b: CatalogueRevision): number {
  return rank(a.revision) - rank(b.revision);
}

/** Order of revisions and of Kubernetes minors: `asm-1-9` before `asm-1-10`. */
export function rank(name: string): number {
  const [major = 0, minor = 0] = (name.match(/[0-9]+/g) ?? []).map(Number);
  return major * 10_000 + minor;
}
