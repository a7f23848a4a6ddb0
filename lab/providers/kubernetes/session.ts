import { setTimeout as sleep } from "node:timers/promises";
import { engineLog } from "../kit/index";
import { Cluster, type ObjectKey } from "./api/cluster";
import { namespacedByName } from "./api/discovery";
import { ApiError, Unreachable, UnknownKind } from "./api/errors";
import type { Settings } from "./settings";

// How long an object waits for its namespace or its definition, which another resource may be making right now.
const MISSING_WAIT_MS = 30_000;

/** One configured provider: its arguments, its cluster (when known) and the user's wish to stop. */
export class Session {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  private readonly known: Cluster | undefined;
  private warned = false;

  constructor(settings: Settings, signal: AbortSignal) {
    this.settings = settings;
    this.signal = signal;
    this.known = settings.connection === undefined ? undefined : new Cluster(settings.connection);
  }

  /** @throws when the kubeconfig is not known, which can only be so in a preview */
  get cluster(): Cluster {
    if (this.known !== undefined) return this.known;
    throw new Error("The provider's kubeconfig is not known yet, so the cluster cannot be spoken to.");
  }

  get isKnown(): boolean {
    return this.known !== undefined;
  }

  /** Whether objects of the kind live in a namespace; a good guess when the cluster cannot say. */
  async isNamespaced(key: Pick<ObjectKey, "apiVersion" | "kind">): Promise<boolean> {
    if (this.known === undefined) return namespacedByName(key.kind);
    try {
      return (await this.known.info(key)).namespaced;
    } catch (error) {
      await this.warnIfUnreachable(error);
      return namespacedByName(key.kind);
    }
  }

  /** Whether the API server can be asked about this kind now. */
  async serves(key: Pick<ObjectKey, "apiVersion" | "kind">): Promise<boolean> {
    if (this.known === undefined) return false;
    try {
      await this.known.info(key);
      return true;
    } catch (error) {
      await this.warnIfUnreachable(error);
      return false;
    }
  }

  /** True when the cluster is known but nobody answers there. */
  async isUnreachable(): Promise<boolean> {
    if (this.known === undefined) return false;
    try {
      await this.known.client.request("GET", "/version");
      return false;
    } catch (error) {
      return error instanceof Unreachable;
    }
  }

  /** Repeats `attempt` while what it needs (kind or namespace) does not exist, for at most 30 s. */
  async retryMissing<T>(urn: string, attempt: () => Promise<T>): Promise<T> {
    const until = Date.now() + MISSING_WAIT_MS;
    for (let delay = 250; ; delay = Math.min(delay * 2, 4_000)) {
      try {
        return await attempt();
      } catch (error) {
        if (!isMissing(error) || Date.now() + delay > until || this.signal.aborted) throw error;
        void engineLog("info", `Waiting: ${error.message}`, urn, true);
        await this.pause(delay);
      }
    }
  }

  /** Sleeps, or returns early when the user asks to stop. */
  async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.signal }).catch(() => undefined);
  }

  private async warnIfUnreachable(error: unknown): Promise<void> {
    if (!(error instanceof Unreachable) || this.warned) return;
    this.warned = true;
    await engineLog("warning", error.message);
  }
}

function isMissing(error: unknown): error is Error {
  if (error instanceof UnknownKind) return true;
  if (!(error instanceof ApiError)) return false;
  // A bare Pod is refused until the controller has made its namespace's default account.
  return error.notFound || (error.code === 403 && error.message.includes("error looking up service account"));
}
