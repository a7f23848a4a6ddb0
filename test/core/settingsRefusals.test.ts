import { describe, expect, it } from "vitest";
import { sentence } from "../../core/problems";
import { readSettings } from "../../core/settings";
import { settings } from "../stacks/aksAddon";

type Tree = Readonly<Record<string, unknown>>;

function refused(raw: unknown): readonly string[] {
  const result = readSettings(raw);
  if (result.ok) throw new Error("the settings were accepted");
  return result.problems.map(sentence);
}

const without = (tree: Tree, key: string): Tree =>
  Object.fromEntries(Object.entries(tree).filter(([name]) => name !== key));

const SOURCE = settings()["aksAddon"] as { source: Tree; target: Tree; route: Tree };

const BAD: readonly (readonly [reason: string, changes: Tree, sentences: readonly string[]])[] = [
  [
    "a weight above 100",
    { phase: "shift", weight: 101 },
    ["weight is 101, but a weight is an integer percent from 0 to 100; write a whole number from 0 to 100."],
  ],
  [
    "a fraction as weight",
    { phase: "shift", weight: "7.5" },
    ["weight is 7.5, but a weight is an integer percent from 0 to 100; write a whole number from 0 to 100."],
  ],
  [
    "a weight in phase prepare",
    { weight: 10 },
    [
      "weight is 10, but in phase prepare nothing that serves users is touched, so the weight is 0; verify the target first and set meshlift:phase to shift, or set meshlift:weight to 0.",
    ],
  ],
  [
    "retire below 100",
    { phase: "retire", weight: 90 },
    [
      'phase is "retire", but phase retire is allowed only at weight 100, and the weight is 90: users would still be served by the source; stay in phase shift until weight 100 is proven, then set meshlift:phase to retire.',
    ],
  ],
  [
    "a source released while users are on it",
    { phase: "shift", weight: 100, aksAddon: { retireSource: true } },
    [
      "aksAddon.retireSource is true, but the source is released only in phase retire, after users' DNS caches have moved to the target; set it to false, or set meshlift:phase to retire at weight 100 first.",
    ],
  ],
  [
    "a ramp that goes back",
    { ramp: [10, 5, 100] },
    ["ramp is [10,5,100], but each step of the ramp is greater than the one before; sort the steps and remove twins."],
  ],
  [
    "a ramp that stops early",
    { ramp: [10, 50] },
    ["ramp is [10,50], but the ramp ends at 100; add 100 as the last step."],
  ],
  [
    "two external gateways, as a list",
    { aksAddon: { target: { ingress: [{ mode: "External" }, { mode: "External" }] } } },
    [
      "aksAddon.target.ingress: the add-on serves at most one external and one internal ingress gateway, each either there (true) or not (false); write { external: true, internal: false }.",
    ],
  ],
  [
    "two external gateways, as a number",
    { aksAddon: { target: { ingress: { external: 2 } } } },
    [
      "aksAddon.target.ingress.external is 2, but the add-on serves at most one external and one internal ingress gateway, each either there (true) or not (false); write external: true or external: false.",
    ],
  ],
  [
    "no gateway at all",
    { aksAddon: { target: { ingress: { external: false } } } },
    [
      "aksAddon.target.ingress: without an ingress gateway no request can reach the target; set external or internal to true.",
    ],
  ],
  [
    "a revision that is none",
    { aksAddon: { target: { revision: "1.30" } } },
    [
      'aksAddon.target.revision is "1.30", but a revision of the add-on reads asm-MAJOR-MINOR; write a revision such as asm-1-31.',
    ],
  ],
  [
    "a revision of another minor",
    { aksAddon: { target: { revision: "asm-1-29" } } },
    [
      'aksAddon.target.revision is "asm-1-29", but the source runs Istio 1.30.2, and the migration guide for the add-on asks for the same minor version on both sides; write asm-1-30, or upgrade the source first.',
    ],
  ],
  [
    "a version that YAML took for a number",
    { aksAddon: { target: { kubernetesVersion: 1.3 } } },
    [
      'aksAddon.target.kubernetesVersion is 1.3, but a Kubernetes version is a text of two or three numbers, in quotes because YAML takes 1.30 for 1.3; write a version such as "1.35".',
    ],
  ],
  [
    "a misspelt key",
    { wieght: 1, aksAddon: { route: { virtualServise: {} } } },
    [
      'aksAddon.route.virtualServise: there is no such setting; did you mean "virtualService"? Otherwise remove it; known here: onForeignChange, routes, temporaryHost, virtualService.',
      'wieght: there is no such setting; did you mean "weight"? Otherwise remove it; known here: aksAddon, layer, migration, phase, platformStack, ramp, weight.',
    ],
  ],
  [
    "a key of a node pool that is not there",
    { aksAddon: { target: { nodePools: [{ name: "a", mode: "System", vmSize: "Standard_D2s_v5", counts: 2 }] } } },
    [
      "aksAddon.target.nodePools[0].count: it is required: the number of nodes is an integer from 1 to 1000; write a number of nodes such as 2.",
      'aksAddon.target.nodePools[0].counts: there is no such setting; did you mean "count"? Otherwise remove it; known here: count, mode, name, vmSize.',
    ],
  ],
  [
    "mappings that are missing or something else",
    { aksAddon: { target: undefined, route: "shop" } },
    [
      "aksAddon.target: it is required: it is a mapping with the keys ingress, kubernetesVersion, maintenance, meshConfig, name, nodePools, resourceGroup, revision; add the mapping.",
      "aksAddon.route: it is a mapping with the keys onForeignChange, routes, temporaryHost, virtualService; write a mapping.",
    ],
  ],
  [
    "an existing source found in two ways",
    {
      aksAddon: {
        source: { kind: "existing", kubernetesVersion: undefined, istioVersion: "1.30.2", kubeconfig: "private" },
      },
    },
    [
      "aksAddon.source: an existing source is found either by resourceGroup and name or by its kubeconfig, not by both and not by half; remove resourceGroup and name, or remove kubeconfig.",
    ],
  ],
  [
    "a temporary host that is the public one",
    { aksAddon: { route: { temporaryHost: "shop.example.com" } } },
    [
      'aksAddon.route.temporaryHost is "shop.example.com", but the temporary host is another name than the public host, or the source would send every request to the target; choose a name that nothing else uses, such as v2.shop.example.com.',
    ],
  ],
  [
    "a record that is not the public host",
    { aksAddon: { dns: { record: "www" } } },
    [
      'aksAddon.dns.record is "www", but record and zone make www.example.com, and users reach the service under publicHost shop.example.com; correct the record, the zone or publicHost so that they agree.',
    ],
  ],
  [
    "one cluster on both sides",
    { aksAddon: { target: { resourceGroup: "RG-OLD", name: "shop-old" } } },
    [
      'aksAddon.target.name is "shop-old", but source and target are two clusters; give the target another name or another resource group.',
    ],
  ],
  [
    "a traffic layer without its platform",
    { layer: "traffic" },
    [
      'platformStack is "", but layer traffic reads the clusters from the outputs of the platform stack, named in full; set meshlift:platformStack to organization/project/stack, such as organization/meshlift/prod-platform.',
    ],
  ],
  [
    "a namespace that is not the user's",
    { aksAddon: { namespaces: ["default", "kube-system"] } },
    [
      'aksAddon.namespaces[1] is "kube-system", but this namespace belongs to Kubernetes, AKS or Istio itself and takes no sidecars; list only the namespaces of your own workloads.',
    ],
  ],
  [
    "a source that vanished before its route was given back",
    {
      aksAddon: { source: { kind: "existing", kubernetesVersion: undefined, istioVersion: "1.30.2", removed: true } },
    },
    [
      "aksAddon.source.removed is true, but a source may be removed only after its route was given back and its temporary objects are gone; bring aksAddon.retireSource: true through an update first, with removed: false.",
    ],
  ],
  [
    "an existing source of unknown version after prepare",
    {
      phase: "shift",
      aksAddon: { source: { kind: "existing", kubernetesVersion: undefined, istioVersion: undefined } },
    },
    [
      "aksAddon.target.revision: after phase prepare the revision is no longer read from the running source, whose upgrade would otherwise change the target's mesh; write the revision that the stack's output `revision` shows.",
    ],
  ],
];

