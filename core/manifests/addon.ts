import type { Problem } from "../problems";
import { placeOf, titleOf, type Manifest } from "./object";

/** Names that the add-on fixes (aks-istio-addon, sections 5, 6.1 and 13). */
export const ADDON_ROOT_NAMESPACE = "aks-istio-system";
export const ADDON_INGRESS_NAMESPACE = "aks-istio-ingress";

/** Name of the managed gateway's Service, of its ServiceAccount, and value of its pods' `istio` and `app` labels. */
export function addonGateway(ingress: "external" | "internal"): string {
  return `aks-istio-ingressgateway-${ingress}`;
}

/** What the objects are translated from and to. */
export interface AddonOptions {
  /** Revision label that namespaces get: `asm-1-30`, or a revision tag. */
  readonly revision: string;
  /** Which managed gateway takes over what the source's ingress gateway served. */
  readonly ingress: "external" | "internal";
  /** The source's ingress gateway. @default istio-system / istio-ingressgateway */
  readonly sourceIngress?: { readonly namespace: string; readonly service: string };
  /** The source's root namespace. @default istio-system */
  readonly sourceRootNamespace?: string;
  /** Namespaces that belong to the mesh even if their manifest carries no injection label. */
  readonly namespaces?: readonly string[];
}

/** One thing that was changed, or that somebody should look at. */
export interface TranslationNote {
  /** `change`: rewritten for the add-on. `attention`: left as it is, but it may not do on the target what it did. */
  readonly kind: "change" | "attention";
  /** "gateway.yaml:2 Gateway bookinfo-gateway". */
  readonly object: string;
  /** Field that it is about: `spec.servers[0].port.number`. */
  readonly path: string;
  readonly was?: unknown;
  readonly now?: unknown;
  readonly why: string;
}

/** A value that translation may change; always a copy. */
export type Draft = Record<string, unknown>;

/** What the rules share while one object is translated. */
export interface Translation {
  readonly options: Required<AddonOptions>;
  readonly manifest: Manifest;
  readonly draft: Draft;
  readonly notes: TranslationNote[];
  readonly problems: Problem[];
}

export function changed(on: Translation, path: string, was: unknown, now: unknown, why: string): void {
  on.notes.push({ kind: "change", object: subject(on), path, was, now, why });
}

export function attention(on: Translation, path: string, was: unknown, why: string): void {
  on.notes.push({ kind: "attention", object: subject(on), path, was, why });
}

export function refused(
  on: Translation,
  path: string,
  value: unknown,
  rule: string,
  remedy: string,
  check: string,
): void {
  on.problems.push({
    path: `${subject(on)}${path === "" ? "" : ` ${path}`}`,
    ...(value === undefined ? {} : { value }),
    rule,
    remedy,
    source: `add-on limit ${check}`,
  });
}

function subject(on: Translation): string {
  return `${placeOf(on.manifest)} ${titleOf(on.manifest.object)}`;
}

export function isDraft(value: unknown): value is Draft {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The mapping at `key` of a draft, to be changed in place. */
export function draftAt(value: unknown, key: string): Draft | undefined {
  const child = isDraft(value) ? value[key] : undefined;
  return isDraft(child) ? child : undefined;
}

/** The mappings in the list at `key` of a draft, with their positions. */
export function draftsAt(value: unknown, key: string): { item: Draft; index: number }[] {
  const child: unknown = isDraft(value) ? value[key] : undefined;
  if (!Array.isArray(child)) return [];
  return child.flatMap((item: unknown, index) => (isDraft(item) ? [{ item, index }] : []));
}
