import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentence, type Result } from "../../core/problems";
import {
  REVISION_TABLE,
  TABLE_DATE,
  checkRevision,
  parseRegionProfile,
  revisionFor,
  type Catalogue,
  type RevisionQuestion,
} from "../../core/revisions";

const sentences = (result: Result<unknown>): readonly string[] => (result.ok ? [] : result.problems.map(sentence));
const ask = (more: Partial<RevisionQuestion> = {}): Result<unknown> =>
  checkRevision({ sourceIstioVersion: "1.29.2", kubernetesVersion: "1.35.4", location: "westeurope", ...more });

describe("the revision of an Istio version", () => {
  it.each([
    ["1.31.0", "asm-1-31"],
    ["1.31", "asm-1-31"],
    ["v1.30.2-2", "asm-1-30"],
    ["1.28.9-distroless", "asm-1-28"],
    ["1.31.0-alpha.abc", "asm-1-31"],
    ["latest", undefined],
    ["1", undefined],
    ["1.31x", undefined],
    ["", undefined],
  ])("of %s is %s", (version, revision) => {
    expect(revisionFor(version)).toBe(revision);
  });
});

describe("the built-in table", () => {
  it("is what could be newly installed on its date", () => {
    expect(TABLE_DATE).toBe("2026-08-21");
    expect(
      REVISION_TABLE.revisions.map(({ revision, kubernetes, longTerm }) => [revision, kubernetes, longTerm]),
    ).toEqual([
      ["asm-1-28", ["1.30", "1.31", "1.32", "1.33", "1.34", "1.35"], ["1.30", "1.31", "1.32", "1.33", "1.34", "1.35"]],
      ["asm-1-29", ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36"], ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36"]],
      ["asm-1-30", ["1.32", "1.33", "1.34", "1.35", "1.36"], ["1.32", "1.33", "1.34", "1.35", "1.36"]],
    ]);
  });
});

const entry = (
  revision: string,
  upgrades: readonly string[],
  names: readonly [string, readonly string[]][],
): unknown => ({
  revision,
  upgrades,
  compatibleWith: names.map(([name, versions]) => ({ name, versions })),
});
const profile = (...meshRevisions: readonly unknown[]): unknown => ({ name: "istio", properties: { meshRevisions } });

describe("a region's answer", () => {
  it.each([
    ["the single profile", (one: unknown) => one],
    ["the list of profiles", (one: unknown) => ({ value: [{ name: "other", properties: {} }, one] })],
    ["a profile without its envelope", (one: unknown) => (one as { properties: unknown }).properties],
  ])("is read as %s, in both spellings of names and revisions", (_, wrap) => {
    const answer = wrap(
      profile(
        entry(
          "asm-1-31",
          [],
          [
            ["kubernetesofficial", ["1.34", "1.35.2"]],
            ["AKSLongTermSupport", ["1.31"]],
          ],
        ),
        entry("1-30", ["1-31"], [["Kubernetes", ["1.33"]]]),
      ),
    );
    expect(parseRegionProfile(answer, "westeurope")).toEqual({
      ok: true,
      value: {
        origin: "region westeurope",
        revisions: [
          { revision: "asm-1-30", kubernetes: ["1.33"], longTerm: [], upgrades: ["asm-1-31"] },
          { revision: "asm-1-31", kubernetes: ["1.34", "1.35"], longTerm: ["1.31"], upgrades: [] },
        ],
      },
    });
  });

  it("is refused when it names no revision", () => {
    expect(sentences(parseRegionProfile({ value: [] }, "moon"))).toEqual([
      'meshRevisionProfiles of moon is {"value":[]}, but the region\'s answer names no Istio revision that could be read; check that the Istio add-on is offered there: az aks mesh get-revisions --location moon.',
    ]);
  });

  it("gets a sentence or a catalogue, never an exception, whatever it is", () => {
    fc.assert(
      fc.property(fc.anything(), (answer) => {
        const result = parseRegionProfile(answer, "x");
        if (!result.ok) result.problems.forEach((problem) => expect(sentence(problem)).toMatch(/\.$/));
      }),
    );
  });
});

