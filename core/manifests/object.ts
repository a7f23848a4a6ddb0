import { isObject } from "../json";

/** A Kubernetes object that has at least what every object needs: a type and a name. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** An object and the place it was written at. */
export interface Manifest {
  readonly file: string;
  /** Line of the file, counted from 1, at which the object's document (or its item of a List) begins. */
  readonly line: number;
  readonly object: KubernetesObject;
}

/** The group of an `apiVersion`: `networking.istio.io` of `networking.istio.io/v1`, empty for the core group. */
export function groupOf(object: Pick<KubernetesObject, "apiVersion">): string {
  const slash = object.apiVersion.indexOf("/");
  return slash < 0 ? "" : object.apiVersion.slice(0, slash);
}

/** "Gateway default/bookinfo-gateway"; without a namespace when the object names none. */
export function titleOf(object: KubernetesObject): string {
  const namespace = object.metadata.namespace;
  return `${object.kind} ${namespace === undefined ? "" : `${namespace}/`}${object.metadata.name}`;
}

/** "gateway.yaml:12", as editors and terminals link it. */
export function placeOf(manifest: Pick<Manifest, "file" | "line">): string {
  return `${manifest.file}:${manifest.line}`;
}

/** Whether the object belongs to one of Istio's own API groups. */
export function isIstio(object: Pick<KubernetesObject, "apiVersion">): boolean {
  return groupOf(object).endsWith(".istio.io");
}

/** Labels of an object as a plain mapping. */
export function labelsOf(object: KubernetesObject): Readonly<Record<string, string>> {
  return isObject(object.metadata.labels) ? object.metadata.labels : {};
}
