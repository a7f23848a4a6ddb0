import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sentence } from "../../core/problems";
import { readSettings, type Settings } from "../../core/settings";
import type { SecretText } from "../../core/settingsSecret";
import { settings } from "../stacks/aksAddon";

type Tree = Readonly<Record<string, unknown>>;

function accepted(raw: unknown): Settings {
  const result = readSettings(raw);
  if (!result.ok) throw new Error(result.problems.map(sentence).join("\n"));
  return result.value;
}

describe("settings", () => {
  it("are completed with defaults, so that a dev environment is short", () => {
    const { aksAddon, ...top } = accepted(settings());
    expect(top).toEqual({
      migration: "aks-addon",
      layer: "all",
      platformStack: "",
      phase: "prepare",
      weight: 0,
      ramp: [10, 25, 50, 75, 100],
    });
    const pools = [{ name: "system", mode: "System", vmSize: "Standard_D4s_v5", count: 2 }];
    expect(aksAddon).toEqual({
      location: "westeurope",
      publicHost: "shop.example.com",
      resourceManagerEndpoint: "https://management.azure.com",
      createResourceGroups: true,
      source: {
        kind: "create",
        resourceGroup: "rg-old",
        name: "shop-old",
        kubernetesVersion: "1.35",
        istioVersion: "1.30.2",
        nodePools: pools,
        chartRepository: "https://istio-release.storage.googleapis.com/charts",
        helmValues: { base: {}, istiod: {}, gateway: {} },
        ingress: { namespace: "istio-system", service: "istio-ingressgateway" },
      },
      target: {
        resourceGroup: "rg-new",
        name: "shop-new",
        kubernetesVersion: "1.35",
        ingress: { external: true, internal: false, annotations: {} },
        nodePools: pools,
        meshConfig: {},
        maintenance: { day: "Sunday", startHour: 2, hours: 4 },
      },
      namespaces: ["default"],
      manifests: ["shop.yaml", "routing.yaml"],
      route: {
        virtualService: { namespace: "default", name: "shop" },
        routes: "all",
        temporaryHost: "v2.example.com",
        onForeignChange: "freeze",
      },
      dns: { resourceGroup: "rg-dns", zone: "example.com", record: "shop", ttlSeconds: 60, createZone: false },
      retireSource: false,
    });
  });

  it("may come as the texts that Pulumi hands over", () => {
    const { aksAddon } = settings();
    const texts = { phase: "shift", weight: "25", ramp: "[5, 25, 100]", aksAddon: JSON.stringify(aksAddon) };
    expect(accepted(texts)).toMatchObject({ phase: "shift", weight: 25, ramp: [5, 25, 100] });
  });

  it("are frozen to the last list", () => {
    const { ramp, aksAddon } = accepted(settings());
    expect(() => (ramp as number[]).push(1)).toThrow(TypeError);
    expect(() => ((aksAddon.target as { name: string }).name = "other")).toThrow(TypeError);
  });

  it("keep a kubeconfig out of every text", () => {
    const source = { kind: "existing", kubeconfig: "client-key-data: c2VjcmV0" };
    const { aksAddon } = accepted({ ...settings(), aksAddon: { ...(settings()["aksAddon"] as Tree), source } });
    expect(JSON.stringify(aksAddon)).not.toContain("c2VjcmV0");
    const { kubeconfig } = aksAddon.source as { kubeconfig: SecretText };
    expect(`${String(kubeconfig)} ${kubeconfig.reveal()}`).toBe("[secret] client-key-data: c2VjcmV0");
  });
});

describe("any garbage", () => {
  const paths: readonly (readonly string[])[] = [
    [],
    ["weight"],
    ["phase"],
    ["ramp"],
    ["aksAddon"],
    ["aksAddon", "source"],
    ["aksAddon", "target"],
    ["aksAddon", "target", "nodePools"],
    ["aksAddon", "route"],
    ["aksAddon", "dns"],
    ["aksAddon", "namespaces"],
  ];

  function planted(tree: unknown, path: readonly string[], value: unknown): unknown {
    const [key, ...rest] = path;
    if (key === undefined) return value;
    const object = tree as Tree;
    return { ...object, [key]: planted(object[key] ?? {}, rest, value) };
  }

  it("gives settings or complete sentences, never an exception", () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.anything({ withBigInt: true, withDate: true }), (path, value) => {
        const result = readSettings(planted(settings(), path, value));
        const sentences = result.ok ? [] : result.problems.map(sentence);
        expect(result.ok || sentences.length > 0).toBe(true);
        for (const text of sentences) expect(text).toMatch(/^[^\n]+; [^\n]+\.$/);
      }),
      { numRuns: 500 },
    );
  });
});
