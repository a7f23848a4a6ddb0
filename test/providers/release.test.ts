import { describe, expect, it } from "vitest";
import { type CheckRequest, Secret } from "../../lab/providers/kit/index";
import { repositoriesText, upgradeArguments, valuesText } from "../../lab/providers/kubernetes/helm/arguments";
import { checkRelease, diffRelease } from "../../lab/providers/kubernetes/helm/release";

const files = { values: "/private/values.json" };

describe("the command line of a release", () => {
  it("installs or upgrades, waits by default, and names the values by file", () => {
    const inputs = {
      name: "istiod",
      namespace: "istio-system",
      chart: "istiod",
      version: "1.31.0",
      repositoryOpts: { repo: "https://charts.example" },
      createNamespace: true,
      values: { token: new Secret("t0ken") },
    };
    expect(upgradeArguments(inputs, files, 0)).toEqual([
      ...[
        "upgrade",
        "istiod",
        "istiod",
        "--install",
        "--namespace",
        "istio-system",
        "--values",
        "/private/values.json",
      ],
      ...[
        "--timeout",
        "300s",
        "--repo",
        "https://charts.example",
        "--version",
        "1.31.0",
        "--create-namespace",
        "--wait",
      ],
    ]);
  });

  it("follows skipAwait, atomic and the timeouts, of which customTimeouts wins", () => {
    const inputs = { name: "a", namespace: "b", chart: "./c", skipAwait: true, atomic: true, timeout: 90 };
    expect(upgradeArguments(inputs, files, 0)).toEqual(expect.arrayContaining(["--timeout", "90s", "--atomic"]));
    expect(upgradeArguments(inputs, files, 0)).not.toContain("--wait");
    expect(upgradeArguments(inputs, files, 7)).toContain("7s");
  });

  it("never holds a repository's password: that stands in a repositories file", () => {
    const inputs = {
      name: "a",
      namespace: "b",
      chart: "c",
      repositoryOpts: { repo: "https://charts.example", username: "u", password: new Secret("p4ss") },
    };
    const argv = upgradeArguments(inputs, { ...files, repositoryAlias: "chosen" }, 0);
    expect(argv.slice(0, 3)).toEqual(["upgrade", "a", "chosen/c"]);
    expect(argv.join(" ")).not.toMatch(/p4ss|--repo /);
    expect(JSON.parse(repositoriesText(inputs, "chosen")!)).toMatchObject({
      repositories: [{ name: "chosen", url: "https://charts.example", username: "u", password: "p4ss" }],
    });
    expect(repositoriesText({ repositoryOpts: { repo: "https://charts.example" } }, "chosen")).toBeUndefined();
  });
});

describe("values", () => {
  it("are opened for helm, without nulls unless they are asked for", () => {
    const values = { a: new Secret({ b: "x", c: null }), d: [null, 1] };
    expect(JSON.parse(valuesText({ values }))).toEqual({ a: { b: "x" }, d: [null, 1] });
    expect(JSON.parse(valuesText({ values, allowNullValues: true }))).toEqual({ a: { b: "x", c: null }, d: [null, 1] });
    expect(valuesText({})).toBe("{}");
  });
});

describe("a release", () => {
  const request: CheckRequest = {
    urn: "urn:x",
    type: "t",
    name: "Istiod",
    olds: {},
    news: { chart: "istiod", compat: "true" },
    randomSeed: Buffer.from("seed"),
  };

  it("gets a generated name once and the default namespace", () => {
    const { inputs } = checkRelease(request, "");
    expect(inputs).toEqual({
      chart: "istiod",
      name: expect.stringMatching(/^istiod-[0-9a-f]{8}$/) as unknown,
      namespace: "default",
    });
    expect(checkRelease({ ...request, olds: inputs, randomSeed: Buffer.from("x") }, "").inputs).toEqual(inputs);
    expect(checkRelease({ ...request, news: {} }, "").failures).toEqual([
      { property: "chart", reason: "a Release needs a chart." },
    ]);
  });

  it("is tried again when it failed, even with the same inputs", () => {
    const inputs = { chart: "a", name: "b", namespace: "c" };
    const diff = (status: string): unknown =>
      diffRelease({
        urn: "",
        type: "",
        id: "c/b",
        oldInputs: inputs,
        news: inputs,
        oldOutputs: { status: { status } },
        ignoreChanges: [],
      });
    expect(diff("deployed")).toEqual({ changes: false });
    expect(diff("failed")).toEqual({ changes: true, replaces: [], detailed: { "status.status": "update" } });
  });
});
