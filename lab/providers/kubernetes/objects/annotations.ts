import { type Inputs, isRecord } from "../../kit/index";

// The provider's public annotations (pulumi.com/...); programs write them, so the names are a contract.
export const AUTONAMED = "pulumi.com/autonamed";
export const PATCH_FORCE = "pulumi.com/patchForce";
export const PATCH_FIELD_MANAGER = "pulumi.com/patchFieldManager";
export const SKIP_AWAIT = "pulumi.com/skipAwait";
const TIMEOUT_SECONDS = "pulumi.com/timeoutSeconds";
export const WAIT_FOR = "pulumi.com/waitFor";
const DELETION_PROPAGATION = "pulumi.com/deletionPropagationPolicy";

const DEFAULT_TIMEOUT_SECONDS = 600;

/** The annotation's text, or undefined when it is absent or not known yet. */
export function annotation(object: Inputs, name: string): string | undefined {
  const metadata = object["metadata"];
  const annotations = isRecord(metadata) ? metadata["annotations"] : undefined;
  const value = isRecord(annotations) ? annotations[name] : undefined;
  if (typeof value === "string") return value;
  // Programs often write true instead of "true".
  return typeof value === "boolean" || typeof value === "number" ? String(value) : undefined;
}

export function isAnnotatedTrue(object: Inputs, name: string): boolean {
  return annotation(object, name)?.toLowerCase() === "true";
}

/** How long to wait, in seconds: `customTimeouts` first, then the annotation, then 600. */
export function waitSeconds(object: Inputs, customTimeout: number): number {
  if (customTimeout > 0) return customTimeout;
  const annotated = Number(annotation(object, TIMEOUT_SECONDS));
  return Number.isFinite(annotated) && annotated > 0 ? annotated : DEFAULT_TIMEOUT_SECONDS;
}

/** Foreground unless annotated: dependents are gone before the object itself is. */
export function propagationPolicy(object: Inputs): "Foreground" | "Background" | "Orphan" {
  switch (annotation(object, DELETION_PROPAGATION)?.toLowerCase()) {
    case "background":
      return "Background";
    case "orphan":
      return "Orphan";
    default:
      return "Foreground";
  }
}
