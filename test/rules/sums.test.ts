import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const program = resolve(__dirname, "../../tools/checks/sums.mjs");

interface Part {
  readonly statuses?: readonly string[];
  readonly code: number;
}

function sums(parts: Readonly<Record<string, Part>>): Promise<{ code: number | null; lines: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), "meshlift-sums-"));
  for (const [name, { statuses, code }] of Object.entries(parts)) {
    writeFileSync(join(folder, `${name}.code`), `${code}\n`);
    if (statuses === undefined) continue;
    const assertionResults = statuses.map((status, index) => ({ status, fullName: `test ${index}` }));
    const testResults = statuses.length === 0 ? [] : [{ name: "file", status: "passed", assertionResults }];
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ testResults }));
  }
  return new Promise((done) => {
    const child = execFile(process.execPath, [program, folder, ...Object.keys(parts)], (_error, stdout) => {
      rmSync(folder, { recursive: true, force: true });
      done({ code: child.exitCode, lines: stdout.trim().split("\n") });
    });
  });
}

describe("The sums of continuous integration", () => {
  it.each([
    {
      reason: "everything passed",
      parts: { test: { statuses: ["passed", "passed"], code: 0 }, lab: { statuses: ["passed"], code: 0 } },
      last: "3 passed, 0 failed",
      code: 0,
    },
    {
      reason: "one failed",
      parts: { test: { statuses: ["passed", "failed"], code: 1 }, lab: { statuses: ["passed"], code: 0 } },
      last: "2 passed, 1 failed",
      code: 1,
    },
    {
      reason: "a skipped test has proved nothing",
      parts: { test: { statuses: ["passed", "skipped"], code: 0 }, lab: { statuses: ["passed"], code: 0 } },
      last: "2 passed, 1 failed",
      code: 1,
    },
    {
      reason: "a part without any test has proved nothing",
      parts: { test: { statuses: ["passed"], code: 0 }, lab: { statuses: [], code: 0 } },
      last: "1 passed, 1 failed",
      code: 1,
    },
    {
      reason: "a part that died before it wrote results has failed",
      parts: { test: { statuses: ["passed"], code: 0 }, lab: { code: 137 } },
      last: "1 passed, 1 failed",
      code: 1,
    },
    {
      reason: "an error outside the tests ends a part badly",
      parts: { test: { statuses: ["passed"], code: 1 }, lab: { statuses: ["passed"], code: 0 } },
      last: "2 passed, 1 failed",
      code: 1,
    },
  ])("end with '$last' when $reason", async ({ parts, last, code }) => {
    const result = await sums(parts);
    expect({ code: result.code, last: result.lines.at(-1) }).toEqual({ code, last });
  });
});
