import { isObject, listAt, objectAt, textAt, type JsonObject } from "./json";
import { phaseProblems } from "./phase";
import type { Problem } from "./problems";

/**
 * Rules that join several settings. They read raw values of any shape, so that they can speak in the same answer as
 * the rules for single values.
 */
export function crossFieldProblems(raw: unknown): readonly Problem[] {
  if (!isObject(raw)) return [];
  const aks = objectAt(raw, "aksAddon") ?? {};
  return [
    ...phaseProblems(raw),
    ...layerProblems(raw),
    ...sourceProblems(aks),
    ...removedProblems(aks),
    ...nameProblems(aks),
    ...revisionProblems(raw, aks),
    ...namespaceProblems(aks),
  ];
}

function layerProblems(raw: JsonObject): readonly Problem[] {
  const platform = raw["platformStack"];
  if (raw["layer"] !== "traffic" || (typeof platform === "string" && /^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(platform)))
    return [];
  return [
    {
      path: "platformStack",
      ...(typeof platform === "string" ? { value: platform } : {}),
      rule: "layer traffic reads the clusters from the outputs of the platform stack, named in full",
      remedy: "set meshlift:platformStack to organization/project/stack, such as organization/meshlift/prod-platform",
    },
  ];
}

function sourceProblems(aks: JsonObject): readonly Problem[] {
  const source = objectAt(aks, "source");
  if (source?.["kind"] !== "existing") return [];
  const byName = [source["resourceGroup"], source["name"]].filter((value) => value !== undefined).length;
  const byKubeconfig = source["kubeconfig"] !== undefined;
  if ((byKubeconfig && byName === 0) || (!byKubeconfig && byName === 2)) return [];
  return [
    {
      path: "aksAddon.source",
      rule: "an existing source is found either by resourceGroup and name or by its kubeconfig, not by both and not by half",
      remedy: byKubeconfig
        ? "remove resourceGroup and name, or remove kubeconfig"
        : "give both resourceGroup and name, or kubeconfig as a secret",
    },
  ];
}

function removedProblems(aks: JsonObject): readonly Problem[] {
  if (objectAt(aks, "source")?.["removed"] !== true || aks["retireSource"] === true) return [];
  return [
    {
      path: "aksAddon.source.removed",
      value: true,
      rule: "a source may be removed only after its route was given back and its temporary objects are gone",
      remedy: "bring aksAddon.retireSource: true through an update first, with removed: false",
    },
  ];
}

function nameProblems(aks: JsonObject): readonly Problem[] {
  const problems: Problem[] = [];
  const publicHost = textAt(aks, "publicHost");
  const temporaryHost = textAt(objectAt(aks, "route"), "temporaryHost");
  if (publicHost !== undefined && publicHost === temporaryHost) {
    problems.push({
      path: "aksAddon.route.temporaryHost",
      value: temporaryHost,
      rule: "the temporary host is another name than the public host, or the source would send every request to the target",
      remedy: `choose a name that nothing else uses, such as v2.${publicHost}`,
    });
  }
  const dns = objectAt(aks, "dns");
  const zone = textAt(dns, "zone");
  const record = textAt(dns, "record");
  if (publicHost !== undefined && zone !== undefined && record !== undefined) {
    const name = record === "@" ? zone : `${record}.${zone}`;
    if (name !== publicHost) {
      problems.push({
        path: "aksAddon.dns.record",
        value: record,
        rule: `record and zone make ${name}, and users reach the service under publicHost ${publicHost}`,
        remedy: "correct the record, the zone or publicHost so that they agree",
      });
    }
  }
  const source = objectAt(aks, "source");
  const target = objectAt(aks, "target");
  if (
    same(textAt(source, "name"), textAt(target, "name")) &&
    same(textAt(source, "resourceGroup"), textAt(target, "resourceGroup"))
  ) {
    problems.push({
      path: "aksAddon.target.name",
      value: textAt(target, "name"),
      rule: "source and target are two clusters",
      remedy: "give the target another name or another resource group",
    });
  }
  return problems;
}

/** Azure compares names without regard to case. */
function same(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}

const PINNING = "the migration guide for the add-on asks for the same minor version on both sides";

function revisionProblems(raw: JsonObject, aks: JsonObject): readonly Problem[] {
  const source = objectAt(aks, "source");
  const version = source?.["istioVersion"];
  const revision = objectAt(aks, "target")?.["revision"];
  if (typeof version === "string" && typeof revision === "string") {
    const minor = /^1\.(\d+)\./.exec(version)?.[1];
    if (minor === undefined || !/^asm-\d+-\d+$/.test(revision) || revision === `asm-1-${minor}`) return [];
    return [
      {
        path: "aksAddon.target.revision",
        value: revision,
        rule: `the source runs Istio ${version}, and ${PINNING}`,
        remedy: `write asm-1-${minor}, or upgrade the source first`,
      },
    ];
  }
  const phase = raw["phase"] ?? "prepare";
  if (source?.["kind"] !== "existing" || version !== undefined || revision !== undefined || phase === "prepare")
    return [];
  return [
    {
      path: "aksAddon.target.revision",
      rule: "after phase prepare the revision is no longer read from the running source, whose upgrade would otherwise change the target's mesh",
      remedy: "write the revision that the stack's output `revision` shows",
    },
  ];
}

const MANAGED = /^(aks-istio-.*|istio-system|kube-.*|gatekeeper-system)$/;

function namespaceProblems(aks: JsonObject): readonly Problem[] {
  return listAt(aks, "namespaces").flatMap((name, index) =>
    typeof name === "string" && MANAGED.test(name)
      ? [
          {
            path: `aksAddon.namespaces[${String(index)}]`,
            value: name,
            rule: "this namespace belongs to Kubernetes, AKS or Istio itself and takes no sidecars",
            remedy: "list only the namespaces of your own workloads",
          },
        ]
      : [],
  );
}
