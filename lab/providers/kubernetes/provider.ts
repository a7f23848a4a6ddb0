import {
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  diffValues,
  engineLog,
  type Inputs,
  type InvokeResult,
  type ReadRequest,
  type ResourceProvider,
  type UpdateRequest,
} from "../kit/index";
import { checkObject } from "./objects/check";
import { diffObject } from "./objects/diff";
import { keyOf } from "./objects/identity";
import { toKubernetes } from "./objects/shape";
import { inputsOf } from "./objects/state";
import { RELEASE_TYPE } from "./releaseType";
import { Session } from "./session";
import { checkSettings, clusterChanged, readSettings } from "./settings";

type Releases = typeof import("./helm/release");
type Lifecycle = typeof import("./lifecycle");

/** Stands in for Pulumi's kubernetes provider: any kind the cluster serves, Patch types, and Helm releases. */
export class KubernetesProvider implements ResourceProvider {
  readonly name = "kubernetes";
  readonly version: string;
  private readonly stop = new AbortController();
  private configured: Session | undefined;

  constructor(version: string) {
    this.version = version;
  }

  checkConfig(_olds: Inputs, news: Inputs): ReturnType<NonNullable<ResourceProvider["checkConfig"]>> {
    return Promise.resolve({ inputs: news, failures: checkSettings(news) });
  }

  diffConfig(olds: Inputs, news: Inputs): Promise<DiffResult> {
    const detailed = diffValues(olds, news);
    const replaced = clusterChanged(olds, news);
    if (replaced === undefined) return Promise.resolve({ changes: Object.keys(detailed).length > 0, detailed });
    return Promise.resolve({
      changes: true,
      replaces: [replaced],
      detailed: { ...detailed, [replaced]: "update-replace" },
    });
  }

  configure(args: Inputs): Promise<void> {
    this.configured = new Session(readSettings(args), this.stop.signal);
    return Promise.resolve();
  }

  async check(request: CheckRequest): ReturnType<ResourceProvider["check"]> {
    const session = this.session;
    if (session.settings.skipUpdateUnreachable && (await session.isUnreachable())) {
      await engineLog("warning", "The cluster cannot be reached: the resource is skipped.", request.urn);
      return { inputs: request.olds };
    }
    const { namespace } = session.settings;
    if (request.type === RELEASE_TYPE) return (await releases()).checkRelease(request, namespace);
    const namespaced = await session.isNamespaced(keyOf(request.type, request.news));
    return checkObject(request, { namespaced, defaultNamespace: namespace });
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    const oldInputs = inputsOf(request.oldInputs, request.oldOutputs);
    if (request.type === RELEASE_TYPE) return (await releases()).diffRelease({ ...request, oldInputs });
    const { settings } = this.session;
    return diffObject({
      type: request.type,
      oldInputs,
      news: request.news,
      ignoreChanges: request.ignoreChanges,
      namespaced: await this.session.isNamespaced(keyOf(request.type, toKubernetes(request.news))),
      mutable: { configMaps: settings.configMapMutable, secrets: settings.secretMutable },
    });
  }

  async create(request: CreateRequest): Promise<{ id: string; outputs: Inputs }> {
    if (request.type !== RELEASE_TYPE) return (await lifecycle()).create(this.session, request);
    const { previewRelease, upgradeRelease } = await releases();
    if (request.preview) return { id: "", outputs: previewRelease(request) };
    return upgradeRelease(this.session, request);
  }

  async read(request: ReadRequest): Promise<{ id: string; inputs: Inputs; outputs: Inputs } | undefined> {
    if (request.type === RELEASE_TYPE) return (await releases()).readRelease(this.session, request);
    return (await lifecycle()).read(this.session, request);
  }

  async update(request: UpdateRequest): Promise<{ outputs: Inputs }> {
    if (request.type !== RELEASE_TYPE) return (await lifecycle()).update(this.session, request);
    const { previewRelease, upgradeRelease } = await releases();
    if (request.preview) return { outputs: previewRelease(request) };
    return upgradeRelease(this.session, { inputs: request.news, timeoutSeconds: request.timeoutSeconds });
  }

  async delete(request: DeleteRequest): Promise<void> {
    if (request.type === RELEASE_TYPE) await (await releases()).deleteRelease(this.session, request);
    else await (await lifecycle()).remove(this.session, request);
  }

  invoke({ token }: { token: string }): Promise<InvokeResult> {
    return Promise.reject(new Error(`The lab's kubernetes provider has no function ${token}.`));
  }

  cancel(): void {
    this.stop.abort();
  }

  private get session(): Session {
    if (this.configured !== undefined) return this.configured;
    throw new Error("The kubernetes provider was used before it was configured.");
  }
}

// Loaded at first use: a program without releases should not pay for helm's part, a check not for the writing part.
function releases(): Promise<Releases> {
  return import("./helm/release.js");
}

function lifecycle(): Promise<Lifecycle> {
  return import("./lifecycle.js");
}
