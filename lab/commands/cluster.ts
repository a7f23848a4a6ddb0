/** `lab cluster ...`: single clusters without the cloud, for tests and for looking at things. */
import { createCluster, deleteCluster, listClusters, restartApiServer } from "../cluster";
import { findRecord } from "../cluster/record";
import { ensureImages } from "../images";
import { ensureOutside, insideNamespace } from "../network/namespaces";
import { OUTSIDE } from "../network/plan";
import { ensureTools, type Progress } from "../tools";
import { clearMachine } from "./clear";
import { runInside, selfCommand } from "./inside";
import { exclusively } from "./lock";
import { readOwner, writeOwner } from "./state";

/** Which of the three, on which cluster. */
export interface ClusterCommand {
  readonly action: "create" | "delete" | "restart-api";
  readonly name: string;
  readonly apiOnly: boolean;
}

/** Does it inside of the outside network, where API servers can be reached; makes that network when it is not there. */
export async function clusterCommand(command: ClusterCommand, progress: Progress): Promise<number> {
  if (!insideNamespace(OUTSIDE)) {
    await exclusively(progress, async () => {
      if (readOwner() === undefined) writeOwner(false);
      await ensureOutside();
    });
    const options = command.apiOnly ? ["--api-only"] : [];
    const code = await runInside(selfCommand("cluster", command.action, command.name, ...options), {});
    if (command.action === "delete") await exclusively(progress, () => clearIfUnused(progress));
    return code;
  }
  if (command.action === "delete") {
    await deleteCluster(command.name);
  } else if (command.action === "restart-api") {
    await restartApiServer(command.name);
  } else {
    if (findRecord(command.name)?.ready === false) await deleteCluster(command.name);
    const tools = await ensureTools(progress);
    const images = command.apiOnly ? [] : await ensureImages(tools, progress);
    const cluster = await createCluster(command, tools, images, progress);
    progress(`cluster ${cluster.name}: ${cluster.server}, files in ${cluster.directory}`);
  }
  return 0;
}

/** Clusters made without `lab up` need no `lab down` either: the last one takes the network with it. */
async function clearIfUnused(progress: Progress): Promise<void> {
  if (readOwner()?.up !== true && (await listClusters()).length === 0) await clearMachine(progress);
}
