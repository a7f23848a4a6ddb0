import { type Inputs, splitPath } from "../../kit/index";
import { valueAt } from "./shape";

/** What the provider's arguments say about kinds that Kubernetes would let be changed in place. */
export interface MutableKinds {
  readonly configMaps: boolean;
  readonly secrets: boolean;
}

const POD_SPEC_IN_PLACE = new Set(["activeDeadlineSeconds", "tolerations"]);

// Fields that the API server refuses to change (API reference, "immutable"), by kind; `*` stands for any list position.
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  "apps/DaemonSet": ["spec.selector"],
  "apps/Deployment": ["spec.selector"],
  "apps/StatefulSet": [
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.selector",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
  "/PersistentVolumeClaim": [
    "spec.accessModes",
    "spec.resources",
    "spec.selector",
    "spec.storageClassName",
    "spec.volumeName",
  ],
  "/ResourceQuota": ["spec.scopes"],
  "/Service": ["spec.clusterIP"],
};

/**
 * The changed paths (of `diffValues`) that cannot be applied in place, so that the object must be made anew. ConfigMaps and
 * Secrets are replaced on any change of content by default: only then do the workloads that name them roll out again.
 */
export function replacedPaths(
  changed: readonly string[],
  object: { old: Inputs; now: Inputs; patch: boolean },
  mutable: MutableKinds,
): readonly string[] {
  const rules = [
    "metadata.name",
    "metadata.namespace",
    ...(object.patch ? [] : rulesFor(object.now, object.old, mutable)),
  ];
  return changed.filter((path) => rules.some((rule) => matches(rule, path, object)));
}

function rulesFor(now: Inputs, old: Inputs, mutable: MutableKinds): readonly string[] {
  const apiVersion = typeof now["apiVersion"] === "string" ? now["apiVersion"] : "";
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const kind = `${group}/${String(now["kind"])}`;
  const frozen = old["immutable"] === true;
  switch (kind) {
    case "/ConfigMap":
      return mutable.configMaps && !frozen ? [] : ["binaryData", "data", ...(frozen ? ["immutable"] : [])];
    case "/Secret":
      return mutable.secrets && !frozen ? ["type"] : ["data", "stringData", "type", ...(frozen ? ["immutable"] : [])];
    case "/Pod":
      return podRules(now, old);
    default:
      return IMMUTABLE[kind] ?? [];
  }
}

function podRules(now: Inputs, old: Inputs): readonly string[] {
  const specs = [valueAt(now, ["spec"]), valueAt(old, ["spec"])];
  const fields = new Set(specs.flatMap((spec) => Object.keys(spec ?? {})));
  return [...fields].filter((field) => !POD_SPEC_IN_PLACE.has(field)).map((field) => `spec.${field}`);
}

// A rule is met by a change below it, and by the coming or going of something that holds the ruled field.
function matches(rule: string, path: string, object: { old: Inputs; now: Inputs }): boolean {
  const ruled = rule.split(".");
  const changed = splitPath(path).filter((part): part is string => typeof part === "string");
  if (ruled.every((part, index) => changed[index] === part)) return true;
  if (!changed.every((part, index) => ruled[index] === part)) return false;
  return valueAt(object.old, ruled) !== undefined || valueAt(object.now, ruled) !== undefined;
}
