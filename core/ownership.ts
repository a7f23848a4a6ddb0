import { createHash } from "node:crypto";
import { canonicalJson, isList, isObject, objectAt } from "./json";
import { accept, refuse, type Problem, type Result } from "./problems";
import { isSplit, originalRoutes, splitRoutes, type HttpRoute, type Split } from "./routes";

/** Annotation with the `http` list as it stood at first contact, as JSON. */
export const ORIGINAL_HTTP = "meshlift.dev/original-http";
/** Annotation with the hash of the `http` list that was last written; see {@link hashOf}. */
export const WRITTEN_HTTP_SHA = "meshlift.dev/written-http-sha";
/** The one field manager under which this program writes. */
export const FIELD_MANAGER = "meshlift";

/** What to do when somebody else changed the routes: take them over, put ours back, or stop and say so. */
export type ForeignPolicy = "adopt" | "revert" | "freeze";

/** One entry of `metadata.managedFields`, as far as it is needed here. */
export interface FieldOwner {
  readonly manager?: string;
  readonly operation?: string;
  readonly time?: string;
  readonly fieldsV1?: unknown;
}

/** A VirtualService as the API server holds it now. */
export interface LiveRoutes {
  readonly namespace: string;
  readonly name: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly http: readonly HttpRoute[];
  readonly managedFields?: readonly FieldOwner[];
}

/** What to write: the whole list and both annotations. */
export interface RouteWrite {
  readonly http: readonly HttpRoute[];
  readonly annotations: Readonly<Record<typeof ORIGINAL_HTTP | typeof WRITTEN_HTTP_SHA, string>>;
  /** Whether the object already is exactly this, so that writing it changes nothing. */
  readonly unchanged: boolean;
  /** Why this and not something else, for the log: one sentence. */
  readonly explanation: string;
}

/** How to let go of the object: the list to leave behind, both annotations removed. */
export interface RouteRelease {
  readonly action: "restore" | "keep" | "nothing";
  readonly http: readonly HttpRoute[];
  readonly explanation: string;
}

/** SHA-256 of a route list in canonical JSON, so that reordered keys are no change. */
export function hashOf(http: readonly HttpRoute[]): string {
  return createHash("sha256").update(canonicalJson(http)).digest("hex");
}

type Contact =
  | { readonly kind: "first"; readonly original: readonly HttpRoute[]; readonly splitFound: boolean }
  | { readonly kind: "own"; readonly original: readonly HttpRoute[] }
  | { readonly kind: "foreign"; readonly original: readonly HttpRoute[]; readonly writer: string };

/**
 * What to write for a split, given the object as it stands.
 *
 * | the object                         | adopt                      | revert                | freeze                |
 * |------------------------------------|----------------------------|-----------------------|-----------------------|
 * | never touched by this program      | record it, split it        | same                  | same                  |
 * | as this program left it            | split the recorded list    | same                  | same                  |
 * | already what would be written      | write it again, no change  | same                  | same                  |
 * | changed by somebody else           | record theirs, split it    | split the recorded    | refuse, name them     |
 * | annotations damaged                | refuse                     | refuse                | refuse                |
 */
export function decideWrite(live: LiveRoutes, split: Split, policy: ForeignPolicy): Result<RouteWrite> {
  const contact = readContact(live, split);
  if (!contact.ok) return contact;
  const state = contact.value;
  if (state.kind !== "foreign") {
    return write(live, state.original, split, explainQuiet(state));
  }
  const desired = splitRoutes(state.original, split);
  // Same outcome by another hand (or a hash that was lost): nothing of anybody's would be overwritten.
  if (desired.ok && hashOf(desired.value) === hashOf(live.http)) {
    return write(live, state.original, split, "the routes already are what they should be");
  }
  switch (policy) {
    case "adopt":
      return write(
        live,
        originalRoutes(live.http, split),
        split,
        `${state.writer} changed the routes; their list is taken as the new original (policy adopt)`,
      );
    case "revert":
      return write(
        live,
        state.original,
        split,
        `${state.writer} changed the routes; the split of the recorded original is put back (policy revert)`,
      );
    case "freeze":
      return refuse(frozen(live, state.writer));
  }
}

/**
 * How to let go of the object, at `retire` and at destroy.
 *
 * Restores the recorded original, or keeps the live list when `keep` is set (at weight 100 the split is what serves
 * users). An object without annotations is left alone. A foreign change follows the policy: `adopt` leaves theirs with
 * only our split taken out, `revert` restores the recorded original, `freeze` refuses.
 */