describe("settings that are wrong", () => {
  it.each(BAD)("are refused with their sentences: %s", (_, changes, sentences) => {
    expect(refused(settings(changes))).toEqual(sentences);
  });

  it("are all named at once, rules between keys included", () => {
    const target = { ...SOURCE.target, name: "-", revision: "asm-1-29" };
    const raw = {
      ...settings({ phase: "retire", weight: 90, ramp: [100, 10] }),
      aksAddon: { ...SOURCE, location: "West Europe", target },
    };
    expect(refused(raw).map((text) => text.split(/ is |:/)[0])).toEqual([
      "ramp",
      "ramp",
      "aksAddon.location",
      "aksAddon.target.name",
      "phase",
      "aksAddon.target.revision",
    ]);
  });

  it("say what is missing when there is nothing", () => {
    expect(refused({})).toEqual([
      "aksAddon: it is required: the settings of the migration aks-addon are a mapping; add the mapping aksAddon.",
    ]);
    expect(refused(without(settings(), "aksAddon")).length).toBe(1);
    expect(refused(undefined)).toEqual([
      "settings: the configuration is a mapping of keys; set the keys that Pulumi.yaml describes.",
    ]);
  });

  it("are never quoted where they may hold a secret", () => {
    const secret = "PRIVATE KEY";
    const texts = [
      refused({ ...settings(), aksAddon: `{ kubeconfig: ${secret}` }),
      refused(settings({ aksAddon: { source: secret } })),
      refused(settings({ aksAddon: { source: { kind: "existing", kubeconfig: [secret] } } })),
      refused(settings({ aksAddon: { source: { helmValues: { istiod: secret } } } })),
      refused(settings({ aksAddon: { target: { meshConfig: [{ token: secret }] } } })),
    ];
    expect(texts.flat().length).toBeGreaterThan(4);
    expect(texts.flat().filter((text) => text.includes(secret))).toEqual([]);
  });
});