describe("choosing a revision", () => {
  it("derives it from the source, and says what the service would have done", () => {
    expect(checkRevision({ sourceIstioVersion: "1.30.2", kubernetesVersion: "1.35", location: "westeurope" })).toEqual({
      ok: true,
      value: {
        revision: "asm-1-30",
        explanation:
          "asm-1-30 is pinned, as the source runs Istio 1.30.2 (by the table of 2026-08-21); without a pin the service would install its default, the newest but one: asm-1-29. Azure supports it until about December 2026.",
      },
    });
    const usual = ask({ revision: "asm-1-29" });
    expect(usual.ok && (usual.value as { explanation: string }).explanation).toContain(
      "the service's own default is the same today (the newest but one of asm-1-28, asm-1-29, asm-1-30)",
    );
  });

  it("goes by the region rather than the table", () => {
    const catalogue: Catalogue = {
      origin: "region lab",
      revisions: [{ revision: "asm-1-31", kubernetes: ["1.35"], longTerm: [], upgrades: [] }],
    };
    expect(ask({ sourceIstioVersion: "1.31.0", catalogue })).toEqual({
      ok: true,
      value: {
        revision: "asm-1-31",
        explanation:
          "asm-1-31 is pinned, as the source runs Istio 1.31.0 (by region lab); the service's own default is the same today (the only one offered) and moves with every release, so it is pinned.",
      },
    });
    expect(sentences(ask({ sourceIstioVersion: "1.30.0", catalogue }))).toEqual([
      "source Istio version is \"1.30.0\", but the target must have the source's minor, and asm-1-30 cannot be installed in westeurope: region lab offers asm-1-31; upgrade the source's Istio to 1.31 first (AKS guide to migrating from open source Istio, prerequisites).",
    ]);
  });

  it("refuses a source that is too old, or too new, with the way out", () => {
    expect(sentences(ask({ sourceIstioVersion: "1.26.1" }))).toEqual([
      "source Istio version is \"1.26.1\", but the target must have the source's minor, and asm-1-26 cannot be installed in westeurope: the table of 2026-08-21 offers asm-1-28, asm-1-29, asm-1-30; upgrade the source's Istio to one of {1.28, 1.29, 1.30} first (AKS guide to migrating from open source Istio, prerequisites).",
    ]);
    expect(ask({ sourceIstioVersion: "1.31.0" }).ok).toBe(false);
    expect(sentences(ask({ sourceIstioVersion: "latest" }))[0]).toMatch(/^source Istio version is "latest", but/);
  });

  it("refuses another minor than the source's", () => {
    expect(sentences(ask({ revision: "asm-1-30" }))).toEqual([
      'target revision is "asm-1-30", but the target must have the minor of the source, which runs Istio 1.29.2; write asm-1-29, or upgrade the source\'s Istio to 1.30 first (AKS guide to migrating from open source Istio, prerequisites).',
    ]);
  });

  it("refuses unknown and misspelt revisions with the nearest", () => {
    expect(sentences(ask({ revision: "asm-1-99" }))).toEqual([
      'target revision is "asm-1-99", but the revision cannot be installed: the table of 2026-08-21 offers asm-1-28, asm-1-29, asm-1-30; did you mean "asm-1-29"? Otherwise choose from asm-1-28, asm-1-29, asm-1-30.',
    ]);
    expect(sentences(ask({ revision: "asm-1.29" }))[0]).toContain('did you mean "asm-1-29"');
    expect(sentences(ask({ revision: "asm-1-99", sourceIstioVersion: "1.20.0" }))).toHaveLength(2);
  });

  it("refuses a Kubernetes version that the revision does not go with, and names those that do", () => {
    expect(sentences(ask({ kubernetesVersion: "1.30.4" }))).toEqual([
      'target Kubernetes version is "1.30.4", but service mesh revision asm-1-29 is not compatible with Kubernetes 1.30, says the table of 2026-08-21; choose Kubernetes one of {1.31, 1.32, 1.33, 1.34, 1.35, 1.36} (1.30 goes with asm-1-28).',
    ]);
    expect(sentences(ask({ kubernetesVersion: "newest" }))[0]).toContain("this is no Kubernetes version");
  });

  it("takes a version of the long-term plan only under that plan", () => {
    const catalogue: Catalogue = {
      origin: "region x",
      revisions: [{ revision: "asm-1-29", kubernetes: ["1.35"], longTerm: ["1.30"], upgrades: [] }],
    };
    expect(sentences(ask({ kubernetesVersion: "1.30", catalogue }))[0]).toContain("tier Premium");
    expect(ask({ kubernetesVersion: "1.30", catalogue, longTermSupport: true }).ok).toBe(true);
  });
});
