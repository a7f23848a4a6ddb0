import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cacheDir } from "../paths";
import { ToolProblem } from "./problem";
import { lastWords, run } from "./run";

/** A key from everything that a result depends on: 16 hex digits of SHA-256; parts cannot run into each other. */
export function keyOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(`${String(Buffer.byteLength(part))}:`);
    hash.update(part);
  }
  return hash.digest("hex").slice(0, 16);
}

export async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Runs `work` while no other process of this machine does the same. The lock is flock(1) held by a child that lives as long
 * as its stdin stays open: it is given back by the kernel also when this process is killed, so no stale lock can exist.
 */
async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const holder = spawn("flock", [file, "sh", "-c", "echo locked; cat"], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once("data", () => {
      resolve();
    });
    holder.once("error", reject);
    holder.once("exit", (code) => {
      reject(
        new ToolProblem(`the lock ${file} could not be taken (flock ended with ${String(code)}): is the disk full?`),
      );
    });
  });
  try {
    return await work();
  } finally {
    holder.removeAllListeners("exit");
    holder.stdin.end();
  }
}

/** Flushes the file system that holds `folder`: one call, where a call per file would take minutes for an image's files. */
async function sync(folder: string): Promise<void> {
  const result = await run(["sync", "--file-system", folder]);
  if (result.code !== 0) throw new ToolProblem(`${folder}: could not be written to disk: ${lastWords(result)}`);
}

/** Leftovers of builds that were killed; called with the lock held, so nobody is writing there. */
async function removeLeftovers(target: string): Promise<void> {
  const prefix = `.${basename(target)}.`;
  for (const name of await readdir(dirname(target))) {
    if (name.startsWith(prefix) && name.endsWith(".partial")) {
      await rm(join(dirname(target), name), { recursive: true, force: true });
    }
  }
}

const unusedFor = 14 * 24 * 3600 * 1000;

/** Results with the same name under other keys that nobody asked for in two weeks: images alone are half a gigabyte each. */
async function removeOutdated(at: CacheEntry): Promise<void> {
  const parent = join(cacheDir(), at.kind);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${at.name}-`) || name === `${at.name}-${at.key}`) continue;
    const { mtimeMs } = await stat(join(parent, name));
    if (Date.now() - mtimeMs > unusedFor) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** A folder's time says when it was last asked for. */
async function use(folder: string): Promise<boolean> {
  const now = new Date();
  return utimes(folder, now, now).then(
    () => true,
    () => false,
  );
}

export interface CacheEntry {
  readonly kind: string;
  readonly name: string;
  readonly key: string;
}

const folderOf = (at: CacheEntry): string => join(cacheDir(), at.kind, `${at.name}-${at.key}`);

export function isCached(at: CacheEntry): Promise<boolean> {
  return exists(folderOf(at));
}

/**
 * The folder `<cache>/<kind>/<name>-<key>`, made by `build` if it is not there. `build` fills an empty folder beside it
 * that is flushed to disk and renamed as a whole: a folder under its final name is complete, also after a power cut.
 */
export async function cached(at: CacheEntry, build: (folder: string) => Promise<void>): Promise<string> {
  const target = folderOf(at);
  if (await use(target)) return target;
  return withLock(join(cacheDir(), "locks", `${at.kind}-${at.name}-${at.key}`), async () => {
    if (await exists(target)) return target;
    await mkdir(dirname(target), { recursive: true });
    await removeLeftovers(target);
    const partial = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString("hex")}.partial`);
    await mkdir(partial);
    try {
      await build(partial);
      await sync(partial);
      await rename(partial, target);
      await removeOutdated(at);
    } catch (error) {
      await rm(partial, { recursive: true, force: true });
      throw error;
    }
    return target;
  });
}
