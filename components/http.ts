import { request as plain } from "node:http";
import { request as encrypted, type RequestOptions } from "node:https";

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * One GET without keep-alive: an idle connection would keep the program alive after its last resource.
 *
 * @param options headers, certificates and the like
 * @param timeoutSeconds how long the whole answer may take
 * @throws Error that says why no answer came
 */
export function get(url: URL, options: RequestOptions, timeoutSeconds: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === "http:" ? plain : encrypted;
    const outgoing = send(url, { agent: false, ...options, method: "GET" }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        clearTimeout(timer);
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`no answer within ${String(timeoutSeconds)} seconds`)),
      timeoutSeconds * 1000,
    );
    outgoing.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end();
  });
}

/** The reason of a failed connection; errors of several addresses carry theirs inside. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return error.message === "" ? (code ?? error.name) : error.message;
}
