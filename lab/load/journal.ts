import { open } from "node:fs/promises";

/** One line of the file that the generator writes; see `LoadRecord` for the meaning of a request's fields. */
export interface LoadRecord {
  readonly n: number;
  /** epoch milliseconds at which it went out on a connection (or was due, when it never did) */
  readonly t: number;
  /** milliseconds from `t` to the last byte of the answer, or to the error */
  readonly ms: number;
  /** milliseconds it waited for an address or a connection before `t` */
  readonly wait?: number;
  readonly status?: number;
  readonly pod?: string;
  readonly ip?: string;
  readonly path: string;
  readonly error?: string;
}

export interface EndRecord {
  readonly end: true;
  readonly sent: number;
  /** requests with a complete answer, whatever its status */
  readonly answered: number;
  /** requests that were due but not sent, because this program had been paused or too many were open */
  readonly skipped: number;
}

/** A file of one JSON line per record. */
export interface Journal {
  write(record: LoadRecord | EndRecord): void;
  /** Writes what is left and closes the file. Rejects when any write failed. */
  close(): Promise<void>;
}

/** Records reach the file at most this late, so that whoever follows it sees the present. */
const FLUSH_MS = 100;

/** Opens (and empties) the file. `onFailure` hears once of a write that failed: records after it are lost. */
export async function openJournal(file: string, onFailure: (error: unknown) => void): Promise<Journal> {
  const handle = await open(file, "w");
  let lines: string[] = [];
  let failed: Error | undefined;
  let writing = Promise.resolve();
  const flush = (): void => {
    if (lines.length === 0 || failed !== undefined) return;
    const chunk = lines.join("");
    lines = [];
    // One write after the other: two at a time could change places.
    writing = writing
      .then(() => handle.appendFile(chunk))
      .catch((error: unknown) => {
        if (failed === undefined) onFailure(error);
        failed = error instanceof Error ? error : new Error(String(error));
      });
  };
  const timer = setInterval(flush, FLUSH_MS);
  return {
    write: (record) => void lines.push(`${JSON.stringify(record)}\n`),
    close: async () => {
      clearInterval(timer);
      flush();
      await writing;
      await handle.close();
      if (failed !== undefined) throw failed;
    },
  };
}
