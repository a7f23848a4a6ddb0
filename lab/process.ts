/** Starting, finding and ending the lab's processes. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { prepareGroup } from "./cgroup";
import { NAMESPACE_PREFIX } from "./network/plan";
import { labDir } from "./paths";

/** Machine-wide records of the lab: what runs, for whom. Gone after a clean `down`, and after a reboot. */
export const RUN_DIR = "/run/meshlift";

export interface DaemonOptions {
  /** Unique on the machine; also the name of the log. */
  readonly name: string;
  /** Network namespace, for example `meshlift-outside`; default: the caller's. */
  readonly netns?: string;
  readonly argv: readonly string[];
  /** Added to the caller's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Id of a process whose mount namespace the daemon shares; default: the caller's. */
  readonly mountsOf?: number;
  /** Control group below /meshlift; default: what follows the prefix in `netns`, else `outside`. */
  readonly group?: string;
}

interface DaemonRecord {
  readonly pid: number;
  /** Start time in clock ticks: tells this process from a later one with the same id. */
  readonly started: string;
  readonly group: string;
}

const recordsDir = join(RUN_DIR, "daemons");

function recordFile(name: string): string {
  return join(recordsDir, `${name}.json`);
}

/** Field 22 of /proc/PID/stat, or undefined when the process is gone or a zombie. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Path of a daemon's log. */
export function logFile(name: string): string {
  return join(labDir(), "log", `${name}.log`);
}

function namespaceArguments(netns: string | undefined, mountsOf: number | undefined): readonly string[] {
  // Not `ip netns exec`: it mounts a fresh /sys over the control groups' mounts, without which runc cannot work.
  const options = [
    ...(netns === undefined ? [] : [`--net=/run/netns/${netns}`]),
    ...(mountsOf === undefined ? [] : [`--mount=/proc/${String(mountsOf)}/ns/mnt`]),
  ];
  return options.length === 0 ? [] : ["nsenter", ...options, "--"];
}

/**
 * A shell that joins the control group before it becomes the program, so that no child can be born outside of it, and that
 * closes what the caller's own caller may have left open: a daemon would hold on to its pipes and locks.
 */
function inGroup(group: string, argv: readonly string[]): readonly string[] {
  const joins = prepareGroup(group).map((file) => `echo $$ > '${file}'`);
  const closes = `exec ${[3, 4, 5, 6, 7, 8, 9].map((fd) => `${String(fd)}>&-`).join(" ")}`;
  return ["sh", "-c", [...joins, closes, "ulimit -n 1048576 2>/dev/null", 'exec "$@"'].join("; "), "sh", ...argv];
}

function defaultGroup(netns: string | undefined): string {
  return netns?.startsWith(NAMESPACE_PREFIX) === true ? netns.slice(NAMESPACE_PREFIX.length) : "outside";
}

/**
 * Starts a program that outlives the caller: own session, no pipe to the caller, output appended to its log.
 *
 * @returns the program's process id (the wrappers around it `exec`, so it is the program's own)
 * @throws Error when a daemon of that name runs already, or when the program cannot be started
 */
export async function startDaemon(o: DaemonOptions): Promise<{ pid: number }> {
  if (daemonPid(o.name) !== undefined) throw new Error(`The lab's ${o.name} runs already.`);
  const group = o.group ?? defaultGroup(o.netns);
  const [file, ...rest] = inGroup(group, [...namespaceArguments(o.netns, o.mountsOf), ...o.argv]);
  mkdirSync(dirname(logFile(o.name)), { recursive: true });
  mkdirSync(recordsDir, { recursive: true });
  const log = openSync(logFile(o.name), "a", 0o600);
  try {
    const child = spawn(file ?? "sh", rest, {
      cwd: o.cwd ?? "/",
      env: { ...process.env, ...o.env },
      detached: true,
      stdio: ["ignore", log, log],
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("spawn", () => {
        resolve(child.pid ?? 0);
      });
    });
    child.unref();
    const record: DaemonRecord = { pid, started: startTime(pid) ?? "", group };
    writeFileSync(recordFile(o.name), JSON.stringify(record));
    return { pid };
  } finally {
    closeSync(log);
  }
}

function readRecord(name: string): DaemonRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(name), "utf8")) as DaemonRecord;
  } catch {
    return undefined;
  }
}

/** Process id of a running daemon, or undefined when it does not run (any more). */
export function daemonPid(name: string): number | undefined {
  const record = readRecord(name);
  return record !== undefined && startTime(record.pid) === record.started ? record.pid : undefined;
}

/** Names of all daemons with a record, running or not. */
export function daemonNames(): readonly string[] {
  return existsSync(recordsDir) ? readdirSync(recordsDir).map((file) => file.replace(/\.json$/, "")) : [];
}

/** Ends a daemon: SIGTERM, after `graceSeconds` (default 5) SIGKILL. Does nothing when it does not run. */
export async function stopDaemon(name: string, graceSeconds = 5): Promise<void> {
  const pid = daemonPid(name);
  if (pid !== undefined) {
    const killAt = Date.now() + graceSeconds * 1000;
    process.kill(pid, "SIGTERM");
    while (daemonPid(name) !== undefined) {
      if (Date.now() > killAt) process.kill(pid, "SIGKILL");
      await sleep(20);
    }
  }
  rmSync(recordFile(name), { force: true });
}

/** Forgets the records of a group's daemons once its processes are gone. */
export function forgetDaemons(group: string): void {
  for (const name of daemonNames()) if (readRecord(name)?.group === group) rmSync(recordFile(name), { force: true });
}

/** Last lines of a daemon's log, for an error message. */
export function logTail(name: string, lines = 5): string {
  try {
    return readFileSync(logFile(name), "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

export interface RunOptions {
  readonly netns?: string;
  readonly mountsOf?: number;
  readonly input?: string;
  /** Control group to run in, for what takes long enough to be left behind when the caller is killed. */
  readonly group?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a short command to its end.
 *
 * @returns its standard output
 * @throws Error with the command and what it wrote to standard error when it does not exit with 0
 */
export function run(argv: readonly string[], o: RunOptions = {}): Promise<string> {
  const inner = [...namespaceArguments(o.netns, o.mountsOf), ...argv];
  const [file, ...rest] = o.group === undefined ? inner : inGroup(o.group, inner);
  return new Promise((resolve, reject) => {
    const child = spawn(file ?? "", rest, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...o.env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined); // A command that reads no input may close it early.
    child.stdin.end(o.input ?? "");
    child.once("error", (error) => {
      reject(new Error(`Cannot run ${argv[0] ?? ""}: ${error.message}`));
    });
    child.once("close", (code, signal) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else {
        const said = Buffer.concat(err).toString().trim();
        reject(new Error(`${argv.join(" ")} ended with ${signal ?? String(code)}${said === "" ? "" : `: ${said}`}`));
      }
    });
  });
}
