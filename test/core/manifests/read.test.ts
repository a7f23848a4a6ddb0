import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readManifests, type Manifest } from "../../../core/manifests/read";
import { sentence } from "../../../core/problems";

function read(text: string, file = "a.yaml"): readonly Manifest[] {
  const result = readManifests([{ file, text }]);
  if (!result.ok) throw new Error(result.problems.map(sentence).join("\n"));
  return result.value;
}

function problems(...texts: readonly string[]): readonly string[] {
  const result = readManifests(texts.map((text, index) => ({ file: `${"abc"[index]}.yaml`, text })));
  return result.ok ? [] : result.problems.map(sentence);
}

const config = (name: string, data = ""): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${data}`;

describe("reading manifests", () => {
  it("takes every document with its line, and skips those that say nothing", () => {
    const text = `# head\n\n---\n# only a comment\n---\n${config("one")}---\n\n---\n# about two\n${config("two")}...\n---\n`;
    expect(read(text).map(({ file, line, object }) => [file, line, object.metadata.name])).toEqual([
      ["a.yaml", 6, "one"],
      ["a.yaml", 14, "two"],
    ]);
  });

  it("reads Windows line ends, a byte order mark, and directives", () => {
    const text = `\uFEFF%YAML 1.2\n---\n${config("one")}---\n${config("two")}`.replaceAll("\n", "\r\n");
    expect(read(text).map(({ line, object }) => [line, object.metadata.name])).toEqual([
      [3, "one"],
      [8, "two"],
    ]);
  });

  it("reads JSON, and content on the line of the marker", () => {
    const text = `--- {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}}\n`;
    expect(read(text)).toEqual([
      { file: "a.yaml", line: 1, object: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" } } },
    ]);
  });

  it("keeps block scalars whole, with what looks like a marker inside them", () => {
    const text = config("one", "data:\n  script: |\n    a\n    ---\n    # b\n  other: 'x'\n");
    expect(read(text)[0]?.object["data"]).toEqual({ script: "a\n---\n# b\n", other: "x" });
  });

  it("resolves anchors and merges, without sharing what they name", () => {
    const text = config(
      "one",
      "base: &base {a: 1, list: [1]}\nextra: &extra {b: 2}\nfirst: {<<: [*base, *extra], a: 3}\nsecond:\n  <<: *base\n",
    );
    const object: Readonly<Record<string, unknown>> = read(text)[0]?.object ?? {};
    expect([object["first"], object["second"]]).toEqual([
      { a: 3, list: [1], b: 2 },
      { a: 1, list: [1] },
    ]);
    expect((object["second"] as { list: unknown }).list).not.toBe((object["base"] as { list: unknown }).list);
  });

  it.each([
    ["0644", 420],
    ["0o644", 420],
    ["0x1F", 31],
    ["-0b11", -3],
    ["1_000", 1000],
    ["08", 8],
    ["1e3", 1000],
    [".5", 0.5],
    ["yes", true],
    ["Off", false],
    ["n", false],
    ["~", null],
    ["22:22", "22:22"],
    ["2024-01-01", "2024-01-01"],
    ["1.2.3", "1.2.3"],
    [".inf", ".inf"],
    ["'yes'", "yes"],
    ["!!str 0644", "0644"],
    ["nope", "nope"],
    ["0", 0],
    ["-0", 0],
    ["", null],
  ])("reads the scalar %s as kubectl does", (text, expected) => {
    expect(read(config("one", `value: ${text}\n`))[0]?.object["value"]).toEqual(expected);
  });

  it("takes lists apart, each item at its own line", () => {
    const text = [
      "apiVersion: v1",
      "kind: List",
      "metadata: {items: [1, 2]}",
      "items:",
      "- apiVersion: v1",
      "  kind: ConfigMap",
      "  metadata: {name: one}",
      "# about two",
      "- {apiVersion: v1, kind: ConfigMap, metadata: {name: two}}",
      "---",
      "apiVersion: v1",
      "kind: ConfigMapList",
      "items:",
      "  - metadata: {name: three}",
    ].join("\n");
    expect(read(text).map(({ line, object }) => [line, object.apiVersion, object.kind, object.metadata.name])).toEqual([
      [5, "v1", "ConfigMap", "one"],
      [9, "v1", "ConfigMap", "two"],
      [14, "v1", "ConfigMap", "three"],
    ]);
  });
});

