import { describe, expect, it } from "vitest";
import { diagnosticsOf } from "../../pipeline/ports/engine";
import { parseOptions } from "../../pipeline/rehearse/command";
import { requireOneUpdate } from "../../pipeline/rehearse/ramp";

describe("the gate on a weight change's preview", () => {
  it("lets exactly one update pass", () => {
    expect(() => requireOneUpdate(25, { changes: { update: 1 }, seconds: 1 })).not.toThrow();
  });

  it.each([
    [{}, "{}"],
    [{ update: 2 }, '{"update":2}'],
    [{ update: 1, create: 1 }, '{"update":1,"create":1}'],
    [{ replace: 1 }, '{"replace":1}'],
  ])("refuses %j", (changes, shown) => {
    expect(() => requireOneUpdate(25, { changes, seconds: 1 })).toThrow(
      `the preview of weight 25 shows ${shown}, not exactly one update: look at the preview before going on`,
    );
  });
});

describe("an engine error", () => {
  it("is cut down to its diagnostics, once each and without stack traces", () => {
    const message = [
      "code: -2",
      "stdout: Updating (dev):",
      "    error: meshlift:weight is 101: it must be a whole number from 0 to 100",
      "    at Object.<anonymous> (/x/index.js:1:1)",
      "stderr: ",
      "    error: meshlift:weight is 101: it must be a whole number from 0 to 100",
    ].join("\n");
    expect(diagnosticsOf(new Error(message))).toBe(
      "error: meshlift:weight is 101: it must be a whole number from 0 to 100",
    );
  });
});

describe("the options of a rehearsal", () => {
  const good = { migration: "aks-addon", rate: "250", requestsPerStep: "6200", keep: false };

  it("are numbers once parsed", () => {
    expect(parseOptions(good)).toEqual({ migration: "aks-addon", rate: 250, requestsPerStep: 6200, keep: false });
  });

  it("are refused all at once, each with its name and value", () => {
    expect(parseOptions({ ...good, migration: "nowhere", rate: "7.5", requestsPerStep: "1" })).toEqual({
      problems: [
        '--migration must be aks-addon: it is the migration that can be rehearsed (it is "nowhere")',
        '--rate must be a whole number from 10 to 1000 (it is "7.5")',
        '--requests-per-step must be a whole number from 500 to 1000000 (it is "1")',
      ],
    });
  });
});
