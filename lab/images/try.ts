import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolProblem } from "../tools/problem";
import { lastWords, run } from "../tools/run";
import type { ImageConfig } from "./archive";

/**
 * What a program must do before its image is kept: answer on a path of port 9080 with status 200, or run a command to its
 * end; headers and body, or the output, must contain the text.
 */
export type Trial =
  | { readonly path: string; readonly contains: string }
  | { readonly command: readonly string[]; readonly contains: string };

// Runs inside the namespaces: the layers as one tree that takes writes in memory.
const mountTree = `
set -e
layers=$1 scratch=$2; shift 2
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/up" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$scratch/up,workdir=$scratch/work" "$scratch/root"
mkdir -p "$scratch/root/dev" "$scratch/root/proc"
mount --bind /dev "$scratch/root/dev"
mount -t proc proc "$scratch/root/proc"
ip link set lo up
`;

// The program in the background, and one question after the other until it answers.
const askScript = `${mountTree}
node=$1 url=$2; shift 2
"$@" >&2 &
exec "$node" -e '
const ask = async (left) => {
  try {
    const response = await fetch(process.argv[1]);
    console.log(JSON.stringify([...response.headers]), await response.text());
    process.exit(response.ok ? 0 : 1);
  } catch (error) {
    if (left === 0) process.exit(1);
    setTimeout(ask, 100, left - 1);
  }
};
ask(150);
' "$url"
`;

const commandScript = `${mountTree}
exec "$@" 2>&1
`;

/**
 * Starts a program from its unpacked image as an ordinary user, alone in new network and process namespaces: an image whose
 * program cannot run is never kept. Everything ends with the namespaces. `layers` are folders, the lowest first.
 */
export async function tryProgram(
  layers: readonly string[],
  name: string,
  config: ImageConfig,
  trial: Trial,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "meshlift-trial-"));
  // overlayfs wants the top one first.
  const tree = [[...layers].reverse().join(":"), scratch];
  const alone = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount", "sh", "-c"];
  const environment = ["env", "-i", "PATH=/usr/local/bin:/usr/bin:/usr/sbin", "HOSTNAME=trial", ...(config.Env ?? [])];
  const inside = [...environment, "chroot", "--userspec=1000:1000", join(scratch, "root")];
  const own = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  const argv =
    "path" in trial
      ? [askScript, "try", ...tree, process.execPath, `http://127.0.0.1:9080${trial.path}`, ...inside, ...own]
      : [commandScript, "try", ...tree, ...inside, ...trial.command];
  const result = await run([...alone, ...argv]);
  await rm(scratch, { recursive: true, force: true });
  if (result.code !== 0) throw new ToolProblem(`image ${name}: its program does not run: ${lastWords(result, 5)}`);
  if (!result.stdout.includes(trial.contains)) {
    const answer = result.stdout.slice(0, 200);
    throw new ToolProblem(`image ${name}: its program's answer lacks "${trial.contains}": ${answer}`);
  }
}
