import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, imageConfig, tarHeader, tarPadding, writeArchive } from "../../lab/images/archive";
import { packageOf, packLayer } from "../../lab/images/root";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "meshlift-archive-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const tar = (...argv: string[]): string => execFileSync("tar", argv, { encoding: "utf8" });

describe("tarHeader", () => {
  it("refuses a name that does not fit instead of cutting it", () => {
    expect(() => tarHeader("x".repeat(101), 0)).toThrow("longer than 100 bytes");
  });

  it("pads to whole blocks and adds nothing to a full one", () => {
    expect([0, 1, 512, 513].map((size) => tarPadding(size).length)).toEqual([0, 511, 0, 511]);
  });
});

describe("writeArchive", () => {
  it("writes what tar reads: configuration, layers in order and the manifest that names them", async () => {
    const layers = [];
    for (const name of ["base", "app"]) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "file"), name);
      layers.push(await packLayer(join(folder, name), join(folder, `${name}.tar`)));
    }
    const config = { Entrypoint: ["/app"], User: "1000" };
    const file = join(folder, "image.tar");
    await writeArchive(file, "docker.io/lab/app:1", config, layers);
    const { name, text } = imageConfig(config, layers);
    const names = layers.map((layer) => `${layer.digest}.tar`);
    expect(tar("-tf", file).trim().split("\n")).toEqual([name, ...names, "manifest.json"]);
    expect(JSON.parse(tar("-xOf", file, "manifest.json"))).toEqual([
      { Config: name, RepoTags: ["docker.io/lab/app:1"], Layers: names },
    ]);
    expect(JSON.parse(text.toString())).toEqual({
      architecture: "amd64",
      os: "linux",
      config: { ...config, Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] },
      rootfs: { type: "layers", diff_ids: layers.map((layer) => `sha256:${layer.digest}`) },
    });
    tar("-xf", file, "-C", folder);
    expect(await digestOf(join(folder, names[1] ?? ""))).toBe(layers[1]?.digest);
  });
});

describe("packLayer", () => {
  it("gives equal content an equal digest, whenever and in whatever order it was written", async () => {
    const digests = [];
    for (const order of [
      ["a", "b"],
      ["b", "a"],
    ]) {
      const root = join(folder, order.join(""));
      await mkdir(root);
      for (const name of order) await writeFile(join(root, name), name);
      digests.push((await packLayer(root, `${root}.tar`)).digest);
    }
    expect(digests[0]).toBe(digests[1]);
  });
});

describe("packageOf", () => {
  it("takes the name out of a package's file name", () => {
    expect(packageOf("libstdc++6_12.2.0-14+deb12u1_amd64.deb")).toBe("libstdc++6");
  });
});
