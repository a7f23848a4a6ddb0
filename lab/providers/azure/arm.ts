import { setTimeout as sleep } from "node:timers/promises";
import { request as send } from "undici";
import { type Inputs, isRecord } from "../kit/index";

const POLL_MS = 200;
// What the real provider waits for an operation when the program sets no timeout.
const OPERATION_SECONDS = 7200;
const TENANT = "lab";

/** What Resource Manager answered when it refused. */
class ArmFailure extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(`Status=${String(status)} Code="${code}" Message="${message}"`);
    this.status = status;
    this.code = code;
  }
}

/** The request was accepted, but what it started has failed. */
export class OperationFailure extends Error {}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Inputs;
}

/** A client of Resource Manager with its own token, which waits for long-running operations. */
export class ArmClient {
  readonly #endpoint: string;
  readonly #stop = new AbortController();
  #token: { readonly value: string; readonly until: number } | undefined;

  /** @param endpoint for example "http://198.18.0.1:8070" */
  constructor(endpoint: string) {
    this.#endpoint = endpoint.replace(/\/+$/, "");
  }

  /** Makes every wait end soon with an error. */
  cancel(): void {
    this.#stop.abort(new Error("the operation was canceled"));
  }

  async token(): Promise<string> {
    const now = Date.now();
    if (this.#token !== undefined && this.#token.until > now) return this.#token.value;
    const body = "grant_type=client_credentials";
    const answer = await this.#send("POST", `/${TENANT}/oauth2/v2.0/token`, {
      body,
      type: "application/x-www-form-urlencoded",
    });
    const { access_token: value, expires_in: seconds } = answer.body;
    if (typeof value !== "string") throw new Error(`${this.#endpoint} gave no token`);
    // Renewed a minute early: it must not expire on the way.
    this.#token = { value, until: now + (Number(seconds) - 60) * 1000 };
    return value;
  }

  /** The resource, or undefined when it (or the group that it should be in) does not exist. */
  async get(id: string, apiVersion: string): Promise<Inputs | undefined> {
    try {
      return (await this.#call("GET", id, apiVersion)).body;
    } catch (error) {
      if (error instanceof ArmFailure && error.status === 404) return undefined;
      throw error;
    }
  }

  async post(id: string, apiVersion: string, body: Inputs = {}): Promise<Inputs> {
    return (await this.#call("POST", id, apiVersion, body)).body;
  }

  /**
   * Creates or updates and waits for the end.
   *
   * @throws ArmFailure when the request is refused, OperationFailure when it was accepted and failed later
   */
  async put(id: string, apiVersion: string, body: Inputs, timeoutSeconds = 0): Promise<void> {
    await this.#finish(await this.#call("PUT", id, apiVersion, body), timeoutSeconds);
  }

  /** Deletes and waits for the end; does nothing when there is nothing. */
  async delete(id: string, apiVersion: string, timeoutSeconds = 0): Promise<void> {
    try {
      await this.#finish(await this.#call("DELETE", id, apiVersion), timeoutSeconds);
    } catch (error) {
      if (!(error instanceof ArmFailure && error.status === 404)) throw error;
    }
  }

  async #finish(answer: Answer, timeoutSeconds: number): Promise<void> {
    const address = answer.headers["azure-asyncoperation"];
    if (typeof address !== "string") return;
    const url = new URL(address);
    const deadline = Date.now() + (timeoutSeconds > 0 ? timeoutSeconds : OPERATION_SECONDS) * 1000;
    for (;;) {
      const { body } = await this.#call("GET", url.pathname, url.searchParams.get("api-version") ?? "");
      if (body["status"] === "Succeeded") return;
      if (body["status"] !== "InProgress") throw new OperationFailure(failureSentence(body["error"]));
      if (Date.now() > deadline) throw new OperationFailure("timed out while waiting for the operation to complete");
      await sleep(POLL_MS, undefined, { signal: this.#stop.signal });
    }
  }

  async #call(method: string, path: string, apiVersion: string, body?: Inputs): Promise<Answer> {
    const token = await this.token();
    return this.#send(method, `${path}?api-version=${encodeURIComponent(apiVersion)}`, {
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      type: "application/json",
      token,
    });
  }

  async #send(
    method: string,
    path: string,
    what: { readonly body?: string; readonly type: string; readonly token?: string },
  ): Promise<Answer> {
    const authorization = what.token === undefined ? {} : { authorization: `Bearer ${what.token}` };
    const answer = await send(`${this.#endpoint}${path}`, {
      method: method as "GET",
      headers: { "content-type": what.type, ...authorization },
      body: what.body ?? null,
      signal: this.#stop.signal,
    }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`The lab's cloud at ${this.#endpoint} does not answer (${reason}); is the lab up?`);
    });
    const text = await answer.body.text();
    const body = parse(text);
    if (answer.statusCode < 400) return { status: answer.statusCode, headers: answer.headers, body };
    const error = isRecord(body["error"]) ? body["error"] : {};
    throw new ArmFailure(answer.statusCode, textOf(error["code"]) ?? "", textOf(error["message"]) ?? text);
  }
}

function parse(text: string): Inputs {
  if (text === "") return {};
  const value: unknown = JSON.parse(text);
  return isRecord(value) ? value : {};
}

function failureSentence(error: unknown): string {
  const { code, message } = isRecord(error) ? error : {};
  return `Code="${textOf(code) ?? ""}" Message="${textOf(message) ?? "the operation failed"}"`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
