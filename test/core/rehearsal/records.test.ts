import { describe, expect, it } from "vitest";
import { duplicatesOf, isLost, lostIn, parseRecords, sentIn } from "../../../core/rehearsal/records";

const ok = (n: number): object => ({ n, t: 1000 + n, ms: 2, status: 200, pod: "a" });
const text = (...lines: readonly object[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

describe("reading a load generator's file", () => {
  it("takes every record and the generator's own count", () => {
    expect(parseRecords(text(ok(1), ok(2), { end: true, sent: 2, answered: 2, skipped: 3 }))).toEqual({
      records: [ok(1), ok(2)],
      sent: 2,
      skipped: 3,
      garbled: 0,
    });
  });

  it("leaves out a last line that was cut short by a sudden end", () => {
    expect(parseRecords(`${text(ok(1))}{"n":2,"t":10`)).toEqual({
      records: [ok(1)],
      sent: undefined,
      skipped: 0,
      garbled: 0,
    });
  });

  it("counts lines in the middle that are no records", () => {
    const log = parseRecords(`${text(ok(1))}oops\n{"n":"2","t":1,"ms":1}\n${text(ok(3))}`);
    expect({ numbers: log.records.map((record) => record.n), garbled: log.garbled }).toEqual({
      numbers: [1, 3],
      garbled: 2,
    });
  });
});

describe("a lost request", () => {
  it.each([
    ["no answer", { error: "ECONNRESET" }, true],
    ["neither an answer nor an error", {}, true],
    ["a server error", { status: 503 }, true],
    ["a redirect, which no path of a rehearsal gives", { status: 301 }, true],
    ["a success", { status: 200 }, false],
  ])("is told by its record: %s", (_, answer, lost) => {
    expect(isLost({ n: 1, t: 1, ms: 1, ...answer })).toBe(lost);
  });

  it("is counted even when nothing at all was recorded of it", () => {
    const log = parseRecords(text(ok(1), ok(4), { n: 5, t: 9, ms: 1, status: 502 }, { end: true, sent: 7 }));
    expect(sentIn(log)).toBe(7);
    // 2, 3, 6 and 7 are missing, 5 was refused.
    expect(lostIn(log)).toBe(5);
  });

  it("is found by the highest number when the generator had no time for a last word", () => {
    const log = parseRecords(text(ok(1), ok(4)));
    expect([sentIn(log), lostIn(log)]).toEqual([4, 2]);
  });
});

describe("the applications' own logs", () => {
  it("show how many requests were answered, and each time that one was answered again", () => {
    const lines = ["lab-request 1", "noise", "lab-request 2lab-request 3", "lab-request 2", "lab-request 2"];
    expect(duplicatesOf(lines)).toEqual({ duplicates: 2, witnessed: 3 });
  });

  it("are not fooled by a logged header of the same words", () => {
    expect(duplicatesOf(["x-lab-request 7"])).toEqual({ duplicates: 0, witnessed: 0 });
  });
});
