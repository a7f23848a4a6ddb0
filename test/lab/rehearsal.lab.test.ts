import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { RehearsalReport } from "../../core/rehearsal/types";
import { labDir, projectDir } from "../../lab/paths";

/** The main job as its users start it, from the lab's building to its end; everything below reads what it left. */
const reports = path.join(labDir(), "reports", "aks-addon");
let report: RehearsalReport;
let exitCode: number | null;
let before: Readonly<Record<string, string>>;

/** What a rehearsal could leave outside of its own folder: files of the checkout, namespaces, interfaces, mounts, groups. */
function machine(): Readonly<Record<string, string>> {
  const said = (program: string, ...words: string[]): string =>
    execFileSync(program, words, { cwd: projectDir(), encoding: "utf8" });
  return {
    files: said("git", "status", "--porcelain"),
    namespaces: said("ip", "netns", "list"),
    interfaces: said("ip", "-brief", "link", "show").replaceAll(/ .*/g, ""),
    mounts: readFileSync("/proc/self/mounts", "utf8"),
    groups: globSync("/sys/fs/cgroup/{*/,}meshlift*").join("\n"),
    run: globSync("/run/meshlift*").join("\n"),
  };
}

beforeAll(async () => {
  rmSync(reports, { recursive: true, force: true });
  const meshlift = path.join(projectDir(), "tools", "meshlift.mjs");
  execFileSync(process.execPath, [meshlift, "lab", "down"], { stdio: "inherit" });
  before = machine();
  const child = spawn(process.execPath, [meshlift, "rehearse"], {
    cwd: projectDir(),
    stdio: ["ignore", "inherit", "inherit"],
  });
  [exitCode] = (await once(child, "exit")) as [number | null];
  report = JSON.parse(readFileSync(path.join(reports, "rehearsal.json"), "utf8")) as RehearsalReport;
});

describe("a rehearsal of the migration to the add-on", () => {
  it("ends well", () => {
    expect(exitCode).toBe(0);
  });

  it("loses no request and has none answered twice, also across the DNS change and the source's removal", () => {
    expect({ lost: report.lost, duplicates: report.duplicates }).toEqual({ lost: 0, duplicates: 0 });
    expect(report.witnessed).toBe(report.requests);
  });

  it("counts at least thirty thousand requests over the ramp", () => {
    expect(report.steps.reduce((sum, step) => sum + step.requests, 0)).toBeGreaterThanOrEqual(30_000);
  });

  it("goes up the whole ramp and finds every share inside the exact interval of its weight", () => {
    expect(report.steps.map((step) => step.weight)).toEqual([10, 25, 50, 75, 100]);
    for (const step of report.steps) {
      expect(step.toTarget, `weight ${String(step.weight)}`).toBeGreaterThanOrEqual(step.low);
      expect(step.toTarget, `weight ${String(step.weight)}`).toBeLessThanOrEqual(step.high);
      expect(step.unknown, `weight ${String(step.weight)}`).toBe(0);
    }
  });

  it("changes each weight by exactly one update, seen in the preview", () => {
    expect(report.steps.map((step) => [step.previewUpdates, step.previewOther])).toEqual(
      report.steps.map(() => [1, 0]),
    );
  });

  it("shows every step of the guide with its evidence", () => {
    expect(report.narrated.filter((step) => step.evidence === "").map((step) => step.title)).toEqual([]);
    expect(report.narrated.map((step) => step.title)).toEqual([
      "prepare: source, target, workloads in one update",
      "source: the product page answers through its gateway",
      "target: the revision derived from the source",
      "target: mesh configuration",
      "target: namespace labels",
      "source: sidecars",
      "target: sidecars",
      "target: the product page answers through its gateway",
      "public DNS names the source",
      "shift: service entry and split at weight 0",
      "weight 10",
      "the guide's own count",
      "weight 25",
      "weight 50",
      "weight 75",
      "weight 100",
      "weight 100 watched",
      "retire: DNS to the target",
      "residual watch: the source's gateway is quiet",
      "source and temporary objects gone",
      "the target serves alone",
      "a second update changes nothing",
      "destroy",
    ]);
  });

  it("stays below eight gibibytes", () => {
    expect(report.peakMemoryMiB).toBeGreaterThan(500);
    expect(report.peakMemoryMiB).toBeLessThan(8192);
  });

  it("leaves a page to look at", () => {
    expect(readFileSync(path.join(reports, "rehearsal.html"), "utf8")).toContain("<!doctype html>");
  });

  it("leaves no file, namespace, interface, mount or control group outside of the lab's folder", () => {
    expect(machine()).toEqual(before);
    expect(existsSync("/run/meshlift")).toBe(false);
  });
});
