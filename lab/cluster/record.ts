/** Machine-wide records of clusters in /run/meshlift: which exist, with which index, in which folder. */
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MAX_CLUSTERS } from "../network/plan";
import { RUN_DIR } from "../process";

export interface ClusterRecord {
  readonly name: string;
  readonly index: number;
  /** The cluster's folder below the lab's folder of the checkout that made it. */
  readonly directory: string;
  readonly apiOnly: boolean;
  /** Folder of the programs that it runs, for a restart. */
  readonly bin: string;
  /** False while the cluster is being made; such a one is no cluster yet, but has to be cleared away. */
  readonly ready: boolean;
}

const recordsDir = join(RUN_DIR, "clusters");
const indexesDir = join(RUN_DIR, "indexes");

/** Folder for a cluster's sockets: unix socket paths end at 107 characters, which a checkout's path may exceed. */
export function socketsDir(name: string): string {
  return join(RUN_DIR, "sockets", name);
}

/**
 * Takes the lowest free index for `name`. Safe against others that do the same: creating the file either works or fails.
 *
 * @throws Error when all are taken
 */
export function takeIndex(name: string): number {
  mkdirSync(indexesDir, { recursive: true });
  for (let index = 1; index <= MAX_CLUSTERS; index++) {
    try {
      const file = openSync(join(indexesDir, String(index)), "wx");
      writeFileSync(file, name);
      closeSync(file);
      return index;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  throw new Error(
    `The lab has room for ${String(MAX_CLUSTERS)} clusters and all are taken; delete one before creating ${name}.`,
  );
}

export function saveRecord(record: ClusterRecord): void {
  mkdirSync(recordsDir, { recursive: true });
  const file = join(recordsDir, `${record.name}.json`);
  writeFileSync(`${file}.new`, JSON.stringify(record));
  renameSync(`${file}.new`, file);
}

export function findRecord(name: string): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(recordsDir, `${name}.json`), "utf8")) as ClusterRecord;
  } catch {
    return undefined;
  }
}

/** All records, by index. */
export function allRecords(): readonly ClusterRecord[] {
  let files: string[];
  try {
    files = readdirSync(recordsDir).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
  const records = files.map((file) => findRecord(file.replace(/\.json$/, ""))).filter((record) => record !== undefined);
  return records.sort((a, b) => a.index - b.index);
}

/** Forgets a cluster and frees its index. */
export function dropRecord(record: ClusterRecord): void {
  rmSync(join(recordsDir, `${record.name}.json`), { force: true });
  rmSync(socketsDir(record.name), { recursive: true, force: true });
  rmSync(join(indexesDir, String(record.index)), { force: true });
}