describe("manifests that cannot be used", () => {
  it("are named all at once, each with file and line", () => {
    const found = problems(
      `${config("one")}---\na: [1\nb: 2\n---\nkind: Service\nmetadata: {}\n---\n- 1\n`,
      `a: 1\na: 2\n---\njust text\n`,
    );
    expect(found).toEqual([
      "a.yaml:7:1: the YAML cannot be read: deficient indentation; correct the YAML at this place.",
      "a.yaml:9 Service apiVersion: every Kubernetes object needs apiVersion as text; add apiVersion.",
      "a.yaml:9 Service metadata.name: every Kubernetes object needs metadata.name as text; add metadata.name.",
      "a.yaml:12 is [1], but a manifest is a mapping with apiVersion, kind and metadata; write a Kubernetes object here, or remove the document.",
      "b.yaml:2:1: the YAML cannot be read: duplicated mapping key; keep one of the two keys.",
      'b.yaml:4 is "just text", but a manifest is a mapping with apiVersion, kind and metadata; write a Kubernetes object here, or remove the document.',
    ]);
  });

  it("are files of another kind, in one sentence", () => {
    expect(problems("defaults:\n  pilot: {}\n")).toEqual([
      'a.yaml:1 is {"defaults":{"pilot":{}}}, but a manifest is a mapping with apiVersion, kind and metadata; write a Kubernetes object here, or remove the document.',
    ]);
  });

  it("are those indented with tabs", () => {
    expect(problems("apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: one\n")).toEqual([
      expect.stringMatching(/^a\.yaml:4.*; indent with spaces; YAML allows no tabs there\.$/),
    ]);
  });

  it("are entries of a list that are no objects, each at its own line", () => {
    expect(
      problems("apiVersion: v1\nkind: List\nitems:\n- &a text\n-\n  - 1\n- *a\n").map((each) => each.split(" ")[0]),
    ).toEqual(["a.yaml:4", "a.yaml:6", "a.yaml:7"]);
  });

  it("are objects given twice, with both places, whatever the version and the default namespace", () => {
    const rule = (version: string, namespace: string): string =>
      `apiVersion: networking.istio.io/${version}\nkind: DestinationRule\nmetadata: {name: r${namespace}}\n`;
    const text = `${rule("v1", "")}---\n${rule("v1", ", namespace: other")}`;
    expect(problems(text, rule("v1beta1", ", namespace: default"))).toEqual([
      "b.yaml:1 DestinationRule default/r: the same object already stands at a.yaml:1, and one of the two would undo the other; keep one of them.",
    ]);
  });

  it("are those with a generated name, an unquoted number for a name, or labels that are no text", () => {
    expect(
      problems(
        "apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: 12, labels: {a: yes, b: 'no'}, annotations: [1]}\n",
      ),
    ).toEqual([
      'a.yaml:1 Pod metadata.generateName is "x-", but an object with a generated name would be created anew by every update; give it a fixed metadata.name.',
      "b.yaml:1 Pod metadata.name is 12, but every Kubernetes object needs metadata.name as text; put 12 in quotes.",
      'b.yaml:1 Pod metadata.labels["a"] is true, but the API server takes only text in labels; put the value in quotes.',
      'b.yaml:1 Pod metadata.annotations is [1], but annotations are a mapping; write name: "value" pairs.',
    ]);
  });

  it("are aliases to nothing, across documents, and to themselves", () => {
    expect(problems(`${config("one", "x: &x 1\n")}---\n${config("two", "x: *x\n")}`)[0]).toMatch(/^a\.yaml:11.*alias/);
    expect(problems(config("one", "x: &x [*x]\n"))[0]).toMatch(/^a\.yaml:\d/);
  });

  it("are billions of laughs, refused at once", () => {
    const names = Array.from("abcdefghijklm");
    const lines = names.map(
      (name, index) =>
        `${name}: &${name} [${Array(10)
          .fill(index === 0 ? "ha" : `*${names[index - 1]}`)
          .join(", ")}]`,
    );
    const started = performance.now();
    expect(problems(config("one", `${lines.join("\n")}\n`))).toEqual([
      "a.yaml:1: its aliases, written out, are more than 500000 values; write the values out, with fewer aliases.",
    ]);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it.each([
    ["many aliases", `x: &x 1\ny: [${Array(30_000).fill("*x").join(",")}]\n`],
    ["deep nesting", `x: ${"[".repeat(20_000)}\n`],
    [
      "nested merges",
      `a0: &a0 {k0: 1}\n${Array.from({ length: 400 }, (_, n) => `a${n + 1}: &a${n + 1} {<<: *a${n}, k${n + 1}: 1}`).join("\n")}\n`,
    ],
    ["a file without end", "x".repeat(17 * 1024 * 1024)],
    ["a long run of markers", "---\n".repeat(100_000) + "x"],
  ])("are %s, refused within a second", (_, text) => {
    const started = performance.now();
    expect(problems(text).length).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it("get sentences, never an exception, whatever the text", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "---\n",
        "- ",
        ": ",
        "&a ",
        "*a",
        "<<",
        "{",
        "}",
        "[",
        "]",
        "\n",
        "  ",
        "\t",
        "|\n",
        "!!int ",
        "? ",
        "kind: List\n",
        "items:\n",
        "%",
        '"',
        "'",
      ),
      fc.string({ maxLength: 5, unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        problems(pieces.join("")).forEach((each) => expect(each).toMatch(/^a\.yaml:\d+.*\.$/su));
      }),
      { numRuns: 200 },
    );
  });
});
