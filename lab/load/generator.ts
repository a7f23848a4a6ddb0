import { followName } from "./addresses";
import { Client, codeOf, type Outcome } from "./client";
import type { EndRecord, Journal } from "./journal";
import type { LoadOptions } from "./options";
import { Pace } from "./pace";
import { roundOf } from "./paths";

/** Requests that may be open or waiting at once: with the default timeout, what a dead service leaves at 500 per second. */
const MOST_OPEN = 5000;
/** How long open answers are waited for at the end. */
const LAST_ANSWERS_MS = 10_000;

interface Waiting {
  readonly n: number;
  readonly path: string;
  readonly dueAt: number;
}

/** Epoch milliseconds with fractions, from a clock that is never set back. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/**
 * Sends numbered requests at a steady rate until the time, the number of requests or `stop` ends it, and records each.
 * Requests take the address that DNS gives at the moment of sending, wait in order when no connection is free, and are
 * never repeated.
 */
export class Generator {
  readonly #round: readonly string[];
  readonly #client: Client;
  readonly #addresses;
  #waiting: Waiting[] = [];
  #numbered = 0;
  #recorded = 0;
  #answered = 0;
  #unsent = 0;
  #stop: (() => void) | undefined;
  #stopped = false;
  #lookingUp = false;

  public constructor(
    private readonly options: LoadOptions,
    private readonly journal: Journal,
  ) {
    const port = Number(options.url.port === "" ? "80" : options.url.port);
    const { connections, timeout } = options;
    this.#round = roundOf(options.paths);
    this.#client = new Client({ port, connections, timeoutMs: timeout * 1000, host: options.url.host, now });
    this.#addresses = followName(options.url.hostname, options.dns, now);
  }

  /** Ends the sending; open answers are still waited for. */
  public stop(): void {
    this.#stopped = true;
    this.#stop?.();
  }

  /** The whole run; resolves with its last line, which is in the journal too. */
  public async run(): Promise<EndRecord> {
    const startedAt = now();
    const pace = new Pace(this.options.rate, startedAt);
    const endAt = startedAt + this.options.seconds * 1000;
    let before = startedAt;
    while (!this.#stopped && now() < endAt && this.#numbered < this.options.requests) {
      const moment = now();
      this.#number(pace.take(moment, Math.max(1, moment - before)), moment);
      before = moment;
      this.#giveUpOld(moment);
      this.#pump();
      await this.#pause(Math.max(1, Math.min(pace.wait(now()), endAt - now(), 50)));
    }
    await this.#lastAnswers();
    const end = {
      end: true,
      sent: this.#numbered,
      answered: this.#answered,
      skipped: pace.skipped + this.#unsent,
    } as const;
    this.journal.write(end);
    return end;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#stop = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #number(due: number, dueAt: number): void {
    for (let i = 0; i < due && this.#numbered < this.options.requests; i++) {
      if (this.#numbered - this.#recorded >= MOST_OPEN) {
        this.#unsent++;
        continue;
      }
      const path = this.#round[this.#numbered % this.#round.length] ?? "/";
      this.#waiting.push({ n: ++this.#numbered, path, dueAt });
    }
  }

  #giveUpOld(moment: number): void {
    const oldest = moment - this.options.timeout * 1000;
    while ((this.#waiting[0]?.dueAt ?? moment) < oldest) this.#failFirst("no free connection in time");
  }

  #failFirst(error: string): void {
    const request = this.#waiting.shift();
    if (request !== undefined) this.#record(request, undefined, { sentAt: undefined, endedAt: now(), error });
  }

  /** Sends what waits, as far as there is an address and a free connection. */
  #pump(): void {
    while (this.#waiting.length > 0) {
      const address = this.#addresses.current();
      if (address === undefined) {
        this.#lookUp();
        return;
      }
      if (!this.#client.hasRoom(address)) return;
      const request = this.#waiting.shift();
      if (request === undefined) return;
      this.#client.send(address, request.path, request.n, (outcome) => {
        this.#record(request, address, outcome);
        this.#pump();
      });
    }
  }

  #lookUp(): void {
    if (this.#lookingUp) return;
    this.#lookingUp = true;
    this.#addresses
      .refresh()
      .then(
        () => this.#client.keepOnly(this.#addresses.all()),
        (error: unknown) => {
          // All that wait now have waited for this lookup; later ones ask again.
          for (let left = this.#waiting.length; left > 0; left--) this.#failFirst(`DNS ${codeOf(error)}`);
        },
      )
      .finally(() => {
        this.#lookingUp = false;
        this.#pump();
      });
  }

  #record(request: Waiting, ip: string | undefined, outcome: Outcome): void {
    const { sentAt, endedAt, ...result } = outcome;
    const t = sentAt ?? request.dueAt;
    const wait = rounded(t - request.dueAt);
    this.#recorded++;
    if (outcome.error === undefined) this.#answered++;
    this.journal.write({
      n: request.n,
      t: rounded(t),
      ms: rounded(endedAt - t),
      ...(wait >= 0.5 ? { wait } : {}),
      ...result,
      ...(ip === undefined ? {} : { ip }),
      path: request.path,
    });
  }

  async #lastAnswers(): Promise<void> {
    const deadline = now() + LAST_ANSWERS_MS;
    while (this.#recorded < this.#numbered && now() < deadline) {
      this.#giveUpOld(now());
      this.#pump();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    while (this.#waiting.length > 0) this.#failFirst("the load ended before it could be sent");
    await this.#client.destroy();
  }
}
