import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ToolProblem } from "../tools/problem";
import { lastWords, run } from "../tools/run";
import type { ImageConfig } from "./archive";

/** What a program must do before its image is kept. */
export interface Trial {
  /** Path on port 9080 that must answer 200 ... */
  readonly path: string;
  /** ... with this in its body or headers. */
  readonly contains: string;
}

// Runs inside the namespaces: the layers as one tree that takes writes in memory, the program in the background, then one
// question after the other until it answers.
const script = `
set -e
layers=$1 scratch=$2 node=$3 url=$4; shift 4
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/up" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$scratch/up,workdir=$scratch/work" "$scratch/root"
mkdir -p "$scratch/root/dev" "$scratch/root/proc"
mount --bind /dev "$scratch/root/dev"
mount -t proc proc "$scratch/root/proc"
ip link set lo up
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

/**
 * Starts an application from its unpacked image as an ordinary user, alone in new network and process namespaces, and asks
 * it once over HTTP: an image whose program cannot run is never kept. Everything ends with the namespaces.
 */
export async function tryProgram(
  layers: readonly string[],
  name: string,
  config: ImageConfig,
  trial: Trial,
): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "meshlift-trial-"));
  // overlayfs needs two lower layers or an upper one; the order is top first.
  const lower = [...layers].reverse().join(":");
  const alone = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount"];
  const url = `http://127.0.0.1:9080${trial.path}`;
  const ask = ["sh", "-c", script, "try", lower, scratch, process.execPath, url];
  const environment = ["env", "-i", "PATH=/usr/local/bin:/usr/bin:/usr/sbin", "HOSTNAME=trial", ...(config.Env ?? [])];
  const command = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  const program = ["chroot", "--userspec=1000:1000", join(scratch, "root"), ...command];
  const result = await run([...alone, ...ask, ...environment, ...program]);
  await rm(scratch, { recursive: true, force: true });
  if (result.code !== 0) throw new ToolProblem(`image ${name}: its program does not answer: ${lastWords(result, 5)}`);
  if (!result.stdout.includes(trial.contains)) {
    const answer = result.stdout.slice(0, 200);
    throw new ToolProblem(`image ${name}: ${trial.path} answers without "${trial.contains}": ${answer}`);
  }
}
