import { describe, expect, it } from "vitest";
import { deploy } from "./aksAddon";
import { useRegion } from "./apiServer";

type Tree = Readonly<Record<string, unknown>>;

const { at } = useRegion();

describe("a mistake", () => {
  const REFUSALS: readonly (readonly [reason: string, changes: Tree, aksAddon: Tree, sentence: RegExp])[] = [
    [
      "a revision that the region does not offer",
      {},
      { source: { istioVersion: "1.31.0" } },
      /^source Istio version is "1.31.0", but .* asm-1-31 cannot be installed in westeurope: region westeurope offers asm-1-29, asm-1-30; upgrade the source's Istio to one of \{1.29, 1.30\} first/,
    ],
    [
      "a Kubernetes version that the revision does not go with",
      {},
      { target: { kubernetesVersion: "1.36" } },
      /^target Kubernetes version is "1.36", but service mesh revision asm-1-30 is not compatible with Kubernetes 1.36/,
    ],
    [
      "a blocked field of the mesh configuration",
      {},
      { target: { meshConfig: { rootNamespace: "mine" } } },
      /^aksAddon.target.meshConfig.rootNamespace is "mine", but the add-on blocks this field; /,
    ],
    ["a manifest with a YAML error", {}, { manifests: ["broken.yaml", "routing.yaml"] }, /^broken.yaml:\d+.*; .*\.$/],
    [
      "a manifest that is not there",
      {},
      { manifests: ["routing.yaml", "absent.yaml"] },
      /^aksAddon.manifests\[1\] is "absent.yaml", but the file cannot be read \(ENOENT; looked for .*absent.yaml\); correct the path/,
    ],
    [
      "a VirtualService that is not among the manifests",
      {},
      { route: { virtualService: { name: "shopp" } } },
      /^aksAddon.route.virtualService is "default\/shopp", but there is no such VirtualService among the manifests of the source; add the file that holds it, or name one of: VirtualService shop\.$/,
    ],
    ["a route that is not there", { phase: "shift", weight: 10 }, { route: { routes: ["#7"] } }, /^.*#7.*\.$/],
  ];

  it.each(REFUSALS)("is one sentence, before anything is declared: %s", async (_, top, aksAddon, sentence) => {
    const failure = await deploy(at(top, aksAddon)).then(
      () => new Error("nothing was refused"),
      (error: unknown) => error as Error,
    );
    expect(failure.message).toMatch(sentence);
    expect(failure.message.split("\n")).toHaveLength(1);
    // Pulumi prints errors of this kind without a stack trace.
    expect((failure as unknown as { __pulumiRunError?: boolean }).__pulumiRunError).toBe(true);
  });
});
