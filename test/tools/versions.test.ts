import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectDir } from "../../lab/paths";
import { releaseValues } from "../../lab/tools/charts";
import { missingPackages } from "../../lab/tools/debian";
import { isAccepted, versionIn } from "../../lab/tools/found";
import { explainGoFailure, goVersionOf } from "../../lab/tools/go";
import { elapsed } from "../../lab/tools/progress";
import { recipes } from "../../lab/tools/recipes";

describe("versionIn", () => {
  it.each([
    ["Kubernetes v1.35.4", "1.35.4"],
    ["v3.22.0+g93d0f3a", "3.22.0"],
    ["etcd Version: 3.6.14\nGit SHA: Not provided", "3.6.14"],
    ["CoreDNS-1.15.0\nlinux/amd64, go1.26.8, \n", "1.15.0"],
    ["Client Version: v1.35.4\nKustomize Version: v5.7.1", "1.35.4"],
    ["client version: 1.31.0", "1.31.0"],
    ["\nenvoy  version: 0ebfcfe5b0484b89ca85b761da9e05ce75dbda8d/1.38.3/Modified/RELEASE/BoringSSL\n", "1.38.3"],
  ])("finds the program's own version in %j", (text, version) => {
    expect(versionIn(text)).toBe(version);
  });

  it("finds nothing where there is no version", () => {
    expect(versionIn("command not found")).toBeUndefined();
  });
});

describe("isAccepted", () => {
  it("accepts what the range covers and nothing else", () => {
    expect(isAccepted("1.35.4", "1.35.4")).toBe(true);
    expect(isAccepted("1.35.4", "1.35.5")).toBe(false);
    expect(isAccepted("^3.22.0", "3.23.1")).toBe(true);
    expect(isAccepted("^3.22.0", "4.3.1")).toBe(false);
    expect(isAccepted("~3.6.14", undefined)).toBe(false);
  });
});

describe("recipes", () => {
  it.each(recipes.map((recipe) => [recipe.programs[0], recipe] as const))(
    "%s has a pinned module with checksums, and accepts the version that it builds",
    (_, recipe) => {
      const folder = join(projectDir(), "lab", "tools", "modules", recipe.module);
      expect(readFileSync(join(folder, "go.mod"), "utf8")).toContain("\ngo 1.26");
      expect(readFileSync(join(folder, "go.sum"), "utf8")).toContain(" h1:");
      expect(isAccepted(recipe.accepts, recipe.version)).toBe(true);
    },
  );
});

describe("goVersionOf", () => {
  it("reads released and unreleased versions", () => {
    expect(goVersionOf("go1.26.8")).toBe("1.26.8");
    expect(goVersionOf("go1.27rc1")).toBe("1.27");
    expect(goVersionOf("")).toBeUndefined();
  });
});

describe("explainGoFailure", () => {
  it("says in one sentence that a module was refused", () => {
    const output = "go: example.com/a@v1.0.0: reading proxy/a.info: 403 Forbidden\n\tserver response: not available\n";
    expect(explainGoFailure("helm 3.22.0", output)).toBe(
      "helm 3.22.0: a Go module could not be fetched (go: example.com/a@v1.0.0: reading proxy/a.info: 403 Forbidden): " +
        "check GOPROXY (go env GOPROXY) and the network",
    );
  });

  it("says in one sentence that a module is not the pinned one", () => {
    expect(explainGoFailure("etcd", "verifying a@v1: checksum mismatch\n\tdownloaded: h1:x\n")).toBe(
      "etcd: a Go module is not the one that go.sum pins (verifying a@v1: checksum mismatch): check GOPROXY and GOSUMDB",
    );
  });

  it("keeps the compiler's last words for everything else, without download lines", () => {
    expect(explainGoFailure("etcd", "go: downloading a v1\n# a\nmain.go:1: undefined: x\n")).toBe(
      "etcd: go build failed (# a | main.go:1: undefined: x): start again; if it stays, clear Go's cache with go clean -cache",
    );
  });
});

describe("missingPackages", () => {
  it("counts only packages that are installed, not those that were removed or are unknown", () => {
    const query = "runc installed\niptables config-files\n";
    expect(missingPackages(["runc", "iptables", "containerd"], query)).toEqual(["iptables", "containerd"]);
  });
});

describe("releaseValues", () => {
  it("replaces the development hub and tag and leaves everything else as it was", () => {
    const values =
      '  # tag: latest\n  hub: registry.istio.io/testing\n  tag: latest\n  cni:\n    hub: ""\n    tag: ""\n';
    expect(releaseValues(values, "1.31.0")).toBe(
      '  # tag: latest\n  hub: registry.istio.io/release\n  tag: 1.31.0\n  cni:\n    hub: ""\n    tag: ""\n',
    );
  });
});

describe("elapsed", () => {
  it("shows tenths of seconds, and minutes from two on", () => {
    expect(elapsed(74_260)).toBe("74.3 s");
    expect(elapsed(125_000)).toBe("2 min 05 s");
  });
});
