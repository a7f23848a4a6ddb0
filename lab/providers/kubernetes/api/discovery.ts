import { isRecord } from "../../kit/index";
import type { KubernetesClient } from "./client";
import { ApiError, UnknownKind } from "./errors";

/** Where objects of one kind live in the API. */
export interface KindInfo {
  readonly plural: string;
  readonly namespaced: boolean;
}

type GroupVersion = ReadonlyMap<string, KindInfo>;

// Used when no API server can be asked (a cluster that does not exist yet): wrong guesses would show a namespace in previews.
const CLUSTER_SCOPED = new Set([
  "APIService",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "CSIDriver",
  "CSINode",
  "CustomResourceDefinition",
  "FlowSchema",
  "GatewayClass",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
]);

/** Whether objects of a kind usually live in a namespace, by the kind's name alone. */
export function namespacedByName(kind: string): boolean {
  return !CLUSTER_SCOPED.has(kind);
}

/** Kind to path, asked from the API server once per group and version. */
export class Discovery {
  private readonly client: KubernetesClient;
  private readonly groups = new Map<string, Promise<GroupVersion>>();

  constructor(client: KubernetesClient) {
    this.client = client;
  }

  /** @throws UnknownKind, Unreachable, ApiError */
  async find(apiVersion: string, kind: string): Promise<KindInfo> {
    const known = (await this.group(apiVersion)).get(kind);
    if (known !== undefined) return known;
    // A definition may have been added to an already known group since: ask once more before giving up.
    this.forget(apiVersion);
    const fresh = (await this.group(apiVersion)).get(kind);
    if (fresh !== undefined) return fresh;
    throw new UnknownKind(apiVersion, kind);
  }

  /** Makes the next `find` ask the server again. */
  forget(apiVersion: string): void {
    this.groups.delete(apiVersion);
  }

  private group(apiVersion: string): Promise<GroupVersion> {
    const cached = this.groups.get(apiVersion);
    if (cached !== undefined) return cached;
    const asked = this.ask(apiVersion);
    this.groups.set(apiVersion, asked);
    // A failed question must not be remembered: the server may be back for the next object.
    asked.catch(() => {
      this.forget(apiVersion);
    });
    return asked;
  }

  private async ask(apiVersion: string): Promise<GroupVersion> {
    const kinds = new Map<string, KindInfo>();
    try {
      const list = await this.client.request("GET", apiRoot(apiVersion));
      for (const resource of Array.isArray(list["resources"]) ? list["resources"].filter(isRecord) : []) {
        const { name, kind, namespaced } = resource;
        // Names with a slash are subresources (pods/log).
        if (typeof name !== "string" || typeof kind !== "string" || name.includes("/")) continue;
        kinds.set(kind, { plural: name, namespaced: namespaced === true });
      }
    } catch (error) {
      if (!(error instanceof ApiError && error.notFound)) throw error;
    }
    return kinds;
  }
}

/** `/api/v1` for the core group, `/apis/GROUP/VERSION` for the others. */
export function apiRoot(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
