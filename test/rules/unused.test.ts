import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const project = resolve(__dirname, "../..");

const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ dependencies: { zod: "1.0.0", "left-over": "1.0.0" }, devDependencies: {} }),
  "tsconfig.json": JSON.stringify({
    compilerOptions: { module: "node20", types: [], strict: true },
    include: ["*.ts", "core"],
  }),
  "index.ts":
    'import { used, type Args } from "./core/barrel";\nexport const program = (args: Args): number => used(args);\n',
  "core/barrel.ts": 'export { used, handedOn, type Args } from "./thing";\n',
  "core/thing.ts": [
    'export const zod = "zod";',
    "export interface Args { readonly detail: Detail }",
    "export interface Detail { readonly count: number }",
    "export function used(args: Args): number { return own(args.detail.count); }",
    "export function own(count: number): number { return count; }",
    "export const handedOn = 1;",
    "export type Forgotten = string;",
  ].join("\n"),
  "core/alone.ts": 'import { used } from "./thing";\nexport const alone = used;\n',
};

describe("The check for unused code", () => {
  it("names exports, files and packages that nobody uses, and no others", async () => {
    const folder = mkdtempSync(join(tmpdir(), "meshlift-unused-"));
    cpSync(join(project, "tools/checks"), join(folder, "tools/checks"), { recursive: true });
    symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const findings = await new Promise<string>((done) => {
      execFile(process.execPath, ["tools/checks/unused.mjs"], { cwd: folder }, (_error, _stdout, stderr) => {
        done(stderr);
      });
    });
    rmSync(folder, { recursive: true, force: true });
    expect(findings.trim().split("\n").sort()).toEqual([
      "core/alone.ts: nobody starts or imports this file.",
      "core/thing.ts:1: zod is exported, but nobody uses it: remove it.",
      "core/thing.ts:5: own is exported, but only its own file uses it: do not export it.",
      "core/thing.ts:6: handedOn is exported, but nobody uses it: remove it.",
      "core/thing.ts:7: Forgotten is exported, but nobody uses it: remove it.",
      "package.json: no source names the package left-over: remove it.",
    ]);
  });
});
