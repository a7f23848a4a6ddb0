/**
 * Says how many requests are due: an open loop, so a slow answer never slows the sending. After a pause of the
 * process the missed ones are caught up, ten times faster than the rate at most; what is more than a second behind is
 * given up (`skipped`), for a burst of old requests would measure the burst.
 */
export class Pace {
  #sent = 0;
  #skipped = 0;

  /** `rate` per second; `startedAt` and all later moments in milliseconds of one clock. */
  public constructor(
    private readonly rate: number,
    private readonly startedAt: number,
  ) {}

  public get skipped(): number {
    return this.#skipped;
  }

  /** Requests to send now, given that it is called at least every `tickMs`; they count as sent. */
  public take(now: number, tickMs: number): number {
    const due = Math.floor(((now - this.startedAt) * this.rate) / 1000) + 1 - this.#sent - this.#skipped;
    const late = Math.max(0, due - Math.max(this.rate, 1));
    this.#skipped += late;
    const burst = Math.max(1, Math.ceil((this.rate * tickMs) / 100));
    const taken = Math.max(0, Math.min(due - late, burst));
    this.#sent += taken;
    return taken;
  }

  /** Milliseconds until the next request is due; 0 when one is. */
  public wait(now: number): number {
    return Math.max(0, this.startedAt + ((this.#sent + this.#skipped) * 1000) / this.rate - now);
  }
}
