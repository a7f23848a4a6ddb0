import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const project = resolve(__dirname, "../..");

describe("The page of settings", () => {
  it("is the one that `npm run settings` writes now", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(project, "tools/checks/settings.mjs")]);
    expect(readFileSync(join(project, "docs/settings.md"), "utf8")).toBe(stdout);
  });
});
