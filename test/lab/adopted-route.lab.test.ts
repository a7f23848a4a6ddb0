import { describe, expect, it } from "vitest";
import { type Live, ORIGINAL, useTrafficStack } from "./support/trafficStack";

const { lab, pulumi, refused, configure, setPath, up, summary, live, weights } = useTrafficStack();
const own = ({ metadata }: Live): string[] =>
  Object.keys(metadata.annotations ?? {}).filter((name) => name.startsWith("meshlift.dev/"));

describe("a route that exists already, under the real engine and a real API server", () => {
  it("is not touched in prepare", async () => {
    const before = await live();
    await up();
    expect((await live()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it("is split in shift, after the target's host is known, and keeps what others gave it", async () => {
    await configure("phase", "shift");
    await up();
    const route = await live();
    expect(await weights()).toEqual([100, 0]);
    expect(route.metadata.labels).toEqual({ team: "a" });
    expect(JSON.parse(route.metadata.annotations?.["meshlift.dev/original-http"] ?? "")).toEqual(ORIGINAL);
    expect(await lab.exists("serviceentry", "front-target")).toBe(true);
    expect(await lab.exists("destinationrule", "front-target")).toBe(true);
  });

  it("changes by one update per weight, and by none when nothing changed", async () => {
    await configure("weight", "10");
    expect(await summary()).toMatchObject({ update: 1 });
    expect(Object.keys(await summary()).filter((kind) => !["same", "read", "update"].includes(kind))).toEqual([]);
    await up();
    expect(await weights()).toEqual([90, 10]);
    await pulumi(["preview", "--expect-no-changes"]);
  });

  it("is protected while users are on the split", async () => {
    expect(await refused(["destroy", "--yes", "--skip-preview"])).toMatch(/protected/);
    expect(await weights()).toEqual([90, 10]);
    expect(await lab.exists("serviceentry", "front-target")).toBe(true);
  });

  it("stops at somebody else's change with one sentence that names them, and changes nothing", async () => {
    const patch = JSON.stringify({ spec: { http: [{ route: [{ destination: { host: "front" }, weight: 100 }] }] } });
    const command = ["-n", "shop", "patch", "virtualservice", "front", "--type=merge", "--field-manager=rollout-tool"];
    await lab.api.kubectl([...command, "-p", patch]);
    await configure("weight", "50");
    const before = await live();
    const said = await refused(["up", "--yes", "--skip-preview"]);
    expect(said).toMatch(
      /error: VirtualService shop\/front spec\.http: rollout-tool \(Update, [^)]+\) changed it since/,
    );
    expect(said).not.toMatch(/\n\s+at .*\.js:\d+/);
    expect((await live()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  it("gets its split back under the policy revert", async () => {
    await setPath("aksAddon.route.onForeignChange", "revert");
    await up();
    expect(await weights()).toEqual([50, 50]);
  });

  it("stays at 100 through retire, and is as it was once the source is released", async () => {
    await configure("weight", "100");
    await up();
    await configure("phase", "retire");
    await up();
    expect(await weights()).toEqual([0, 100]);
    await setPath("aksAddon.retireSource", "true");
    await up();
    const route = await live();
    expect(route.spec.http).toEqual(ORIGINAL);
    expect(own(route)).toEqual([]);
    expect(await lab.exists("serviceentry", "front-target")).toBe(false);
    expect(await lab.exists("destinationrule", "front-target")).toBe(false);
    await pulumi(["preview", "--expect-no-changes"]);
  });

  it("survives the end of the stack", async () => {
    await pulumi(["destroy", "--yes", "--skip-preview"]);
    expect((await live()).spec.http).toEqual(ORIGINAL);
  });

  it("is missed with one sentence when it is not there", async () => {
    await setPath("aksAddon.route.virtualService.name", "absent");
    const said = await refused(["preview"]);
    expect(said).toMatch(
      /error: aksAddon\.route\.virtualService is "shop\/absent", but there is no such VirtualService/,
    );
    expect(said).not.toMatch(/\n\s+at .*\.js:\d+/);
  });
});
