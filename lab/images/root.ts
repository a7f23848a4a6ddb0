import { chmod, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { refreshPackageLists } from "../tools/debian";
import { ToolProblem } from "../tools/problem";
import type { Progress } from "../tools/progress";
import { lastWords, run } from "../tools/run";
import { digestOf, type Layer } from "./archive";

/**
 * Packages that others depend on for their installation scripts or for work nobody does in a container. Images are unpacked
 * packages, nothing is configured in them, so these would only make every import slower.
 */
const unneeded = new Set([
  "ca-certificates",
  "debconf",
  "dpkg",
  "libdb5.3",
  "mawk",
  "media-types",
  "openssl",
  "rake",
  "readline-common",
  "ruby-net-telnet",
  "ruby-xmlrpc",
  "tar",
]);

/** Never read in a container: documentation, translations, character set tables other than the built-in ones. */
const left = ["./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/info", "./usr/share/lintian"];
const leftOut = [...left, "./usr/share/ri", "./usr/lib/x86_64-linux-gnu/gconv", "./usr/share/bug"];

/** `libc6_2.36-9+deb12u14_amd64.deb` -> `libc6` */
export function packageOf(file: string): string {
  return file.slice(0, file.indexOf("_"));
}

/**
 * Fills an empty folder with the files of these packages and of all they depend on, downloaded and verified by apt. apt is
 * shown an empty system, so that the answer does not depend on what this machine happens to have installed.
 */
async function downloadPackages(packages: readonly string[], folder: string, progress: Progress): Promise<string[]> {
  await mkdir(join(folder, "partial"), { recursive: true });
  const status = join(folder, "status");
  await writeFile(status, "");
  const options = [`Dir::State::status=${status}`, `Dir::Cache::archives=${folder}`, "APT::Sandbox::User=root"];
  const noCache = ["Dir::Cache::pkgcache=", "Dir::Cache::srcpkgcache="];
  const set = [...options, ...noCache].flatMap((option) => ["-o", option]);
  const argv = ["apt-get", "-qq", "-y", "--no-install-recommends", ...set, "install", "--download-only", ...packages];
  let result = await run(argv);
  if (result.code !== 0) {
    // Most often the lists are missing, or so old that they name files that the mirror no longer has.
    await refreshPackageLists(progress);
    result = await run(argv);
  }
  if (result.code !== 0) {
    throw new ToolProblem(
      `apt-get: ${packages.join(", ")} could not be downloaded for the images: ${lastWords(result)}`,
    );
  }
  return (await readdir(folder)).filter((name) => name.endsWith(".deb")).sort();
}

/** Unpacks Debian packages and what they need into `root`, except those in `without`; returns the package names. */
export async function unpackPackages(
  root: string,
  packages: readonly string[],
  without: ReadonlySet<string>,
  progress: Progress,
): Promise<ReadonlySet<string>> {
  const folder = `${root}.packages`;
  const listed = await downloadPackages(packages, folder, progress);
  const files = listed.filter((file) => !unneeded.has(packageOf(file)) && !without.has(packageOf(file)));
  await mkdir(root, { recursive: true });
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    // Debian 12 is usr-merged, but its packages still ship the old paths.
    await mkdir(join(root, "usr", name), { recursive: true });
    await symlink(`usr/${name}`, join(root, name));
  }
  const exclude = leftOut.map((path) => `--exclude=${path}`).join(" ");
  const script = `dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink ${exclude} -C "$0"`;
  for (const file of files) {
    const result = await run(["bash", "-c", `set -o pipefail; ${script}`, root, join(folder, file)]);
    if (result.code !== 0) throw new ToolProblem(`${file}: could not be unpacked for an image: ${lastWords(result)}`);
  }
  await rm(folder, { recursive: true });
  return new Set(files.map(packageOf));
}

/** Makes a layer of a folder: sorted names, root as owner, no times, so that equal content has an equal digest. */
export async function packLayer(root: string, file: string): Promise<Layer> {
  const same = ["--sort=name", "--numeric-owner", "--owner=0", "--group=0", "--mtime=@0", "--format=gnu"];
  const names = (await readdir(root)).sort();
  const result = await run(["tar", ...same, "-C", root, "-cf", file, ...names]);
  if (result.code !== 0) throw new ToolProblem(`${root}: could not be packed as a layer: ${lastWords(result)}`);
  return { file, digest: await digestOf(file) };
}

/** The files that every root needs and no package ships, because Debian's scripts write them. */
export async function writeBasics(root: string): Promise<void> {
  for (const folder of ["etc", "proc", "sys", "dev", "run", "root", "var/run", "home"]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await mkdir(join(root, "tmp"), { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
  const users = ["root:x:0:0::/root:/bin/sh", "app:x:1000:1000::/home:/bin/sh", "istio-proxy:x:1337:1337::/:/bin/sh"];
  await writeFile(join(root, "etc", "passwd"), `${users.join("\n")}\n`);
  await writeFile(join(root, "etc", "group"), "root:x:0:\napp:x:1000:\nistio-proxy:x:1337:\n");
  await writeFile(join(root, "etc", "nsswitch.conf"), "hosts: files dns\n");
}
