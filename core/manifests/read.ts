import { isList, isObject } from "../json";
import { accept, refuse, show, type Problem, type Result } from "../problems";
import { readDocuments } from "./documents";
import { groupOf, placeOf, type KubernetesObject, type Manifest } from "./object";

export type { KubernetesObject, Manifest } from "./object";

/** A file's name, as it is to be quoted, and its content. */
export interface ManifestFile {
  readonly file: string;
  readonly text: string;
}

/**
 * Every Kubernetes object in the files, in the order written; `kind: List` is taken apart, empty documents are skipped.
 *
 * Refuses with all problems at once, each with its file and line: what is no YAML, what is no Kubernetes object (no
 * mapping; apiVersion, kind or metadata.name missing), labels and annotations that are no text, and the same object
 * twice (both places are named). Scalars mean what they mean to kubectl.
 */
export function readManifests(files: readonly ManifestFile[]): Result<readonly Manifest[]> {
  const problems: Problem[] = [];
  const manifests: Manifest[] = [];
  for (const { file, text } of files) {
    const read = readDocuments(file, text);
    problems.push(...read.problems);
    for (const document of read.documents)
      collect(file, document.line, document.value, document.itemLines, manifests, problems);
  }
  problems.push(...duplicates(manifests));
  return problems.length === 0 ? accept(manifests) : refuse(...problems);
}

function collect(
  file: string,
  line: number,
  value: unknown,
  itemLines: readonly number[],
  manifests: Manifest[],
  problems: Problem[],
): void {
  if (isObject(value) && typeof value["kind"] === "string" && /List$/.test(value["kind"]) && isList(value["items"])) {
    value["items"].forEach((item, index) => {
      collect(file, itemLines[index] ?? line, withType(item, value), [], manifests, problems);
    });
    return;
  }
  const found = checkObject(`${file}:${line}`, value);
  problems.push(...found);
  if (found.length === 0) manifests.push({ file, line, object: value as KubernetesObject });
}

/** Items of a typed list (`ConfigMapList`) may leave their type to the list; those of a plain List may not. */
function withType(item: unknown, list: Readonly<Record<string, unknown>>): unknown {
  const kind = String(list["kind"]).slice(0, -"List".length);
  if (!isObject(item) || kind === "" || item["kind"] !== undefined || item["apiVersion"] !== undefined) return item;
  return { apiVersion: list["apiVersion"], kind, ...item };
}

function checkObject(place: string, value: unknown): Problem[] {
  // A file of another kind (Helm values, say) deserves one sentence, not one for each key it lacks.
  if (!isObject(value) || (value["apiVersion"] === undefined && value["kind"] === undefined)) {
    return [
      {
        path: place,
        value,
        rule: "a manifest is a mapping with apiVersion, kind and metadata",
        remedy: "write a Kubernetes object here, or remove the document",
      },
    ];
  }
  const metadata = value["metadata"];
  const title = typeof value["kind"] === "string" ? ` ${value["kind"]}` : "";
  const problems = ["apiVersion", "kind"].flatMap((key) => checkText(`${place}${title}`, key, value[key]));
  if (!isObject(metadata)) {
    return [...problems, ...checkText(`${place}${title}`, "metadata.name", undefined)];
  }
  if (metadata["name"] === undefined && metadata["generateName"] !== undefined) {
    problems.push({
      path: `${place}${title} metadata.generateName`,
      value: metadata["generateName"],
      rule: "an object with a generated name would be created anew by every update",
      remedy: "give it a fixed metadata.name",
    });
  } else {
    problems.push(...checkText(`${place}${title}`, "metadata.name", metadata["name"]));
  }
  if (metadata["namespace"] !== undefined) {
    problems.push(...checkText(`${place}${title}`, "metadata.namespace", metadata["namespace"]));
  }
  return [
    ...problems,
    ...["labels", "annotations"].flatMap((key) => checkTexts(`${place}${title}`, key, metadata[key])),
  ];
}

function checkText(place: string, key: string, value: unknown): Problem[] {
  if (typeof value === "string" && value !== "") return [];
  return [
    {
      path: `${place} ${key}`,
      ...(value === undefined ? {} : { value }),
      rule: `every Kubernetes object needs ${key} as text`,
      remedy: value === undefined || value === "" || value === null ? `add ${key}` : `put ${show(value)} in quotes`,
    },
  ];
}

function checkTexts(place: string, key: string, value: unknown): Problem[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) {
    return [
      { path: `${place} metadata.${key}`, value, rule: `${key} are a mapping`, remedy: `write name: "value" pairs` },
    ];
  }
  return Object.entries(value)
    .filter(([, text]) => typeof text !== "string" && text !== null)
    .map(([name, text]) => ({
      path: `${place} metadata.${key}["${name}"]`,
      value: text,
      rule: `the API server takes only text in ${key}`,
      remedy: "put the value in quotes",
    }));
}

function duplicates(manifests: readonly Manifest[]): Problem[] {
  const seen = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const { object } = manifest;
    const { name, namespace } = object.metadata;
    // The version does not tell objects apart (v1beta1 and v1 of one name are one object to the API server), and an
    // object without a namespace goes to "default".
    const identity = JSON.stringify([groupOf(object), object.kind, namespace ?? "default", name]);
    const first = seen.get(identity);
    if (first === undefined) {
      seen.set(identity, manifest);
      return [];
    }
    return [
      {
        path: `${placeOf(manifest)} ${object.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
        rule: `the same object already stands at ${placeOf(first)}, and one of the two would undo the other`,
        remedy: "keep one of them",
      },
    ];
  });
}
