/** A small JSON client for an API server: no generated types, so that objects arrive exactly as they were written. */
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request as undiciRequest } from "undici";
import { parse } from "yaml";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };
/** A Kubernetes object. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [key: string]: Json | undefined;
  };
  readonly [key: string]: Json | undefined;
}

/** What the API server answered when it refused. */
class KubeError extends Error {
  override readonly name = "KubeError";
  constructor(
    message: string,
    /** HTTP status, for example 404. */
    readonly status: number,
    /** Machine-readable reason, for example "NotFound"; empty when the answer was no Status object. */
    readonly reason: string,
  ) {
    super(message);
  }
}

export type ContentType =
  "application/json" | "application/merge-patch+json" | "application/apply-patch+yaml" | "application/json-patch+json";

export interface KubeClient {
  /** One request. `path` begins with "/" and may have a query. Answers that are not JSON come as text. */
  request(method: string, path: string, body?: unknown, contentType?: ContentType): Promise<unknown>;
  /** The object at `path`, or undefined when there is none. */
  get(path: string): Promise<KubeObject | undefined>;
  /** The items of the collection at `path`. */
  list(path: string): Promise<readonly KubeObject[]>;
  /** Server-side apply; takes over fields that others own. The kind's path is found by discovery. */
  apply(object: KubeObject, fieldManager?: string): Promise<KubeObject>;
  /** Deletes the object at `path`; does nothing when there is none. */
  remove(path: string): Promise<void>;
  /** Path of an object by its kind and name. */
  pathOf(object: Pick<KubeObject, "apiVersion" | "kind" | "metadata">): Promise<string>;
  /** Closes idle connections, which would keep the process alive. */
  close(): Promise<void>;
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

interface Status {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/**
 * @param kubeconfig YAML text with one cluster (with its certificate authority) and one user (with a token)
 * @param requestTimeoutSeconds default 30
 */
export function kubeClient(kubeconfig: string, requestTimeoutSeconds = 30): KubeClient {
  const config = parse(kubeconfig) as Kubeconfig;
  const cluster = config.clusters[0]?.cluster;
  const token = config.users[0]?.user.token;
  if (cluster === undefined || token === undefined)
    throw new Error("The kubeconfig has no cluster or no user with a token.");
  const ca = Buffer.from(cluster["certificate-authority-data"], "base64").toString();
  const agent = new Agent({ connect: { ca, timeout: 5_000 }, keepAliveTimeout: 2_000 });
  const kinds = new Map<string, { readonly plural: string; readonly namespaced: boolean }>();

  async function request(
    method: string,
    path: string,
    body?: unknown,
    contentType: ContentType = "application/json",
  ): Promise<unknown> {
    const timeout = requestTimeoutSeconds * 1000;
    const answer = await undiciRequest(new URL(path, cluster?.server), {
      method: method as "GET",
      dispatcher: agent,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      headers: {
        authorization: `Bearer ${token ?? ""}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": contentType }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    // Always read to the end: an unread body keeps its connection and, under load, makes each call wait for a time-out.
    const text = await answer.body.text();
    const isJson = String(answer.headers["content-type"]).includes("json");
    const parsed: unknown = isJson && text !== "" ? JSON.parse(text) : text;
    if (answer.statusCode < 300) return parsed;
    const status = (isJson ? parsed : {}) as Status;
    const said = status.message ?? (text.trim() === "" ? "no explanation" : text.trim());
    throw new KubeError(
      `${method} ${path}: ${String(answer.statusCode)} ${said}`,
      answer.statusCode,
      status.reason ?? "",
    );
  }

  async function optional<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }

  async function pathOf(object: Pick<KubeObject, "apiVersion" | "kind" | "metadata">): Promise<string> {
    const root = object.apiVersion.includes("/") ? `/apis/${object.apiVersion}` : `/api/${object.apiVersion}`;
    const key = `${object.apiVersion}/${object.kind}`;
    if (!kinds.has(key)) {
      const found = ((await optional(request("GET", root))) as ResourceList | undefined)?.resources ?? [];
      for (const resource of found) {
        if (resource.name.includes("/")) continue;
        kinds.set(`${object.apiVersion}/${resource.kind}`, { plural: resource.name, namespaced: resource.namespaced });
      }
    }
    const kind = kinds.get(key);
    if (kind === undefined)
      throw new KubeError(`The API server does not know ${object.kind} of ${object.apiVersion}.`, 404, "NotFound");
    const scope = kind.namespaced ? `/namespaces/${object.metadata.namespace ?? "default"}` : "";
    return `${root}${scope}/${kind.plural}/${object.metadata.name}`;
  }

  return {
    request,
    pathOf,
    get: async (path) => (await optional(request("GET", path))) as KubeObject | undefined,
    list: async (path) => ((await request("GET", path)) as { readonly items?: readonly KubeObject[] }).items ?? [],
    apply: async (object, fieldManager = "meshlift-lab") =>
      (await request(
        "PATCH",
        `${await pathOf(object)}?fieldManager=${encodeURIComponent(fieldManager)}&force=true`,
        object,
        "application/apply-patch+yaml",
      )) as KubeObject,
    remove: async (path) => {
      await optional(request("DELETE", path));
    },
    close: () => agent.close(),
  };
}

/**
 * Asks again and again until `check` gives something other than undefined or false.
 *
 * @param what named in the error, as in "Waited 30 s for WHAT"
 * @param everyMilliseconds pause between two checks, default 100
 * @throws Error after `timeoutSeconds`, with what the last check said if it failed
 */
export async function waitFor<T>(
  what: string,
  timeoutSeconds: number,
  check: () => Promise<T | undefined | false>,
  everyMilliseconds = 100,
): Promise<T> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (let last = ""; ;) {
    try {
      const found = await check();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      if (error instanceof GiveUp) throw error;
      last = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (Date.now() > deadline) throw new Error(`Waited ${String(timeoutSeconds)} s for ${what}, in vain${last}.`);
    await sleep(everyMilliseconds);
  }
}

/** Thrown by a check of `waitFor` when further waiting is of no use, for example because a process has ended. */
export class GiveUp extends Error {
  override readonly name = "GiveUp";
}
