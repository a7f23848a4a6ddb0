import { execFile } from "node:child_process";
import http from "node:http";
import https from "node:https";
import { promisify } from "node:util";
import { type Inputs, isRecord } from "../../kit/index";
import { ApiError, Unreachable } from "./errors";
import type { Connection } from "./kubeconfig";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 60_000;
// A restarted API server is back within a second or two; reads may be repeated without any effect on the cluster.
const READ_RETRIES_MS = [200, 500, 1_000];
const UNREACHABLE_MEMORY_MS = 5_000;

/** A small JSON client for one API server. Keeps connections open; never prints bodies. */
export class KubernetesClient {
  readonly connection: Connection;
  private readonly agent: http.Agent;
  private credential: Promise<string> | undefined;
  private failedAt = 0;
  private failure: Unreachable | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
    const options: https.AgentOptions = {
      keepAlive: true,
      maxSockets: 16,
      rejectUnauthorized: !connection.insecure,
      ...(connection.ca === undefined ? {} : { ca: connection.ca }),
      ...(connection.certificate === undefined ? {} : { cert: connection.certificate }),
      ...(connection.key === undefined ? {} : { key: connection.key }),
      ...(connection.serverName === undefined ? {} : { servername: connection.serverName }),
    };
    this.agent = connection.server.startsWith("https:")
      ? new https.Agent(options)
      : new http.Agent({ keepAlive: true });
  }

  /**
   * Sends one request and gives the answer's JSON object.
   * @throws ApiError when the server refuses, Unreachable when it cannot be spoken to (remembered for 5 s, so that a program
   * with many objects does not wait for each of them)
   */
  async request(method: Method, path: string, options: RequestOptions = {}): Promise<Inputs> {
    if (this.failure !== undefined && Date.now() - this.failedAt < UNREACHABLE_MEMORY_MS) throw this.failure;
    const delays = method === "GET" ? READ_RETRIES_MS : [];
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.send(method, path, options);
        this.failure = undefined;
        return answer;
      } catch (error) {
        if (error instanceof ApiError) throw error;
        const delay = delays[attempt];
        if (delay === undefined || !isTransient(error)) throw this.unreachable(error);
        await new Promise((resolve) => setTimeout(resolve, delay));
      }
    }
  }

  private unreachable(error: unknown): Unreachable {
    this.failure = new Unreachable(this.connection.server, causeOf(error));
    this.failedAt = Date.now();
    return this.failure;
  }

  private async send(method: Method, path: string, options: RequestOptions): Promise<Inputs> {
    const url = new URL(this.connection.server + path);
    for (const [key, value] of Object.entries(options.query ?? {})) url.searchParams.set(key, value);
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const headers: Record<string, string | number> = { accept: "application/json", "user-agent": "meshlift-lab" };
    if (body !== undefined) {
      headers["content-type"] = options.contentType ?? "application/json";
      headers["content-length"] = body.length;
    }
    const authorization = await this.authorization();
    if (authorization !== "") headers["authorization"] = authorization;
    const { status, text } = await exchange(url, { method, headers, agent: this.agent }, body);
    const json = parseJson(text);
    if (status >= 400) throw new ApiError(status, json ?? { message: text.slice(0, 300).trim() }, `${method} ${path}`);
    if (isRecord(json)) return json;
    throw new ApiError(status, { message: "The answer is not a JSON object" }, `${method} ${path}`);
  }

  private async authorization(): Promise<string> {
    const { token, exec, username, password } = this.connection;
    if (token !== undefined) return `Bearer ${token}`;
    if (username !== undefined) return `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
    if (exec === undefined) return "";
    this.credential ??= (async () => {
      const run = promisify(execFile);
      const { stdout } = await run(exec.command, [...exec.args], { env: { ...process.env, ...exec.env } });
      const answer = parseJson(stdout);
      const status = isRecord(answer) && isRecord(answer["status"]) ? answer["status"] : {};
      return typeof status["token"] === "string" ? `Bearer ${status["token"]}` : "";
    })();
    return this.credential;
  }
}

function exchange(url: URL, options: http.RequestOptions, body?: Buffer): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http).request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    const connecting = setTimeout(() => {
      request.destroy(new Error(`no connection within ${String(CONNECT_TIMEOUT_MS / 1000)} s`));
    }, CONNECT_TIMEOUT_MS);
    request.on("socket", (socket) => {
      // A kept-open socket is connected already; listening again on it would pile up listeners.
      if (!socket.connecting) clearTimeout(connecting);
      else socket.once("connect", () => clearTimeout(connecting));
    });
    request.setTimeout(ANSWER_TIMEOUT_MS, () => {
      request.destroy(new Error(`no answer within ${String(ANSWER_TIMEOUT_MS / 1000)} s`));
    });
    request.on("error", (error) => {
      clearTimeout(connecting);
      reject(error);
    });
    request.end(body);
  });
}

function isTransient(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT"].includes(code);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== "") return error.message;
  return "code" in error ? String(error.code) : error.name;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
