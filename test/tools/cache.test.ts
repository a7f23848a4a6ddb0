import { mkdtemp, readdir, rm, writeFile, mkdir, readFile, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cached, keyOf } from "../../lab/tools/cache";

let folder: string;
const before = process.env["MESHLIFT_CACHE"];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "meshlift-cache-"));
  process.env["MESHLIFT_CACHE"] = folder;
});

afterEach(async () => {
  await rm(folder, { recursive: true });
  if (before === undefined) delete process.env["MESHLIFT_CACHE"];
  else process.env["MESHLIFT_CACHE"] = before;
});

describe("keyOf", () => {
  it("gives the same key only for the same list of parts, wherever the text is cut", () => {
    const parts = fc.array(fc.string());
    fc.assert(
      fc.property(parts, parts, (a, b) => (keyOf(a) === keyOf(b)) === (JSON.stringify(a) === JSON.stringify(b))),
    );
    expect(keyOf(["ab", "c"])).not.toBe(keyOf(["a", "bc"]));
  });

  it("treats bytes and the text that they encode alike", () => {
    expect(keyOf([Buffer.from("käse")])).toBe(keyOf(["käse"]));
  });
});

const at = { kind: "tools", name: "thing", key: "0123456789abcdef" };

describe("cached", () => {
  it("builds once and gives the same folder afterwards", async () => {
    let builds = 0;
    const build = async (partial: string): Promise<void> => {
      builds += 1;
      await writeFile(join(partial, "file"), "content");
    };
    const first = await cached(at, build);
    expect(await cached(at, build)).toBe(first);
    expect(first).toBe(join(folder, "tools", "thing-0123456789abcdef"));
    expect(await readFile(join(first, "file"), "utf8")).toBe("content");
    expect(builds).toBe(1);
  });

  it("builds once when asked for twice at the same time", async () => {
    let builds = 0;
    const build = async (partial: string): Promise<void> => {
      builds += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      await writeFile(join(partial, "file"), "content");
    };
    expect(new Set(await Promise.all([cached(at, build), cached(at, build)])).size).toBe(1);
    expect(builds).toBe(1);
  });

  it("leaves nothing behind when a build fails, and builds again the next time", async () => {
    const failing = async (partial: string): Promise<void> => {
      await writeFile(join(partial, "half"), "");
      throw new Error("compiler crashed");
    };
    await expect(cached(at, failing)).rejects.toThrow("compiler crashed");
    expect(await readdir(join(folder, "tools"))).toEqual([]);
    await cached(at, (partial) => writeFile(join(partial, "whole"), ""));
    expect(await readdir(join(folder, "tools", "thing-0123456789abcdef"))).toEqual(["whole"]);
  });

  it("removes what a killed build left and does not take it for a result", async () => {
    await mkdir(join(folder, "tools", ".thing-0123456789abcdef.dead.partial"), { recursive: true });
    await cached(at, (partial) => writeFile(join(partial, "whole"), ""));
    expect(await readdir(join(folder, "tools"))).toEqual(["thing-0123456789abcdef"]);
  });

  it("keeps results under other keys that were asked for lately, and removes those of long ago", async () => {
    const old = (key: string): Promise<string> =>
      cached({ ...at, key }, (partial) => writeFile(join(partial, "f"), ""));
    const [forgotten, used] = [await old("forgotten"), await old("used")];
    const monthAgo = new Date(Date.now() - 30 * 24 * 3600 * 1000);
    for (const each of [forgotten, used]) await utimes(each, monthAgo, monthAgo);
    await old("used");
    await cached(at, (partial) => writeFile(join(partial, "f"), ""));
    expect((await readdir(join(folder, "tools"))).sort()).toEqual(["thing-0123456789abcdef", "thing-used"]);
  });
});
