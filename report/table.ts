import Table from "cli-table3";
import type { RehearsalReport } from "../core/rehearsal/types";
import { COLUMNS } from "./rows";

/** The table of steps for a terminal or a log: text without colours or control characters. */
export function stepTable(report: Pick<RehearsalReport, "steps">): string {
  const table = new Table({
    head: COLUMNS.map((column) => column.title),
    colAligns: COLUMNS.map(() => "right" as const),
    style: { head: [], border: [], compact: true },
  });
  for (const step of report.steps) table.push(COLUMNS.map((column) => column.cell(step)));
  return table.toString();
}
