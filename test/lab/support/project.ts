import { mkdir, mkdtemp, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectDir } from "../../../lab/paths";
import { preparePulumiHome } from "../../../lab/pulumi/home";

/** A project folder with the compiled program by links, and the environment in which `pulumi` works on it alone. */
export interface ProjectFolder {
  /** holds everything, to be removed at the end */
  readonly folder: string;
  /** where Pulumi.yaml lies */
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** @param bin folder with the pulumi program */
export async function layProject(bin: string): Promise<ProjectFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), "meshlift-project-"));
  const { home, path: folders } = await preparePulumiHome(path.join(folder, "lab"), bin);
  const environment = {
    ...process.env,
    PATH: [...folders, process.env["PATH"]].join(":"),
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${path.join(folder, "lab", "pulumi-state")}`,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NODE_COMPILE_CACHE: path.join(folder, "lab", "compile-cache"),
  };
  const project = path.join(folder, "project");
  await mkdir(project);
  for (const name of ["Pulumi.yaml", "bin", "node_modules", "package.json"]) {
    await symlink(path.join(projectDir(), name), path.join(project, name));
  }
  return { folder, project, environment };
}