export function decideRelease(
  live: LiveRoutes,
  split: Omit<Split, "weight">,
  policy: ForeignPolicy,
  keep = false,
): Result<RouteRelease> {
  const contact = readContact(live, split);
  if (!contact.ok) return contact;
  const state = contact.value;
  if (state.kind === "first") {
    return accept({ action: "nothing", http: live.http, explanation: "the routes were never written by this program" });
  }
  if (keep) {
    return accept({ action: "keep", http: live.http, explanation: "the routes stay as they are, as they serve users" });
  }
  if (state.kind === "own" || policy === "revert") {
    return accept({ action: "restore", http: state.original, explanation: "the recorded original is restored" });
  }
  if (policy === "freeze") return refuse(frozen(live, state.writer));
  return accept({
    action: "restore",
    http: originalRoutes(live.http, split),
    explanation: `${state.writer} changed the routes; their list stays and only the split is taken out (policy adopt)`,
  });
}

function readContact(live: LiveRoutes, split: Omit<Split, "weight">): Result<Contact> {
  const recorded = live.annotations?.[ORIGINAL_HTTP];
  const sha = live.annotations?.[WRITTEN_HTTP_SHA];
  if (recorded === undefined && sha === undefined) {
    const splitFound = isSplit(live.http, split.target);
    return accept({ kind: "first", original: originalRoutes(live.http, split), splitFound });
  }
  const original = parse(recorded);
  if (original === undefined) return refuse(damaged(live, recorded));
  if (sha === hashOf(live.http)) return accept({ kind: "own", original });
  return accept({ kind: "foreign", original, writer: foreignWriter(live.managedFields ?? []) });
}

function write(
  live: LiveRoutes,
  original: readonly HttpRoute[],
  split: Split,
  explanation: string,
): Result<RouteWrite> {
  const http = splitRoutes(original, split);
  if (!http.ok) return http;
  const annotations = { [ORIGINAL_HTTP]: JSON.stringify(original), [WRITTEN_HTTP_SHA]: hashOf(http.value) };
  const unchanged =
    hashOf(live.http) === annotations[WRITTEN_HTTP_SHA] &&
    Object.entries(annotations).every(([key, value]) => live.annotations?.[key] === value);
  return accept({ http: http.value, annotations, unchanged, explanation });
}

function explainQuiet(state: Contact): string {
  if (state.kind === "own") return "the routes are as this program left them";
  if (state.kind === "first" && state.splitFound) {
    return "first contact; a split to this target was found and taken over, the original is what it was made from";
  }
  return "first contact; the routes are recorded as they stand";
}

/** Who wrote `spec.http` last, other than this program: "kubectl-edit (Update, 2026-08-22T10:00:00Z)". */
export function foreignWriter(managedFields: readonly FieldOwner[]): string {
  const others = managedFields
    .filter((entry) => entry.manager !== FIELD_MANAGER && ownsHttp(entry.fieldsV1))
    .sort((a, b) => (b.time ?? "").localeCompare(a.time ?? ""));
  const [last] = others;
  if (last === undefined) return "an unknown writer";
  const details = [last.operation, last.time].filter((detail) => detail !== undefined).join(", ");
  return `${last.manager ?? "an unnamed writer"}${details === "" ? "" : ` (${details})`}`;
}

function ownsHttp(fields: unknown): boolean {
  return isObject(objectAt(fields, "f:spec")?.["f:http"]);
}

function parse(recorded: string | undefined): readonly HttpRoute[] | undefined {
  if (recorded === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(recorded);
    return isList(value) && value.every(isObject) ? value : undefined;
  } catch {
    return undefined;
  }
}

function frozen(live: LiveRoutes, writer: string): Problem {
  return {
    path: `VirtualService ${live.namespace}/${live.name} spec.http`,
    rule: `${writer} changed it since this program last wrote it, and route.onForeignChange is "freeze"`,
    remedy:
      'have that writer leave the routes alone, then set route.onForeignChange to "revert" to put the split back or to "adopt" to take their routes over',
  };
}

function damaged(live: LiveRoutes, recorded: string | undefined): Problem {
  return {
    path: `VirtualService ${live.namespace}/${live.name} metadata.annotations["${ORIGINAL_HTTP}"]`,
    ...(recorded === undefined ? {} : { value: recorded }),
    rule: "the record of the original routes is missing or damaged, so that the split could not be undone",
    remedy: `restore the annotation, or remove it together with ${WRITTEN_HTTP_SHA} so that the routes as they stand become the original`,
  };
}
