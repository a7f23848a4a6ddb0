import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Inputs, Secret, UNKNOWN } from "../../lab/providers/kit/index";
import { connectionOf } from "../../lab/providers/kubernetes/api/kubeconfig";
import { checkSettings, clusterChanged, readSettings } from "../../lab/providers/kubernetes/settings";

const folder = mkdtempSync(path.join(tmpdir(), "meshlift-kubeconfig-"));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function kubeconfig(server: string, user: Inputs = { token: "t0ken" }, extra: Inputs = {}): string {
  return JSON.stringify({
    "current-context": "one",
    clusters: [
      { name: "a", cluster: { server, "certificate-authority-data": Buffer.from("CA").toString("base64") } },
      { name: "b", cluster: { server: "https://b:6443", "insecure-skip-tls-verify": true } },
    ],
    users: [{ name: "u", user }],
    contexts: [
      { name: "one", context: { cluster: "a", user: "u", namespace: "shop" } },
      { name: "two", context: { cluster: "b", user: "u" } },
    ],
    ...extra,
  });
}

describe("a kubeconfig", () => {
  it("gives the chosen context's server, identity and namespace, as contents or as a path", () => {
    const expected = {
      server: "https://a:6443",
      context: "one",
      namespace: "shop",
      insecure: false,
      ca: "CA",
      token: "t0ken",
    };
    const text = kubeconfig("https://a:6443/");
    expect(connectionOf({ kubeconfig: text })).toEqual(expected);
    const file = path.join(folder, "config");
    writeFileSync(file, text);
    expect(connectionOf({ kubeconfig: file })).toEqual(expected);
    expect(connectionOf({ kubeconfig: text, context: "two" })).toMatchObject({
      server: "https://b:6443",
      namespace: "default",
    });
    expect(connectionOf({ kubeconfig: text, cluster: "b" })).toMatchObject({
      server: "https://b:6443",
      namespace: "shop",
    });
  });

  it("reads certificates from files beside it", () => {
    writeFileSync(path.join(folder, "user.crt"), "CERT");
    writeFileSync(path.join(folder, "user.key"), "KEY");
    const file = path.join(folder, "with-files");
    writeFileSync(file, kubeconfig("https://a:6443", { "client-certificate": "user.crt", "client-key": "user.key" }));
    expect(connectionOf({ kubeconfig: file })).toMatchObject({ certificate: "CERT", key: "KEY" });
  });

  it("that names what is not there, or is no YAML, is refused without showing its content", () => {
    expect(() => connectionOf({ kubeconfig: kubeconfig("https://a"), context: "x" })).toThrow(
      'The kubeconfig has no context "x" (it has: "one", "two").',
    );
    expect(() => connectionOf({ kubeconfig: "a: [\n t0ken" })).toThrow("The provider's kubeconfig is not valid YAML.");
    expect(() => connectionOf({ kubeconfig: "/no/such/file" })).toThrow(/\/no\/such\/file does not exist/);
    expect(() => connectionOf({ kubeconfig: kubeconfig("a:6443") })).toThrow(/must be an http\(s\) URL/);
  });
});

describe("provider arguments", () => {
  it("have the real provider's defaults, and booleans as the SDK sends them", () => {
    const settings = readSettings({ kubeconfig: kubeconfig("https://a"), upsertExistingObjects: "true" });
    expect(settings).toMatchObject({ namespace: "shop", serverSideApply: true, upsert: true, patchForce: false });
    expect(readSettings({ kubeconfig: new Secret(kubeconfig("https://a")), namespace: "x" }).namespace).toBe("x");
  });

  it("leave the cluster open while the kubeconfig is not known", () => {
    expect(readSettings({ kubeconfig: new Secret(UNKNOWN) })).toMatchObject({ connection: undefined, namespace: "" });
    expect(checkSettings({ kubeconfig: UNKNOWN })).toEqual([]);
  });

  it("are all checked at once", () => {
    const failures = checkSettings({ kubeconfig: "/no/such/file", deleteUnreachable: "maybe", enablePatchForce: "1" });
    expect(failures.map((failure) => failure.property)).toEqual(["deleteUnreachable", "kubeconfig"]);
  });

  it("mean another cluster when its address changes, unless an identifier says otherwise", () => {
    const a = { kubeconfig: kubeconfig("https://a") };
    const renewed = { kubeconfig: kubeconfig("https://a", { token: "other" }) };
    const b = { kubeconfig: kubeconfig("https://c") };
    expect(clusterChanged(a, renewed)).toBeUndefined();
    expect(clusterChanged(a, b)).toBe("kubeconfig");
    expect(clusterChanged(a, { kubeconfig: UNKNOWN })).toBe("kubeconfig");
    const same = { clusterIdentifier: "x" };
    expect(clusterChanged({ ...a, ...same }, { ...b, ...same })).toBeUndefined();
    expect(clusterChanged({ ...a, ...same }, { kubeconfig: UNKNOWN, ...same })).toBeUndefined();
    expect(clusterChanged({ ...a, ...same }, { ...a, clusterIdentifier: "y" })).toBe("clusterIdentifier");
  });
});
