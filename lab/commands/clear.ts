/** Ends everything of a lab that is on this machine, whichever checkout made it and however it ended. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { clearGroups, processesOf } from "../cgroup";
import { allRecords } from "../cluster/record";
import { removeHostFolders } from "../hostFolders";
import { deleteAllNamespaces, labNamespaces, processesIn } from "../network/namespaces";
import { labDir } from "../paths";
import { RUN_DIR, run } from "../process";
import type { Progress } from "../tools";
import { readOwner } from "./state";

/** What of a lab's folder tells of things that end with the lab. Logs, reports and Pulumi's home stay. */
const ENDING = ["clusters", "cloud", "pulumi-state", "lab.json"];

/** Mounts of a lab in this mount namespace: those below its folders, and whatever says in its path whose it is. */
function strayMounts(labDirs: readonly string[]): readonly string[] {
  const below = [RUN_DIR, ...labDirs.map((dir) => join(dir, "clusters"))];
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) =>
      (line.split(" ")[1] ?? "").replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    )
    .filter((path) => below.some((dir) => path === dir || path.startsWith(`${dir}/`)))
    .reverse();
}

/** True when something of a lab is on this machine, or in this checkout's lab folder after a reboot. */
export function anythingLeft(): boolean {
  const inFolder = ENDING.some((entry) => existsSync(join(labDir(), entry)));
  return inFolder || existsSync(RUN_DIR) || labNamespaces().length > 0 || processesOf().length > 0;
}

/**
 * Processes first (they hold all else), then mounts, namespaces, files. Safe to repeat, and to be killed at any moment:
 * the records go last.
 */
export async function clearMachine(progress: Progress): Promise<void> {
  const owner = readOwner();
  if (owner !== undefined && owner.labDir !== labDir()) progress(`ending the lab that ${owner.labDir} belongs to`);
  const count = processesOf().length;
  if (count > 0) progress(`ending ${String(count)} processes`);
  await clearGroups(undefined, () => processesIn(labNamespaces()));

  const labDirs = [...new Set([labDir(), ...(owner === undefined ? [] : [owner.labDir])])].filter(
    (dir) => isAbsolute(dir) && dir !== "/",
  );
  for (const mount of strayMounts(labDirs)) await run(["umount", "-n", "-l", mount]);
  await deleteAllNamespaces();
  for (const { directory, name } of allRecords()) {
    // A record is only a file: what it names is removed when it has the shape of what the lab makes.
    if (directory.endsWith(`/clusters/${name}`)) await rm(directory, { recursive: true, force: true });
  }
  for (const dir of labDirs) for (const entry of ENDING) await rm(join(dir, entry), { recursive: true, force: true });
  await removeHostFolders();
  rmSync(RUN_DIR, { recursive: true, force: true });
}
