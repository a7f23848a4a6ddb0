/**
 * The few folders of the machine itself that the lab needs and that may not be there: made on demand, noted, and removed
 * by `down` if the lab made them and nobody else uses them.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RUN_DIR, run } from "./process";

const notesDir = join(RUN_DIR, "folders");

/** Notes that the lab is the one that makes `folder`, if it is not there; makes it unless `make` is false. */
export function ensureHostFolder(folder: string, make = true): void {
  if (existsSync(folder)) return;
  mkdirSync(notesDir, { recursive: true });
  // Noted first: a note without a folder does no harm, a folder without a note would stay.
  writeFileSync(join(notesDir, encodeURIComponent(folder)), "");
  if (make) mkdirSync(folder, { recursive: true });
}

/** Removes what `ensureHostFolder` noted, as far as it is empty; a mount of the folder on itself goes first. */
export async function removeHostFolders(): Promise<void> {
  if (!existsSync(notesDir)) return;
  for (const note of readdirSync(notesDir)) {
    const folder = decodeURIComponent(note);
    if (!existsSync(folder) || readdirSync(folder).length > 0) continue;
    // -n: otherwise umount makes a folder of its own in /run.
    if (readFileSync("/proc/self/mounts", "utf8").includes(` ${folder} `)) await run(["umount", "-n", folder]);
    rmdirSync(folder);
  }
}
