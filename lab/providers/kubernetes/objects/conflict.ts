import type { ObjectKey } from "../api/cluster";
import { ApiError } from "../api/errors";
import { PATCH_FORCE } from "./annotations";
import { isTakenOver } from "./fieldManagers";
import { describe } from "./identity";

/** One field that another manager holds. */
export interface FieldConflict {
  readonly field: string;
  readonly manager: string;
}

/** The conflicts in a refusal of a server-side apply; empty for any other error. */
export function fieldConflicts(error: unknown): readonly FieldConflict[] {
  if (!(error instanceof ApiError) || error.code !== 409) return [];
  return error.causes
    .filter((cause) => cause.reason === "FieldManagerConflict")
    .map((cause) => ({ field: cause.field, manager: /conflict with "([^"]+)"/.exec(cause.message)?.[1] ?? "another" }));
}

/** True when all conflicts are with writers that an update takes over anyway. */
export function onlyTakenOver(conflicts: readonly FieldConflict[]): boolean {
  return conflicts.length > 0 && conflicts.every((conflict) => isTakenOver(conflict.manager));
}

/** The sentence for a refused apply; other errors come back as they are. */
export function explainConflict(error: unknown, key: ObjectKey, manager: string): unknown {
  const conflicts = fieldConflicts(error);
  if (conflicts.length === 0) return error;
  const fields = conflicts.map((conflict) => `${conflict.field} (held by "${conflict.manager}")`).join(", ");
  return new Error(
    `Server-side apply field conflict on ${describe(key)}: field manager "${manager}" wants ${fields}. One field has one ` +
      `owner: let the other writer give it up, leave the field out of the program, or set the annotation ` +
      `${PATCH_FORCE}: "true" to take it.`,
  );
}

/** The sentence for a create of something that exists, with the four ways out. */
export function alreadyExists(key: ObjectKey): Error {
  return new Error(
    `${describe(key)} (${key.apiVersion}) already exists in the cluster and is not created again: (1) if the resource was ` +
      `renamed in the program, give it an alias with its old name; (2) to change some of its fields only, use a Patch ` +
      `resource; (3) to adopt it as it is, use the import option; (4) to overwrite it, set the provider's ` +
      `upsertExistingObjects to true.`,
  );
}
