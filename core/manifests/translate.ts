import type { Problem } from "../problems";
import { accept, refuse, type Result } from "../problems";
import type { AddonOptions, Draft, Translation, TranslationNote } from "./addon";
import { refuseBlocked } from "./blockedKinds";
import { credentialNames, translateGateway, translateMatchedPorts } from "./gateways";
import { stripServerFields, translateLabels } from "./labels";
import { groupOf, type KubernetesObject, type Manifest } from "./object";
import { translateNames, translateNamespace, translateWorkloadSelector } from "./references";

export type { AddonOptions, TranslationNote } from "./addon";
export { namespaceLabels } from "./labels";

/** The objects for the target, and what was done to them. */
export interface Translated {
  readonly manifests: readonly Manifest[];
  readonly notes: readonly TranslationNote[];
}

/**
 * The user's objects as the add-on takes them: gateway selectors and ports, namespaces, labels, names of the gateway,
 * and without what only a cluster can say. Refuses, all at once, what the add-on denies or cannot serve.
 *
 * Translating twice changes nothing more. The input is never changed.
 */
export function translateForAddon(manifests: readonly Manifest[], options: AddonOptions): Result<Translated> {
  const all: Required<AddonOptions> = {
    sourceIngress: { namespace: "istio-system", service: "istio-ingressgateway" },
    sourceRootNamespace: "istio-system",
    namespaces: [],
    ...options,
  };
  const notes: TranslationNote[] = [];
  const problems: Problem[] = [];
  const credentials = new Set(
    manifests.flatMap(({ object }) => (object.kind === "Gateway" ? credentialNames(object) : [])),
  );
  const translated = manifests.map((manifest) => {
    const draft = structuredClone(manifest.object) as Draft;
    translateOne({ options: all, manifest, draft, notes, problems }, credentials);
    return { ...manifest, object: draft as KubernetesObject };
  });
  return problems.length === 0 ? accept({ manifests: translated, notes }) : refuse(...problems);
}

function translateOne(on: Translation, credentials: ReadonlySet<string>): void {
  const before = on.problems.length;
  refuseBlocked(on);
  if (on.problems.length > before) return;
  stripServerFields(on);
  translateLabels(on);
  const { object } = on.manifest;
  if (groupOf(object) === "networking.istio.io" && object.kind === "Gateway") translateGateway(on);
  if (groupOf(object) === "networking.istio.io" && object.kind === "VirtualService") translateMatchedPorts(on);
  const atGateway = translateWorkloadSelector(on);
  translateNamespace(on, atGateway, credentials);
  translateNames(on);
}
