import { linkSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FREE = "free";

/**
 * The start time of a process in clock ticks after boot, so that a reused process id is not taken for the old process.
 * Where there is no /proc: an empty text for a living process. Undefined for a dead one.
 */
function startOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code === "ESRCH") return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold spaces: count from the last parenthesis.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return "";
  }
}

function tickets(folder) {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

function holderOf(folder, ticket) {
  try {
    return readFileSync(join(folder, String(ticket)), "utf8");
  } catch {
    return FREE;
  }
}

function isHeld(holder) {
  if (holder === FREE) return false;
  const [pid, start] = holder.split(" ");
  return startOf(Number(pid)) === start;
}

/**
 * Takes the lock kept in `folder`, waiting for a living holder; a dead holder's lock is taken over.
 *
 * The lock is a row of numbered tickets and belongs to the highest one. A new one is made by link(2), which fails if the
 * number exists and never shows half a file; whoever then sees a higher one gives way. So two that find the same
 * dead holder cannot both win, which a rename or delete of one lock file does not guarantee.
 * @param onWait called once, with the holder's process id, if somebody else holds the lock
 * @returns a function that releases it
 */
export async function takeLock(folder, onWait) {
  mkdirSync(folder, { recursive: true });
  const own = `${process.pid} ${startOf(process.pid)}`;
  const draft = join(folder, `draft-${process.pid}`);
  let told = false;
  for (;;) {
    const highest = tickets(folder).at(-1) ?? 0;
    const holder = holderOf(folder, highest);
    if (highest === 0 || !isHeld(holder)) {
      const mine = highest + 1;
      writeFileSync(draft, own);
      let made = true;
      try {
        linkSync(draft, join(folder, String(mine)));
      } catch (error) {
        if (error.code !== "EEXIST") throw error;
        made = false;
      } finally {
        rmSync(draft, { force: true });
      }
      if (made && tickets(folder).at(-1) === mine) {
        for (const old of tickets(folder)) if (old < mine) rmSync(join(folder, String(old)), { force: true });
        return () => writeFileSync(join(folder, String(mine)), FREE);
      }
      if (made) rmSync(join(folder, String(mine)), { force: true });
      continue;
    }
    if (!told) onWait?.(Number(holder.split(" ")[0]));
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
