/** `lab answers URL SECONDS [PID]` (for the lab's own use): waits, inside a namespace, until an address answers. */
import { existsSync } from "node:fs";
import { request } from "undici";
import { GiveUp, waitFor } from "../kube";

/**
 * @param args address, seconds to wait, and optionally the process whose end makes waiting pointless
 * @returns 0
 * @throws Error when there is no answer 200 in time
 */
export async function answers([url = "", seconds = "1", pid]: readonly string[]): Promise<number> {
  await waitFor(url, Number(seconds), async () => {
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) throw new GiveUp(`Process ${pid} has ended.`);
    const answer = await request(url, { headersTimeout: 2_000, bodyTimeout: 2_000 });
    await answer.body.text();
    return answer.statusCode === 200;
  });
  return 0;
}
