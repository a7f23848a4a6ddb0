/**
 * Control groups of the lab: every process that the lab starts, pods included, is in a group below `/meshlift`, so that
 * whoever clears up finds it by name even when no record of it is left.
 *
 * Layout: `/meshlift/<group>/daemons` holds daemons, `/meshlift/<group>/pods` is the kubelet's root; `<group>` is a
 * cluster's name, `outside`, or `commands`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const MOUNT = "/sys/fs/cgroup";
const TOP = "meshlift";
const CGROUP2_MAGIC = 0x63677270;

/** True on a machine with cgroup v2 only; a hybrid one counts as v1, as the kubelet sees it. */
function isUnified(): boolean {
  return statfsSync(MOUNT).type === CGROUP2_MAGIC;
}

/** Every mounted hierarchy: one on v2; on v1 one per controller, and the bare v2 tree of hybrid machines, which runc uses too. */
function hierarchies(): readonly string[] {
  if (isUnified()) return [MOUNT];
  const seen = new Set<string>();
  for (const line of readFileSync("/proc/self/mounts", "utf8").split("\n")) {
    const [, path, type] = line.split(" ");
    if (type?.startsWith("cgroup") === true && path?.startsWith(`${MOUNT}/`)) seen.add(path);
  }
  return [...seen];
}

/** The group's path as the kubelet wants it (`cgroupRoot`). */
export function podsGroup(group: string): string {
  return `/${TOP}/${group}/pods`;
}

/** Makes the groups of `group` and returns the files that a process writes its id to in order to be a member. */
export function prepareGroup(group: string): readonly string[] {
  const unified = isUnified();
  const files: string[] = [];
  for (const root of hierarchies()) {
    mkdirSync(join(root, podsGroup(group)), { recursive: true });
    // Memory (to measure) and pids (to find) are enough for daemons; cpuset would refuse members until it is given processors.
    if (!unified && !/\/(memory|pids)$/.test(root)) continue;
    const daemons = join(root, TOP, group, "daemons");
    mkdirSync(daemons, { recursive: true });
    files.push(join(daemons, "cgroup.procs"));
  }
  if (unified) delegateControllers(group);
  preferPods(unified);
  return files;
}

/**
 * Gives the lab's groups twice the weight of an ordinary process. By default all pods together weigh as much as one, so that
 * an engine at work could starve the very gateways it moves traffic between; much more would slow the engine down instead.
 * In a real environment the two do not share processors.
 */
function preferPods(unified: boolean): void {
  const [files, weight] = unified
    ? [[join(MOUNT, TOP, "cpu.weight")], "200"]
    : [hierarchies().map((root) => join(root, TOP, "cpu.shares")), "2048"];
  for (const file of files) if (existsSync(file)) writeFileSync(file, weight);
}

/** On v2 a controller exists in a group only when each group above hands it down. */
function delegateControllers(group: string): void {
  for (const path of ["", TOP, join(TOP, group), podsGroup(group)]) {
    const folder = join(MOUNT, path);
    const wanted = readFileSync(join(folder, "cgroup.controllers"), "utf8").trim().split(/\s+/).filter(Boolean);
    for (const controller of wanted) {
      try {
        writeFileSync(join(folder, "cgroup.subtree_control"), `+${controller}`);
      } catch {
        // A controller in use by real-time threads or already handed down cannot be written; the kubelet names those it misses.
      }
    }
  }
}

function walk(folder: string, visit: (folder: string) => void): void {
  for (const entry of safeReaddir(folder)) walk(join(folder, entry), visit);
  visit(folder);
}

function safeReaddir(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** Folders of `group`, or of the whole lab, in every hierarchy. The prefix covers groups that other versions may have made. */
function tops(group?: string): readonly string[] {
  return hierarchies().flatMap((root) =>
    group === undefined
      ? safeReaddir(root)
          .filter((name) => name.startsWith(TOP))
          .map((name) => join(root, name))
      : [join(root, TOP, group)].filter((path) => existsSync(path)),
  );
}

/** Ids of the processes in `group`, or in all of the lab's groups. */
export function processesOf(group?: string): readonly number[] {
  const found = new Set<number>();
  for (const top of tops(group)) {
    walk(top, (folder) => {
      try {
        for (const line of readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n")) {
          // Processes of another process-id namespace are listed as 0.
          if (Number(line) > 0) found.add(Number(line));
        }
      } catch {
        // The group went away while it was being read: no members.
      }
    });
  }
  return [...found];
}

/** Names of the groups that exist: clusters, `outside`, `commands`. */
export function groups(): readonly string[] {
  return [...new Set(hierarchies().flatMap((root) => safeReaddir(join(root, TOP))))].sort();
}

/** This process and its ancestors: clearing up must not end the command that does it. */
function ancestors(): ReadonlySet<number> {
  const own = new Set<number>();
  for (let pid = process.pid; pid > 1 && !own.has(pid);) {
    own.add(pid);
    try {
      const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
      pid = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    } catch {
      break;
    }
  }
  return own;
}

/**
 * Kills every process of `group` (default: of the lab) and removes its control groups.
 *
 * @param alsoEnd finds processes that belong to the lab by other signs
 * @throws Error when a process does not die within 20 s (stuck in the kernel), naming it
 */
export async function clearGroups(group?: string, alsoEnd: () => readonly number[] = () => []): Promise<void> {
  const spared = ancestors();
  const deadline = Date.now() + 20_000;
  for (;;) {
    thaw(group);
    const left = [...processesOf(group), ...alsoEnd()].filter((pid) => !spared.has(pid));
    if (left.length === 0) break;
    if (Date.now() > deadline) {
      throw new Error(
        `These processes of the lab do not end after SIGKILL: ${left.join(", ")}. Look at them with ps, then try again.`,
      );
    }
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Already gone.
      }
    }
    await sleep(30);
  }
  for (const top of tops(group)) {
    walk(top, (folder) => {
      try {
        rmdirSync(folder);
      } catch {
        // Busy only when this very command runs inside of it; the next clearing takes it.
      }
    });
  }
}

/** A v1 process that is frozen (a container in the middle of being set up) does not see its signal. */
function thaw(group?: string): void {
  for (const top of tops(group)) {
    if (!top.startsWith(`${MOUNT}/freezer/`)) continue;
    walk(top, (folder) => {
      const file = join(folder, "freezer.state");
      try {
        if (readFileSync(file, "utf8").trim() !== "THAWED") writeFileSync(file, "THAWED");
      } catch {
        // Not there any more.
      }
    });
  }
}

/**
 * Memory of the given processes in MiB as the sum of proportional set sizes: shared pages are counted once, and the page
 * cache of files that nobody maps is left out.
 */
export function memoryOf(pids: readonly number[]): number {
  let kibibytes = 0;
  for (const pid of pids) {
    try {
      kibibytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    } catch {
      // Ended while being counted.
    }
  }
  return kibibytes / 1024;
}
