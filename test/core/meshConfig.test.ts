import fc from "fast-check";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { checkMeshConfig, unsupportedFields } from "../../core/meshConfig";
import { MESH_BLOCKED, MESH_REMEDIES, PROXY_BLOCKED, PROXY_REMEDIES } from "../../core/meshConfigFields";
import * as fields from "../../core/meshConfigFields";
import { sentence } from "../../core/problems";

const sentences = (config: unknown): readonly string[] => {
  const result = checkMeshConfig(config);
  return result.ok ? [] : result.problems.map(sentence);
};
const text = (config: unknown): string => {
  const result = checkMeshConfig(config);
  if (!result.ok) throw new Error(result.problems.map(sentence).join("\n"));
  return result.value;
};

describe("mesh configuration for the add-on", () => {
  it("becomes YAML with spaces only, in the order given, the same for the same object", () => {
    const config = {
      trustDomain: "cluster.local",
      accessLogFile: "/dev/stdout",
      defaultConfig: { holdApplicationUntilProxyStarts: true, proxyMetadata: { A: "1" } },
      extensionProviders: [{ name: "x", zipkin: { service: "z", port: 9411 } }],
    };
    expect(text(config)).toBe(
      [
        "trustDomain: cluster.local",
        "accessLogFile: /dev/stdout",
        "defaultConfig:",
        "  holdApplicationUntilProxyStarts: true",
        "  proxyMetadata:",
        "    A: '1'",
        "extensionProviders:",
        "  - name: x",
        "    zipkin:",
        "      service: z",
        "      port: 9411",
        "",
      ].join("\n"),
    );
    expect(text(structuredClone(config))).toBe(text(config));
    expect(text({})).toBe("{}\n");
    expect(text({ accessLogFormat: "a\tb " + "x".repeat(200) })).not.toContain("\t");
  });

  it.each([...fields.MESH_SUPPORTED, ...fields.MESH_ALLOWED].filter((key) => key !== "defaultConfig"))(
    "may hold %s",
    (key) => {
      expect(text({ [key]: "x" })).toBe(`${key}: x\n`);
    },
  );

  it.each([...fields.PROXY_SUPPORTED, ...fields.PROXY_ALLOWED])("may hold defaultConfig.%s", (key) => {
    expect(text({ defaultConfig: { [key]: "x" } })).toBe(`defaultConfig:\n  ${key}: x\n`);
  });

  it.each([...MESH_BLOCKED])("refuses %s by name", (key) => {
    expect(sentences({ [key]: "x" })).toEqual([
      `meshConfig.${key} is "x", but the add-on blocks this field; ${MESH_REMEDIES[key] ?? "leave it out; it has no counterpart in the add-on"} (AKS istio-meshconfig, allowed, supported and blocked values).`,
    ]);
  });

  it.each([...PROXY_BLOCKED])("refuses defaultConfig.%s by name", (key) => {
    expect(sentences({ defaultConfig: { [key]: "x" } })).toEqual([
      `meshConfig.defaultConfig.${key} is "x", but the add-on blocks this field; ${PROXY_REMEDIES[key] ?? "leave it out; it has no counterpart in the add-on"} (AKS istio-meshconfig, allowed, supported and blocked values).`,
    ]);
  });

  it("refuses what is on no list, with the nearest name that is, all at once", () => {
    expect(sentences({ acessLogFile: "x", gibberish: 1, defaultConfig: { concurency: 2 } })).toEqual([
      'meshConfig.acessLogFile is "x", but the add-on denies every field that is not on its list, and this one is not; did you mean accessLogFile? Otherwise leave it out (AKS istio-meshconfig, allowed, supported and blocked values).',
      "meshConfig.gibberish is 1, but the add-on denies every field that is not on its list, and this one is not; leave it out (AKS istio-meshconfig, allowed, supported and blocked values).",
      "meshConfig.defaultConfig.concurency is 2, but the add-on denies every field that is not on its list, and this one is not; did you mean concurrency? Otherwise leave it out (AKS istio-meshconfig, allowed, supported and blocked values).",
    ]);
  });

  it("refuses concurrency 0, which means every core of the node", () => {
    expect(sentences({ defaultConfig: { concurrency: 0 } })).toHaveLength(1);
    expect(sentences({ defaultConfig: { concurrency: 2 } })).toEqual([]);
  });

  it("refuses what is no mapping and what no file can hold", () => {
    expect(sentences("x")).toHaveLength(1);
    expect(sentences(null)).toHaveLength(1);
    expect(sentences({ defaultConfig: [] })).toHaveLength(1);
    expect(sentences({ trustDomainAliases: ["a", Number.NaN], tcpKeepalive: { time: undefined } })).toEqual([
      'meshConfig.trustDomainAliases[1] is "NaN", but mesh configuration holds text, numbers, true, false, lists and mappings; write one of these.',
      'meshConfig.tcpKeepalive.time is "undefined", but mesh configuration holds text, numbers, true, false, lists and mappings; write one of these.',
    ]);
  });

  it("names what works without Azure's support", () => {
    expect(
      unsupportedFields({
        trustDomain: "x",
        accessLogFile: "y",
        defaultConfig: { gatewayTopology: {}, concurrency: 1 },
      }),
    ).toEqual(["meshConfig.trustDomain", "meshConfig.defaultConfig.gatewayTopology"]);
  });

  it("reads back as what it was, and garbage gets sentences", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        // As JSON, in which 0 has no sign.
        expect(JSON.stringify(load(text({ extensionProviders: json })))).toBe(
          JSON.stringify({ extensionProviders: json }),
        );
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.string(), fc.anything())), (config) => {
        sentences(config).forEach((each) => expect(each).toMatch(/\.$/));
      }),
    );
  });
});
