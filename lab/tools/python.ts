import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureDebianPackages } from "./debian";
import { ToolProblem } from "./problem";
import type { Progress } from "./progress";
import { lastWords, run } from "./run";

/** A Python with pip: the one on PATH, else Debian's, installed for this. */
async function pip(progress: Progress): Promise<readonly string[]> {
  if ((await run(["python3", "-m", "pip", "--version"])).code === 0) return ["python3", "-m", "pip"];
  await ensureDebianPackages(["python3-pip", "python3-setuptools", "python3-wheel"], progress);
  return ["/usr/bin/python3", "-m", "pip"];
}

const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];

/**
 * Installs the packages of a requirements file with hashes into a folder, for Debian 12's Python 3.11 whatever Python runs
 * pip here. Dependencies are not followed: the file lists all of them, as `--require-hashes` demands.
 */
export async function pipInstall(requirements: string, folder: string, progress: Progress): Promise<void> {
  const target = [
    "--python-version",
    "3.11",
    "--implementation",
    "cp",
    "--abi",
    "cp311",
    "--abi",
    "abi3",
    "--abi",
    "none",
  ];
  const platforms = ["--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64", "--platform", "any"];
  const argv = [...(await pip(progress)), "install", ...quiet, "--no-deps", "--require-hashes", "--no-compile"];
  const result = await run([...argv, ...target, ...platforms, "--target", folder, "-r", requirements], {
    env: { PIP_ROOT_USER_ACTION: "ignore" },
  });
  if (result.code !== 0) throw new ToolProblem(`pip: ${requirements} could not be installed: ${lastWords(result)}`);
}

/** Downloads one pinned wheel and unpacks it into a folder. */
export async function unpackWheel(
  wheel: { readonly requirement: string; readonly sha256: string },
  folder: string,
  progress: Progress,
): Promise<void> {
  const requirements = join(folder, "requirements.txt");
  await writeFile(requirements, `${wheel.requirement} --hash=sha256:${wheel.sha256}\n`);
  const argv = [...(await pip(progress)), "install", ...quiet, "--no-deps", "--require-hashes", "--no-compile"];
  const result = await run([...argv, "--only-binary", ":all:", "--target", join(folder, "wheel"), "-r", requirements], {
    env: { PIP_ROOT_USER_ACTION: "ignore" },
  });
  if (result.code !== 0) throw new ToolProblem(`pip: ${wheel.requirement} could not be fetched: ${lastWords(result)}`);
}
