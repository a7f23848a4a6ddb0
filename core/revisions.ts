import { REVISION_TABLE, byRevision, minorOf, rank, type Catalogue } from "./catalogue";
import { didYouMean } from "./nearest";
import { accept, refuse, type Problem, type Result } from "./problems";

export { REVISION_TABLE, TABLE_DATE, parseRegionProfile, type Catalogue, type CatalogueRevision } from "./catalogue";

const REVISION_NAME = /^asm-[0-9]+-[0-9]+$/;

/** The revision of an Istio version: `asm-1-31` for `1.31.0`, `v1.31` or `1.31.0-alpha.1`; undefined if it is no version. */
export function revisionFor(istioVersion: string): string | undefined {
  const found = /^v?([0-9]+)\.([0-9]+)(?:[.+-].*)?$/.exec(istioVersion.trim());
  return found === null ? undefined : `asm-${Number(found[1])}-${Number(found[2])}`;
}

/** What is to be installed, and where. */
export interface RevisionQuestion {
  /** Default: the revision of the source's Istio. */
  readonly revision?: string;
  readonly sourceIstioVersion: string;
  /** Kubernetes version of the target, `1.35` or `1.35.4`. */
  readonly kubernetesVersion: string;
  /** Default: {@link REVISION_TABLE}. */
  readonly catalogue?: Catalogue;
  readonly location: string;
  /** The target has the long-term support plan. @default false */
  readonly longTermSupport?: boolean;
}

export interface RevisionAnswer {
  readonly revision: string;
  /** Why this one, and what the service would have done without: one or two sentences. */
  readonly explanation: string;
}

/**
 * The revision to pin for the target. It must be of the source's minor (the guide's prerequisite: behaviour may differ
 * between minors), be installable in the region, and go with the target's Kubernetes.
 */
export function checkRevision(question: RevisionQuestion): Result<RevisionAnswer> {
  const catalogue = question.catalogue ?? REVISION_TABLE;
  const derived = revisionFor(question.sourceIstioVersion);
  if (derived === undefined) {
    return refuse({
      path: "source Istio version",
      value: question.sourceIstioVersion,
      rule: "the target's revision follows from the source's Istio version, and this is none",
      remedy: "give the version that istiod reports, such as 1.30.2",
    });
  }
  const revision = question.revision ?? derived;
  const problems = [
    ...checkName(revision, catalogue),
    ...checkMinor(revision, derived, question, catalogue),
    ...checkKubernetes(revision, question, catalogue),
  ];
  if (problems.length > 0) return refuse(...problems);
  return accept({ revision, explanation: explain(revision, question, catalogue) });
}

const installable = (catalogue: Catalogue): string[] =>
  [...catalogue.revisions].sort(byRevision).map((each) => each.revision);
const istioOf = (revision: string): string => revision.replace(/^asm-/, "").replace("-", ".");

function checkName(revision: string, catalogue: Catalogue): Problem[] {
  const offered = installable(catalogue);
  const path = "target revision";
  if (!REVISION_NAME.test(revision)) {
    return [
      {
        path,
        value: revision,
        rule: "a revision is named asm-MAJOR-MINOR, as the service chooses the patch itself",
        remedy: `${didYouMean(revision, offered)}choose from ${offered.join(", ")}`,
      },
    ];
  }
  return [];
}

function checkMinor(revision: string, derived: string, question: RevisionQuestion, catalogue: Catalogue): Problem[] {
  if (!REVISION_NAME.test(revision)) return [];
  const offered = installable(catalogue);
  const known = `${catalogue.origin} offers ${offered.join(", ")}`;
  if (!offered.includes(derived)) {
    return [
      {
        path: "source Istio version",
        value: question.sourceIstioVersion,
        rule: `the target must have the source's minor, and ${derived} cannot be installed in ${question.location}: ${known}`,
        remedy: `upgrade the source's Istio to ${oneOf(offered.map(istioOf))} first`,
        source: "AKS guide to migrating from open source Istio, prerequisites",
      },
      ...(revision === derived || offered.includes(revision) ? [] : [unknownRevision(revision, known, offered)]),
    ];
  }
  if (!offered.includes(revision)) return [unknownRevision(revision, known, offered)];
  if (revision === derived) return [];
  return [
    {
      path: "target revision",
      value: revision,
      rule: `the target must have the minor of the source, which runs Istio ${question.sourceIstioVersion}`,
      remedy: `write ${derived}, or upgrade the source's Istio to ${istioOf(revision)} first`,
      source: "AKS guide to migrating from open source Istio, prerequisites",
    },
  ];
}

function unknownRevision(revision: string, known: string, offered: readonly string[]): Problem {
  return {
    path: "target revision",
    value: revision,
    rule: `the revision cannot be installed: ${known}`,
    remedy: `${didYouMean(revision, offered)}choose from ${offered.join(", ")}`,
  };
}

function checkKubernetes(revision: string, question: RevisionQuestion, catalogue: Catalogue): Problem[] {
  const entry = catalogue.revisions.find((each) => each.revision === revision);
  if (entry === undefined) return [];
  const minor = minorOf(question.kubernetesVersion);
  const path = "target Kubernetes version";
  if (minor === undefined) {
    return [
      {
        path,
        value: question.kubernetesVersion,
        rule: "this is no Kubernetes version",
        remedy: "write it as 1.35 or 1.35.4",
      },
    ];
  }
  if (entry.kubernetes.includes(minor) || (question.longTermSupport === true && entry.longTerm.includes(minor)))
    return [];
  const versions = [...entry.kubernetes].sort((a, b) => rank(a) - rank(b));
  if (entry.longTerm.includes(minor)) {
    return [
      {
        path,
        value: question.kubernetesVersion,
        rule: `${revision} goes with Kubernetes ${minor} only under the long-term support plan (${catalogue.origin})`,
        remedy: `choose Kubernetes ${oneOf(versions)}, or a cluster of tier Premium with support plan AKSLongTermSupport`,
      },
    ];
  }
  const others = catalogue.revisions.filter((each) => each.kubernetes.includes(minor)).map((each) => each.revision);
  const alternative = others.length === 0 ? "" : ` (${minor} goes with ${others.join(", ")})`;
  return [
    {
      path,
      value: question.kubernetesVersion,
      rule: `service mesh revision ${revision} is not compatible with Kubernetes ${minor}, says ${catalogue.origin}`,
      remedy: `choose Kubernetes ${oneOf(versions)}${alternative}`,
    },
  ];
}

function explain(revision: string, question: RevisionQuestion, catalogue: Catalogue): string {
  const offered = installable(catalogue);
  // Omitted, the service installs n-1 of what it offers, whatever the source runs (istio-deploy-addon, revision selection).
  const usual = offered.length > 1 ? offered[offered.length - 2] : offered[0];
  const which = offered.length > 1 ? `the newest but one of ${offered.join(", ")}` : "the only one offered";
  const without =
    usual === revision
      ? `the service's own default is the same today (${which}) and moves with every release, so it is pinned`
      : `without a pin the service would install its default, the newest but one: ${usual ?? "none"}`;
  const end = catalogue.revisions.find((each) => each.revision === revision)?.endOfLife;
  const support = end === undefined ? "" : ` Azure supports it until ${end}.`;
  return `${revision} is pinned, as the source runs Istio ${question.sourceIstioVersion} (by ${catalogue.origin}); ${without}.${support}`;
}

function oneOf(names: readonly string[]): string {
  return names.length <= 1 ? (names[0] ?? "(none)") : `one of {${names.join(", ")}}`;
}
