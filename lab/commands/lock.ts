/** One lab command at a time may make or clear things on this machine. */
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../tools";

/** An abstract socket: the kernel frees it when its process ends, however it ends, and it leaves no file. */
const ADDRESS = "\0meshlift-lab";

function tryListen(): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(ADDRESS, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** Runs `work` while no other `lab up` or `lab down` runs on this machine; waits for one that does. */
export async function exclusively<T>(progress: Progress, work: () => Promise<T>): Promise<T> {
  let server = await tryListen();
  if (server === undefined) progress("waiting for another lab command on this machine to end");
  while (server === undefined) {
    await sleep(200);
    server = await tryListen();
  }
  try {
    return await work();
  } finally {
    server.close();
  }
}
