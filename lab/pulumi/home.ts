import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import {
  chmod,
  copyFile,
  link as hardLink,
  lstat,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { projectDir } from "../paths";

/** One stand-in provider: the npm package that fixes its version, and its compiled entry. */
interface StandIn {
  readonly name: string;
  readonly entry: string;
  /** Whether the machine's own plugin may take its place. */
  readonly realMayServe: boolean;
}

// Only kubernetes talks to nothing but the clusters it is given. The real cloud plugins would reach for the real clouds.
const STAND_INS: readonly StandIn[] = [
  { name: "kubernetes", entry: "lab/providers/kubernetes/main.js", realMayServe: true },
  { name: "azure-native", entry: "lab/providers/azure/main.js", realMayServe: false },
  { name: "gcp", entry: "lab/providers/google/main.js", realMayServe: false },
];

const LANGUAGE_HOST = "pulumi-language-nodejs";

export interface PulumiHome {
  /** For PULUMI_HOME: plugins and the login of the file backend. */
  readonly home: string;
  /** Folders for the front of PATH: pulumi with its language host, then the tools. */
  readonly path: readonly string[];
}

/**
 * Makes the lab's own PULUMI_HOME below `labDir`: a plugin cache with the stand-ins at the versions of the installed SDKs, the
 * Node language host, the state folder of the file backend and its login. May be repeated and run twice at once: every file is
 * put in place by a rename.
 *
 * @param bin folder with the pulumi program and the other tools
 */
export async function preparePulumiHome(labDir: string, bin: string): Promise<PulumiHome> {
  const home = path.join(labDir, "pulumi-home");
  const state = path.join(labDir, "pulumi-state");
  const cli = path.join(labDir, "pulumi-cli");
  const plugins = path.join(home, "plugins");
  await Promise.all([plugins, state, cli].map((folder) => mkdir(folder, { recursive: true })));
  const cache = path.join(labDir, "compile-cache");
  for (const standIn of STAND_INS) {
    // A stand-in that is not built has no entry; a program that needs it then gets the engine's own message.
    if (existsSync(compiled(standIn.entry))) await placePlugin(standIn, plugins, cache);
  }
  await placeLauncher(path.join(cli, LANGUAGE_HOST), "lab/pulumi/languageHost.js", cache);
  await placeProgram(path.join(bin, "pulumi"), path.join(cli, "pulumi"));
  const url = `file://${state}`;
  const login = { current: url, accounts: { [url]: {} } };
  await place(path.join(home, "credentials.json"), `${JSON.stringify(login, undefined, 2)}\n`, 0o600);
  return { home, path: [cli, bin] };
}

async function placePlugin(standIn: StandIn, plugins: string, cache: string): Promise<void> {
  const folder = `resource-${standIn.name}-v${await sdkVersion(standIn.name)}`;
  const target = path.join(plugins, folder);
  const real = path.join(homedir(), ".pulumi", "plugins", folder);
  if (standIn.realMayServe && existsSync(path.join(real, `pulumi-resource-${standIn.name}`))) {
    await link(real, target);
    return;
  }
  if (await isLink(target)) await rm(target);
  await mkdir(target, { recursive: true });
  await placeLauncher(path.join(target, `pulumi-resource-${standIn.name}`), standIn.entry, cache);
}

async function sdkVersion(name: string): Promise<string> {
  const file = path.join(projectDir(), "node_modules", "@pulumi", name, "package.json");
  const { version } = JSON.parse(await readFile(file, "utf8")) as { version: string };
  return version;
}

// `exec` keeps the engine the direct parent: it can end the process, and the process sees the engine go.
async function placeLauncher(file: string, entry: string, cache: string): Promise<void> {
  const lines = [
    "#!/bin/sh",
    `NODE_COMPILE_CACHE="\${NODE_COMPILE_CACHE:-${cache}}"`,
    "export NODE_COMPILE_CACHE",
    `exec ${quoted(projectNode())} ${quoted(compiled(entry))} "$@"`,
    "",
  ];
  await place(file, lines.join("\n"), 0o755);
}

/** The project's own Node: the SDKs need a newer one than many machines have. */
function projectNode(): string {
  const own = path.join(projectDir(), "node_modules", ".bin", "node");
  return existsSync(own) ? own : process.execPath;
}

function compiled(entry: string): string {
  return path.join(projectDir(), "bin", entry);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

async function place(file: string, text: string, mode: number): Promise<void> {
  const existing = await readFile(file, "utf8").catch(() => undefined);
  if (existing === text) return;
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text, { mode });
  // The umask may have taken bits away.
  await chmod(temporary, mode);
  await rename(temporary, file);
}

/**
 * Puts pulumi next to the language host, where the engine looks for the hosts it is shipped with: found on PATH alone, each
 * run would begin with a warning. A link would be followed back to its folder, so it is the same file or a copy.
 */
async function placeProgram(program: string, file: string): Promise<void> {
  const real = await realpath(program);
  const [wanted, present] = await Promise.all([stat(real), stat(file).catch(() => undefined)]);
  const same = present?.size === wanted.size && present.mtimeMs === wanted.mtimeMs;
  if (same) return;
  const temporary = `${file}.${randomUUID()}`;
  try {
    await hardLink(real, temporary);
  } catch {
    // Another file system: copy, and keep the time, by which the next run sees that nothing is to be done.
    await copyFile(real, temporary);
    await utimes(temporary, wanted.atime, wanted.mtime);
  }
  await rename(temporary, file);
  // A rename onto another name of the same file does nothing and leaves both.
  await rm(temporary, { force: true });
}

async function link(to: string, file: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  await symlink(to, temporary);
  if (!(await isLink(file))) await rm(file, { recursive: true, force: true });
  await rename(temporary, file);
}

async function isLink(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined))?.isSymbolicLink() ?? false;
}
