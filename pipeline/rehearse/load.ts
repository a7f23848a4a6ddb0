import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** An answer as far as the steps look at it while the load runs. */
export interface Seen {
  /** epoch milliseconds at which the request was sent */
  readonly t: number;
  /** the address that was asked */
  readonly ip: string;
}

/** A steady load of numbered requests that runs as a process of its own and writes one JSON line per answer. */
export interface Load {
  readonly file: string;
  /** The answers so far to requests that were sent at or after a moment (epoch milliseconds). */
  since(moment: number): readonly Seen[];
  /** Stops sending, waits for open answers, returns the whole file. Throws when the generator did not end cleanly. */
  stop(): Promise<string>;
}

/** Reads only what has been appended since the last call; an unfinished last line waits for its rest. */
function follow(file: string): () => readonly Seen[] {
  const seen: Seen[] = [];
  let offset = 0;
  let rest = "";
  return () => {
    if (!existsSync(file)) return seen;
    const handle = openSync(file, "r");
    try {
      const buffer = Buffer.alloc(fstatSync(handle).size - offset);
      offset += readSync(handle, buffer, 0, buffer.length, offset);
      rest += buffer.toString("utf8");
    } finally {
      closeSync(handle);
    }
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const record = JSON.parse(line) as Partial<Seen>;
      if (record.t !== undefined) seen.push({ t: record.t, ip: record.ip ?? "" });
    }
    return seen;
  };
}

/** Starts the generator program (`argv`, without its --out option) and resolves when the first answer is there. */
export async function startLoad(argv: readonly string[], file: string): Promise<Load> {
  rmSync(file, { force: true });
  const [program, ...rest] = argv;
  if (program === undefined) throw new Error("the load generator's command line is empty");
  const child = spawn(program, [...rest, "--out", file], { stdio: ["ignore", "inherit", "inherit"] });
  const ended = once(child, "exit");
  const state = { running: true };
  void ended.then(() => (state.running = false));
  const answers = follow(file);
  const deadline = Date.now() + 15_000;
  while (answers().length === 0) {
    if (!state.running) throw new Error("the load generator ended before its first answer");
    if (Date.now() > deadline) {
      child.kill("SIGTERM");
      throw new Error("the load generator got no answer within 15 s");
    }
    await sleep(50);
  }
  return {
    file,
    since: (moment) => {
      const all = answers();
      // Answers are written in the order in which they came: a late one may stand some places behind, never thousands.
      const from = Math.max(
        0,
        all.findLastIndex((answer) => answer.t < moment - 30_000),
      );
      return all.slice(from).filter((answer) => answer.t >= moment);
    },
    stop: async () => {
      if (state.running) child.kill("SIGTERM");
      const [code] = (await ended) as [number | null];
      if (code !== 0) throw new Error(`the load generator ended with ${String(code)}: see its messages above`);
      return readFileSync(file, "utf8");
    },
  };
}
