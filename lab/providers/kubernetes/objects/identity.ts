import { type Inputs, isRecord } from "../../kit/index";
import type { ObjectKey } from "../api/cluster";

/** What a Pulumi type token says: `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:ServicePatch`. */
export interface TokenKind {
  readonly apiVersion: string;
  /** The last part as written, with a possible suffix `Patch`. */
  readonly name: string;
}

/** @throws when the token is not of the form kubernetes:GROUP/VERSION:Kind */
export function parseToken(token: string): TokenKind {
  const match = /^kubernetes:([^:/]+)\/([^:/]+):([^:]+)$/.exec(token);
  const [, group, version, name] = match ?? [];
  if (group === undefined || version === undefined || name === undefined) {
    throw new Error(`The type "${token}" is not of the form kubernetes:GROUP/VERSION:Kind.`);
  }
  return { apiVersion: group === "core" ? version : `${group}/${version}`, name };
}

/** A Patch shares an object with others: its token has the suffix, the object itself does not. */
export function isPatch(token: string, object: Inputs): boolean {
  const { name } = parseToken(token);
  const kind = object["kind"];
  return typeof kind === "string" ? name === `${kind}Patch` : name.endsWith("Patch");
}

/** The object's identity, kind and apiVersion taken from the token where the object has none. */
export function keyOf(token: string, object: Inputs): ObjectKey {
  const fromToken = parseToken(token);
  const metadata = isRecord(object["metadata"]) ? object["metadata"] : {};
  const patch = isPatch(token, object);
  return {
    apiVersion: textOr(object["apiVersion"], fromToken.apiVersion),
    kind: textOr(object["kind"], patch ? fromToken.name.slice(0, -"Patch".length) : fromToken.name),
    namespace: textOr(metadata["namespace"], ""),
    name: textOr(metadata["name"], ""),
  };
}

/** A resource's id: `namespace/name`, or `name` for a cluster-scoped object. */
export function idOf(live: Inputs): string {
  const metadata = isRecord(live["metadata"]) ? live["metadata"] : {};
  const name = textOr(metadata["name"], "");
  const namespace = textOr(metadata["namespace"], "");
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** @throws when the id is neither NAME nor NAMESPACE/NAME */
export function parseId(id: string): { namespace: string; name: string } {
  const parts = id.split("/");
  if (id === "" || parts.length > 2 || parts.includes("")) {
    throw new Error(`The id "${id}" is neither NAME nor NAMESPACE/NAME: correct the import or get that names it.`);
  }
  return parts.length === 2 ? { namespace: parts[0] ?? "", name: parts[1] ?? "" } : { namespace: "", name: id };
}

/** For sentences: `VirtualService bookinfo/reviews`. */
export function describe(key: ObjectKey): string {
  return `${key.kind} ${key.namespace === "" ? key.name : `${key.namespace}/${key.name}`}`;
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === "string" && value !== "" ? value : fallback;
}
