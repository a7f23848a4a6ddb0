import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isObject, type JsonObject } from "../json";
import { log, messageOf } from "../log";
import { ArmError } from "./errors";
import { type ArmResponse, findRoute, type Route } from "./router";
import type { Tokens } from "./token";

const BODY_BYTES = 4 * 1024 * 1024;

/** The HTTP face of the cloud: health, tokens, and the routes behind a bearer token and an api-version. */
export function armServer(routes: readonly Route[], tokens: Tokens): Server {
  return createServer((request, response) => {
    void answer(routes, tokens, request).then(
      (result) => {
        send(response, result);
      },
      (error: unknown) => {
        send(response, refusal(error));
      },
    );
  });
}

async function answer(routes: readonly Route[], tokens: Tokens, request: IncomingMessage): Promise<ArmResponse> {
  const method = request.method ?? "GET";
  const url = new URL(request.url ?? "/", "http://lab");
  const now = Math.floor(Date.now() / 1000);
  if (url.pathname === "/healthz") return { status: 200, body: { status: "ok" } };
  if (method === "POST" && /^\/[^/]+\/oauth2\/(v2\.0\/)?token$/.test(url.pathname)) {
    await readBody(request);
    return { status: 200, body: tokens.issue(now) };
  }
  tokens.check(request.headers.authorization, now);
  if (!url.searchParams.has("api-version")) {
    throw new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  }
  const { route, parameters } = findRoute(routes, method, url.pathname);
  const body = await readJson(request);
  return await route.handle({ method, path: url.pathname, query: url.searchParams, parameters, body });
}

function refusal(error: unknown): ArmResponse {
  if (error instanceof ArmError) {
    return { status: error.status, body: { error: { code: error.code, message: error.message } } };
  }
  log(`unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return { status: 500, body: { error: { code: "InternalServerError", message: messageOf(error) } } };
}

function send(response: ServerResponse, result: ArmResponse): void {
  const headers = { "content-type": "application/json; charset=utf-8", ...result.headers };
  response.writeHead(result.status, headers);
  response.end(result.body === undefined ? "" : JSON.stringify(result.body));
}

async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const text = await readBody(request);
  if (text === "") return {};
  try {
    const body: unknown = JSON.parse(text);
    if (isObject(body)) return body;
  } catch {
    // Answered below, together with JSON that is no object.
  }
  throw new ArmError(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.");
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES) throw new ArmError(413, "RequestEntityTooLarge", "The request content is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
