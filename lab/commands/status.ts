/** `lab status` and `lab memory`. */
import { groups, memoryOf, processesOf } from "../cgroup";
import { listClusters } from "../cluster";
import { labNamespaces } from "../network/namespaces";
import { OUTSIDE_ADDRESS } from "../network/plan";
import { labDir } from "../paths";
import { daemonNames, daemonPid } from "../process";
import { readOwner } from "./state";
import { isUp } from "./up";

/** What `lab memory` prints. */
export interface Memory {
  readonly processes: number;
  /** Sum of proportional set sizes of all processes of the lab, pods and running `lab exec` commands included. */
  readonly mebibytes: number;
}

export function memory(): Memory {
  const pids = processesOf();
  return { processes: pids.length, mebibytes: Math.round(memoryOf(pids)) };
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

async function headline(): Promise<string> {
  const owner = readOwner();
  if (owner === undefined && labNamespaces().length === 0) return "There is no lab on this machine.";
  if (owner === undefined) return 'Something of a lab is left on this machine; "lab down" clears it.';
  if (owner.labDir !== labDir()) return `The lab on this machine belongs to ${owner.labDir}.`;
  return (await isUp()) ? "The lab is up." : 'The lab is not up, or only in part; "lab up" brings it up anew.';
}

/** A table for people: clusters with their addresses, processes and memory. */
export async function status(): Promise<string> {
  const rows = [["GROUP", "NODE", "API SERVER", "LOAD BALANCERS", "PROCESSES", "MEMORY"]];
  const clusters = new Map((await listClusters()).map((cluster) => [cluster.name, cluster]));
  for (const group of groups()) {
    const pids = processesOf(group);
    const cluster = clusters.get(group);
    if (pids.length === 0 && cluster === undefined) continue;
    rows.push([
      group,
      cluster?.node ?? (group === "outside" ? OUTSIDE_ADDRESS : "-"),
      cluster?.server ?? "-",
      cluster?.loadBalancerPool ?? "-",
      String(pids.length),
      `${String(Math.round(memoryOf(pids)))} MiB`,
    ]);
  }
  const ended = daemonNames().filter((name) => daemonPid(name) === undefined);
  const total = memory();
  return [
    await headline(),
    ...(rows.length > 1
      ? [table(rows), `Together ${String(total.processes)} processes, ${String(total.mebibytes)} MiB.`]
      : []),
    ...ended.map((name) => `${name} has ended; its log is log/${name}.log in the lab's folder.`),
  ].join("\n");
}
