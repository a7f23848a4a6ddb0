import { Pool } from "undici";

/** How a request ended. Moments in milliseconds of the caller's clock. */
export interface Outcome {
  /** it went out on a connection; undefined when it never did */
  readonly sentAt: number | undefined;
  readonly endedAt: number;
  readonly status?: number;
  readonly pod?: string;
  readonly error?: string;
}

export interface ClientOptions {
  readonly port: number;
  readonly connections: number;
  readonly timeoutMs: number;
  /** value of the Host header */
  readonly host: string;
  readonly now: () => number;
}

/** Idle connections are closed before any usual server would: reusing one at the moment it is closed loses a request. */
const IDLE_MS = 4000;

/** The code of a network error, or its message where there is none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message;
}

/**
 * HTTP/1.1 connections kept alive, one pool per address, one request at a time on each. A server's `connection: close`
 * and `keep-alive: timeout` are honoured. Nothing is ever sent twice.
 */
export class Client {
  readonly #pools = new Map<string, { readonly pool: Pool; open: number }>();
  readonly #closing = new Set<Pool>();

  public constructor(private readonly options: ClientOptions) {}

  /** Whether a request to this address could go out without waiting for another one. */
  public hasRoom(address: string): boolean {
    return (this.#pools.get(address)?.open ?? 0) < this.options.connections;
  }

  /** Sends one GET; `done` is called exactly once. */
  public send(address: string, path: string, n: number, done: (outcome: Outcome) => void): void {
    const entry = this.#pools.get(address) ?? this.#open(address);
    const { now, host } = this.options;
    entry.open++;
    let sentAt: number | undefined;
    let status: number | undefined;
    let pod: string | undefined;
    const end = (error?: unknown): void => {
      entry.open--;
      done({
        sentAt,
        endedAt: now(),
        ...(status === undefined ? {} : { status }),
        ...(pod === undefined ? {} : { pod }),
        ...(error === undefined ? {} : { error: codeOf(error) }),
      });
    };
    entry.pool.dispatch(
      { method: "GET", path, headers: { host, "x-lab-request": String(n), "user-agent": "meshlift-load" } },
      {
        onRequestStart: () => void (sentAt = now()),
        onResponseStart: (_controller, statusCode, headers) => {
          const named = headers["x-lab-pod"];
          // Interim answers (1xx) come before the real one: the last status counts.
          status = statusCode;
          if (typeof named === "string") pod = named;
        },
        onResponseData: () => undefined,
        onResponseEnd: () => end(),
        onResponseError: (_controller, error) => end(error),
      },
    );
  }

  /** Lets go of all addresses but these: open requests end in peace, then their connections are closed. */
  public keepOnly(addresses: readonly string[]): void {
    for (const [address, { pool }] of this.#pools) {
      if (addresses.includes(address)) continue;
      this.#pools.delete(address);
      this.#closing.add(pool);
      pool.close().then(
        () => this.#closing.delete(pool),
        () => this.#closing.delete(pool),
      );
    }
  }

  /** Gives up everything that is still open; each open request ends with an error. */
  public async destroy(): Promise<void> {
    const pools = [...[...this.#pools.values()].map(({ pool }) => pool), ...this.#closing];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.destroy(new Error("the load ended before the answer came"))));
  }

  #open(address: string): { readonly pool: Pool; open: number } {
    const { port, connections, timeoutMs } = this.options;
    const pool = new Pool(`http://${address}:${String(port)}`, {
      connections,
      pipelining: 1,
      keepAliveTimeout: IDLE_MS,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: timeoutMs },
    });
    const entry = { pool, open: 0 };
    this.#pools.set(address, entry);
    return entry;
  }
}
