import { describe, expect, it } from "vitest";
import { renderReport } from "../../report/html";
import { stepTable } from "../../report/table";
import { sample } from "./sample";

const { report, series } = sample();
const page = renderReport(report, series);

describe("the terminal's table", () => {
  it("shows a step in one line, numbers as people read them", () => {
    const steps = [
      {
        weight: 10,
        requests: 6242,
        toTarget: 602,
        toSource: 5640,
        unknown: 0,
        low: 534,
        high: 718,
        agrees: true,
        lost: 0,
        observedSeconds: 0.52,
        previewSeconds: 4.96,
        updateSeconds: 6.04,
        previewUpdates: 1,
        previewOther: 0,
      },
    ];
    const [, head, , row] = stepTable({ steps }).split("\n");
    const cells = (line: string | undefined): string[] => (line ?? "").split("│").map((cell) => cell.trim());
    expect(cells(head).slice(1, -1)).toEqual([
      "Weight",
      "Requests",
      "To target",
      "Observed",
      "99.99 % interval",
      "Agrees",
      "Lost",
      "Observed after",
      "Preview",
      "Update",
    ]);
    expect(cells(row).slice(1, -1)).toEqual([
      "10 %",
      "6,242",
      "602",
      "9.64 %",
      "8.55 – 11.50 %",
      "yes",
      "0",
      "0.5 s",
      "1 update in 5.0 s",
      "6.0 s",
    ]);
  });
});

describe("the page", () => {
  it("holds the data that it draws, bucket for bucket", () => {
    const text = /<script type="application\/json" id="data">([^]*?)<\/script>/.exec(page)?.[1] ?? "";
    const data = JSON.parse(text) as { readonly seconds: readonly number[]; readonly requests: readonly number[] };
    expect(data.requests).toEqual(series.map((bucket) => bucket.requests));
    expect(data.seconds).toHaveLength(series.length);
  });

  it("asks nobody else for anything", () => {
    expect(page).not.toMatch(/(src|href)\s*=\s*["']?\s*(https?:)?\/\//i);
    expect(page).not.toMatch(/@import|url\(\s*["']?https?:/i);
    expect(page).toContain("Content-Security-Policy");
  });

  it("shows every printed step with its evidence, and never runs what stands in it", () => {
    const hostile = `<script>alert("x")</script> & '</title>`;
    const text = renderReport({ ...report, narrated: [{ title: hostile, evidence: hostile, seconds: 1 }] }, series);
    expect(text).not.toContain(`<script>alert("x")`);
    expect(text).toContain("&lt;script&gt;alert(");
  });

  it("cannot be left early by a text in its data", () => {
    const text = renderReport({ ...report, migration: "</script><script>alert(1)</script>" }, series);
    expect(text).not.toContain("<script>alert(1)");
  });

  it("says at its head when a rehearsal proves nothing", () => {
    expect(page).not.toContain("Not proven");
    expect(renderReport({ ...report, lost: 3 }, series)).toContain(
      `3 of ${String(report.requests)} requests were lost`,
    );
  });
});
