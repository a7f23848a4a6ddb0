import { spawn } from "node:child_process";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Live, ORIGINAL, type Running, useTrafficStack } from "./support/trafficStack";

const { lab, pulumi, configure, up, startUp, programPid, live, weights } = useTrafficStack();

/** Resolves when an object of the kind is made, as soon as the API server tells it. */
function made(kind: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const argv = ["--namespace=shop", "get", kind, "--watch-only", "--output=name", `--server=${lab.api.server}`];
    const words = [...argv, "--insecure-skip-tls-verify", "--token=a-token-of-the-test"];
    const watch = spawn(path.join(lab.tools.bin, "kubectl"), words, { stdio: ["ignore", "pipe", "inherit"] });
    const limit = setTimeout(() => watch.kill(), 60_000);
    watch.stdout.once("data", () => {
      resolve();
      watch.kill();
    });
    watch.once("exit", () => {
      clearTimeout(limit);
      reject(new Error(`no ${kind} was made within a minute`));
    });
  });
}

/** The process that runs the program of an update, as soon as it is there. */
async function programOf(update: Running): Promise<number> {
  const over = update.ended.then(({ said }) => {
    throw new Error(`the update was over before its program was seen: ${said}`);
  });
  // Once the program was seen, the update may end as it likes.
  over.catch(() => undefined);
  for (;;) {
    const pid = programPid();
    if (pid !== undefined) return pid;
    await Promise.race([sleep(10), over]);
  }
}

/** Looks at the routes all the time until told to stop; gives every different list that users could have met. */
function watchRoutes(): { stop(): Promise<readonly unknown[]> } {
  const state = { running: true };
  const watching = (async () => {
    const seen = new Map<string, unknown>();
    while (state.running) {
      const route = await live().catch((): Live | undefined => undefined);
      if (route !== undefined) seen.set(JSON.stringify(route.spec.http), route.spec.http);
      await sleep(50);
    }
    return [...seen.values()];
  })();
  return {
    stop: () => {
      state.running = false;
      return watching;
    },
  };
}

const targetWeights = (lists: readonly unknown[]): readonly (number | undefined)[] =>
  (lists as Live["spec"]["http"][]).map((http) => http[0]?.route[1]?.weight);

describe("an update that is interrupted, under the real engine and a real API server", () => {
  it("leaves users' routes alone when the program is killed between two resources, and is completed by the next", async () => {
    await configure("phase", "shift");
    const first = made("serviceentry");
    // The watch has to stand before the object comes.
    await sleep(1500);
    const update = startUp();
    await first;
    process.kill(await programOf(update), "SIGKILL");
    const { code, said } = await update.ended;
    expect(code).not.toBe(0);
    expect(said).toMatch(/error: /);
    expect((await live()).spec.http).toEqual(ORIGINAL);
    expect(await lab.exists("serviceentry", "front-target")).toBe(true);

    await up();
    expect(await weights()).toEqual([100, 0]);
    await pulumi(["preview", "--expect-no-changes"]);
  });

  it("keeps a weight whole when the engine is killed while it writes, and the next update completes it", async () => {
    await configure("weight", "25");
    const routes = watchRoutes();
    const update = startUp();
    await programOf(update);
    await sleep(600);
    update.engine.kill("SIGKILL");
    await update.ended;
    // What a killed update leaves is its lock; nobody else's is touched.
    await pulumi(["cancel", "--yes"]);
    await up();
    expect(targetWeights(await routes.stop()).filter((weight) => weight !== 0 && weight !== 25)).toEqual([]);
    expect(await weights()).toEqual([75, 25]);
    await pulumi(["preview", "--expect-no-changes"]);
  });

  it("survives a restart of the API server: the routes are the old list or the new one at every moment", async () => {
    await configure("weight", "50");
    const routes = watchRoutes();
    const update = startUp();
    await programOf(update);
    await lab.api.restart(1500);
    const { code, said } = await update.ended;
    if (code !== 0) {
      // Refused or completed, both are fine; a stack trace or silence is not.
      expect(said).toMatch(/error: .*API server.*\S/);
      expect(said).not.toMatch(/\n\s+at .*\.js:\d+/);
      await up();
    }
    expect(targetWeights(await routes.stop()).filter((weight) => weight !== 25 && weight !== 50)).toEqual([]);
    expect(await weights()).toEqual([50, 50]);
    await pulumi(["preview", "--expect-no-changes"]);
  });
});
