import type { Inputs } from "../../kit/index";
import { KubernetesClient, type RequestOptions } from "./client";
import { apiRoot, Discovery, type KindInfo } from "./discovery";
import type { Connection } from "./kubeconfig";

/** The identity of one object. `namespace` is ignored for cluster-scoped kinds. */
export interface ObjectKey {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** How a write is signed and whether it is only tried. */
export interface WriteOptions {
  readonly fieldManager: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** Object verbs on one cluster. All throw ApiError, Unreachable or UnknownKind. */
export class Cluster {
  readonly client: KubernetesClient;
  readonly discovery: Discovery;

  constructor(connection: Connection) {
    this.client = new KubernetesClient(connection);
    this.discovery = new Discovery(this.client);
  }

  async get(key: ObjectKey): Promise<Inputs> {
    return this.client.request("GET", await this.path(key));
  }

  async list(kind: Omit<ObjectKey, "name">, query: Readonly<Record<string, string>>): Promise<readonly Inputs[]> {
    const answer = await this.client.request("GET", await this.collection(kind), { query });
    return Array.isArray(answer["items"]) ? (answer["items"] as Inputs[]) : [];
  }

  async create(key: ObjectKey, object: Inputs, options: WriteOptions): Promise<Inputs> {
    return this.client.request("POST", await this.collection(key), { body: object, query: queryOf(options) });
  }

  async replace(key: ObjectKey, object: Inputs, options: WriteOptions): Promise<Inputs> {
    return this.client.request("PUT", await this.path(key), { body: object, query: queryOf(options) });
  }

  /** Server-side apply: creates the object when it does not exist. */
  async apply(key: ObjectKey, object: Inputs, options: WriteOptions): Promise<Inputs> {
    return this.patch(key, object, "application/apply-patch+yaml", {
      ...queryOf(options),
      force: String(options.force ?? false),
    });
  }

  async patch(
    key: ObjectKey,
    body: unknown,
    contentType: string,
    query: Readonly<Record<string, string>>,
  ): Promise<Inputs> {
    const options: RequestOptions = { body, contentType, query };
    return this.client.request("PATCH", await this.path(key), options);
  }

  async delete(key: ObjectKey, options: Inputs): Promise<Inputs> {
    return this.client.request("DELETE", await this.path(key), { body: options });
  }

  info(kind: Pick<ObjectKey, "apiVersion" | "kind">): Promise<KindInfo> {
    return this.discovery.find(kind.apiVersion, kind.kind);
  }

  private async path(key: ObjectKey): Promise<string> {
    return `${await this.collection(key)}/${encodeURIComponent(key.name)}`;
  }

  private async collection(key: Omit<ObjectKey, "name">): Promise<string> {
    const { plural, namespaced } = await this.info(key);
    const scope = namespaced ? `/namespaces/${encodeURIComponent(key.namespace || "default")}` : "";
    return `${apiRoot(key.apiVersion)}${scope}/${plural}`;
  }
}

function queryOf(options: WriteOptions): Record<string, string> {
  return {
    fieldManager: options.fieldManager,
    // Unknown fields are pruned with a warning, as kubectl's default is; Strict would refuse manifests that clusters accept.
    fieldValidation: "Warn",
    ...(options.dryRun === true ? { dryRun: "All" } : {}),
  };
}
