import {
  type CheckFailure,
  type CheckRequest,
  type Inputs,
  isRecord,
  markSecretsLike,
  randomHex,
  unwrapSecrets,
} from "../../kit/index";
import { AUTONAMED, isAnnotatedTrue } from "./annotations";
import { isPatch, parseToken } from "./identity";
import { valueAt, withValueAt } from "./shape";

const NAME_SUFFIX_DIGITS = 8;

/** Inputs with apiVersion, kind, name and namespace filled in, and what is wrong with them. */
export function checkObject(
  request: CheckRequest,
  scope: { namespaced: boolean; defaultNamespace: string },
): { inputs: Inputs; failures: readonly CheckFailure[] } {
  let object = unwrapSecrets(request.news);
  const patch = isPatch(request.type, object);
  const failures = failuresOf(object, patch);
  if (failures.length === 0) {
    object = withKind(object, request.type, patch);
    if (!patch) object = withName(object, request);
    // Metadata that is wholly unknown may bring a namespace.
    const known = object["metadata"] === undefined || isRecord(object["metadata"]);
    const unset = known && isAbsent(valueAt(object, ["metadata", "namespace"]));
    if (scope.namespaced && unset && scope.defaultNamespace !== "") {
      object = withValueAt(object, ["metadata", "namespace"], scope.defaultNamespace);
    }
  }
  const marked = markSecretsLike(object, request.news);
  return { inputs: isRecord(marked) ? marked : object, failures };
}

function failuresOf(object: Inputs, patch: boolean): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  const kind = object["kind"];
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(object["items"])) {
    failures.push({ property: "kind", reason: `A ${kind} cannot be a resource: declare its items one by one.` });
  }
  if (patch && isAbsent(valueAt(object, ["metadata", "name"]))) {
    failures.push({
      property: "metadata.name",
      reason: "A Patch changes an object that exists: set metadata.name to that object's name.",
    });
  }
  if (!isAbsent(valueAt(object, ["metadata", "generateName"]))) {
    failures.push({
      property: "metadata.generateName",
      reason: "generateName cannot be used with server-side apply: set metadata.name, or neither for a generated name.",
    });
  }
  return failures;
}

function withKind(object: Inputs, type: string, patch: boolean): Inputs {
  const { apiVersion, name } = parseToken(type);
  return {
    ...object,
    apiVersion: object["apiVersion"] ?? apiVersion,
    kind: object["kind"] ?? (patch ? name.slice(0, -"Patch".length) : name),
  };
}

function withName(object: Inputs, request: CheckRequest): Inputs {
  if (!isAbsent(valueAt(object, ["metadata", "name"]))) return object;
  // Metadata that is not known yet may bring a name.
  if (object["metadata"] !== undefined && !isRecord(object["metadata"])) return object;
  const olds = unwrapSecrets(request.olds);
  const oldName = valueAt(olds, ["metadata", "name"]);
  const keep = typeof oldName === "string" && isAnnotatedTrue(olds, AUTONAMED);
  const suffix = randomHex(request.randomSeed, request.urn, NAME_SUFFIX_DIGITS);
  // Object names must be lower case (RFC 1123); resource names need not be.
  const name = keep ? oldName : `${request.name.toLowerCase()}-${suffix}`;
  return withValueAt(withValueAt(object, ["metadata", "name"], name), ["metadata", "annotations", AUTONAMED], "true");
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
