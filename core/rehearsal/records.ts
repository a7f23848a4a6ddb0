import { isObject } from "../json";
import type { RequestLog, RequestRecord } from "./types";

/**
 * Reads what a load generator wrote: one JSON object per line, at the end one with `"end": true`.
 * The writer may have been killed at any byte, so a last line without its line break is left out in silence;
 * any other line that is no record is counted as garbled.
 */
export function parseRecords(ndjson: string): RequestLog {
  const records: RequestRecord[] = [];
  let sent: number | undefined;
  let skipped = 0;
  let garbled = 0;
  const lines = ndjson.split("\n");
  lines.forEach((line, index) => {
    if (line.trim() === "") return;
    const value = parsed(line);
    if (isObject(value) && value["end"] === true) {
      sent = numberOr(value["sent"], undefined);
      skipped = numberOr(value["skipped"], 0);
    } else if (isRecord(value)) {
      records.push(value);
    } else if (index < lines.length - 1) {
      garbled++;
    }
  });
  return { records, sent, skipped, garbled };
}

/** Whether a request got no answer, or one that is not a success (2xx): every path of a rehearsal answers 200 when all is well. */
export function isLost(record: RequestRecord): boolean {
  const { status } = record;
  return record.error !== undefined || status === undefined || status < 200 || status > 299;
}

/** Numbered requests that were sent: by the generator's own word, or by the highest number seen. */
export function sentIn(log: RequestLog): number {
  return log.records.reduce((most, record) => Math.max(most, record.n), log.sent ?? 0);
}

/** Requests lost over the whole log: those recorded as lost, and the numbers sent of which nothing was recorded. */
export function lostIn(log: RequestLog): number {
  const seen = new Set(log.records.map((record) => record.n));
  const missing = sentIn(log) - seen.size;
  return missing + log.records.filter(isLost).length;
}

/**
 * What the applications' own logs say: a line `lab-request N` for each request that one of them answered.
 * Give the lines of all pods of both sides. `witnessed` is how many different requests they show, so that a log that
 * is missing or cut cannot pass for a log without duplicates.
 */
export function duplicatesOf(lines: Iterable<string>): { readonly duplicates: number; readonly witnessed: number } {
  const seen = new Set<number>();
  let duplicates = 0;
  for (const line of lines) {
    // Two workers of one application may write into one line: every occurrence counts, wherever it stands.
    for (const found of line.matchAll(/(?<!x-)lab-request (\d+)/g)) {
      const n = Number(found[1]);
      if (seen.has(n)) duplicates++;
      seen.add(n);
    }
  }
  return { duplicates, witnessed: seen.size };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function numberOr<T>(value: unknown, otherwise: T): number | T {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function isRecord(value: unknown): value is RequestRecord {
  if (!isObject(value)) return false;
  const needed = [value["n"], value["t"], value["ms"]].every((v) => typeof v === "number" && Number.isFinite(v));
  const optionalNumbers = [value["status"], value["wait"]].every((v) => v === undefined || typeof v === "number");
  const texts = ["pod", "ip", "path", "error"].map((key) => value[key]);
  return needed && optionalNumbers && texts.every((v) => v === undefined || typeof v === "string");
}
