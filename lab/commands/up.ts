/** `lab up`: tools, images, charts, outside network, cloud daemon. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { unpackedImages } from "../cluster/images";
import { ensureImages, ensureCharts } from "../images";
import { ensureOutside } from "../network/namespaces";
import { OUTSIDE } from "../network/plan";
import { labDir, projectDir } from "../paths";
import { daemonPid, logFile, logTail, run, startDaemon, stopDaemon } from "../process";
import { preparePulumiHome } from "../pulumi/home";
import { ensureTools, type Progress } from "../tools";
import { anythingLeft, clearMachine } from "./clear";
import { selfCommand } from "./inside";
import { exclusively } from "./lock";
import { CLOUD, CLOUD_HEALTH, factsOf, readFacts, readOwner, writeFacts, writeOwner } from "./state";

/** True when this checkout's lab is up and its cloud answers. */
export async function isUp(): Promise<boolean> {
  const owner = readOwner();
  if (owner?.up !== true || owner.labDir !== labDir() || readFacts() === undefined || daemonPid(CLOUD) === undefined)
    return false;
  return run(selfCommand("answers", CLOUD_HEALTH, "2"), { netns: OUTSIDE }).then(
    () => true,
    () => false,
  );
}

async function startCloud(): Promise<void> {
  const main = join(projectDir(), "bin", "lab", "cloud", "main.js");
  if (!existsSync(main)) throw new Error(`${main} is missing: compile the project first (npx tsc).`);
  const facts = readFacts();
  await startDaemon({
    name: CLOUD,
    netns: OUTSIDE,
    argv: [process.execPath, main],
    env: { ...facts?.env, MESHLIFT_LAB_DIR: labDir() },
    cwd: projectDir(),
  });
  try {
    await run(selfCommand("answers", CLOUD_HEALTH, "30", String(daemonPid(CLOUD) ?? 0)), { netns: OUTSIDE });
  } catch (error) {
    const said = logTail(CLOUD);
    await stopDaemon(CLOUD);
    throw new Error(`The lab's cloud did not start. Its log, ${logFile(CLOUD)}, ends with:\n${said}`, { cause: error });
  }
}

/** Brings the lab up; when it is up already, nothing is done. Whatever an earlier lab left behind is cleared first. */
export async function up(progress: Progress): Promise<void> {
  await exclusively(progress, async () => {
    if (await isUp()) {
      progress("the lab is up already");
      return;
    }
    const tools = await ensureTools(progress);
    await unpackedImages(await ensureImages(tools, progress), progress);
    const charts = await ensureCharts(tools, progress);
    if (anythingLeft()) {
      progress("clearing what an earlier lab left");
      await clearMachine(progress);
    }
    // A log tells of one lab only: the one before last would mislead whoever looks for this one's trouble.
    await rm(join(labDir(), "log"), { recursive: true, force: true });
    writeOwner(false);
    await ensureOutside();
    progress("outside network ready");
    writeFacts(factsOf(tools, charts, await preparePulumiHome(labDir(), tools.bin)));
    await startCloud();
    writeOwner(true);
    progress("the lab is up");
  });
}

/** Ends the lab, whoever started it, and removes all that it made outside of the lab's folder and the cache. */
export async function down(progress: Progress): Promise<void> {
  await exclusively(progress, async () => {
    if (!anythingLeft()) {
      progress("there is no lab on this machine");
      return;
    }
    await clearMachine(progress);
    progress("the lab is down");
  });
}
