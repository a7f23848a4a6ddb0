/**
 * The lab's container images in a node: unpacked once per machine into containerd's own folders, which each cluster then
 * gets by hard links. Unpacking for every cluster anew would take longer than all the rest of its start.
 */
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { cp, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Image } from "../images";
import { run } from "../process";
import { timed, type Progress } from "../tools/progress";
import { cached, keyOf } from "../tools/cache";

/** containerd without its Kubernetes part: for unpacking it need not know of sandboxes. */
function unpackConfig(folder: string): string {
  return `
version = 2
root = "${folder}/root"
state = "${folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt", "io.containerd.internal.v1.restart"]
[grpc]
  address = "${folder}/c.sock"
[ttrpc]
  address = "${folder}/t.sock"
`;
}

/** In a mount namespace of its own, so that nothing stays mounted when it is killed; sockets have short paths in there. */
function unpackScript(folder: string, archives: readonly string[]): string {
  const imports = archives.map(
    (archive) => `ctr -a /tmp/unpack/c.sock -n k8s.io images import '${archive}' >/dev/null`,
  );
  return `
set -e
mkdir -p /tmp/unpack
mount -n --bind '${folder}' /tmp/unpack
containerd -c /tmp/unpack/config.toml -l warn >/tmp/unpack/log 2>&1 &
daemon=$!
trap 'kill -9 $daemon' EXIT
tries=0
until ctr -a /tmp/unpack/c.sock version >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ $tries -lt 200 ] || { tail -n 5 /tmp/unpack/log >&2; exit 1; }
  sleep 0.05
done
${imports.join("\n")}
kill $daemon
wait $daemon || true
trap - EXIT
`;
}

/**
 * The folder with containerd's root as it is after importing `images`; made if the cache has none for exactly these.
 *
 * @throws Error with what containerd said when an archive cannot be imported
 */
export async function unpackedImages(images: readonly Image[], progress: Progress): Promise<string> {
  const archives = [...new Set(images.map((image) => image.archive))].sort();
  const inputs = archives.flatMap((archive) => {
    const { size, mtimeMs } = statSync(archive);
    return [archive, String(size), String(mtimeMs)];
  });
  const version = await run(["containerd", "--version"]);
  const at = { kind: "unpacked", name: "images", key: keyOf(["1", version, ...inputs]) };
  return cached(at, (folder) =>
    timed(progress, "unpacking the images", async () => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "config.toml"), unpackConfig("/tmp/unpack"));
      const script = unpackScript(folder, archives);
      await run(["unshare", "--mount", "--propagation", "private", "sh"], { group: "unpacking", input: script });
      await rm(join(folder, "state"), { recursive: true, force: true });
      await removeOlder(dirname(folder));
    }),
  );
}

/**
 * Each set of images takes about as much disk as the images themselves, and none is used again once its images have changed.
 * Clusters keep what they have: their links hold the files.
 */
async function removeOlder(folder: string): Promise<void> {
  const sets = (await readdir(folder)).filter((name) => name.startsWith("images-"));
  const byAge = sets
    .map((name) => ({ path: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  // The newest stays for another checkout that may still use it.
  for (const { path } of byAge.slice(1)) await rm(path, { recursive: true, force: true });
}

/** Puts a copy of `unpacked` where a cluster's containerd will look for its root. */
export async function placeImages(unpacked: string, root: string): Promise<void> {
  const from = join(unpacked, "root");
  try {
    await run(["cp", "-al", from, root]);
  } catch {
    // The cache is on another file system, which costs a real copy.
    await rm(root, { recursive: true, force: true });
    await run(["cp", "-a", from, root]);
    return;
  }
  // Layers and blobs are only ever read, but databases are written in place: these have to be the cluster's own.
  for (const plugin of await readdir(from)) {
    for (const file of await readdir(join(from, plugin))) {
      if (!file.endsWith(".db")) continue;
      await rm(join(root, plugin, file));
      await cp(join(from, plugin, file), join(root, plugin, file));
    }
  }
  if (existsSync(join(root, "tmpmounts"))) await rm(join(root, "tmpmounts"), { recursive: true });
}
