// Writes docs/settings.md from Pulumi.yaml and the compiled schema of the settings: `node settings.mjs --write`. Without
// --write it prints the page, so that a test can compare it with the file.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const PAGE = join(ROOT, "docs/settings.md");

/** A schema without its wrappers, with what the wrappers said. */
function unwrap(schema) {
  const said = { required: true, description: schema.description };
  let inner = schema;
  while (["default", "prefault", "optional", "pipe", "readonly"].includes(inner.def.type)) {
    if (inner.def.type === "default") said.default = inner.def.defaultValue;
    if (inner.def.type !== "pipe") said.required = false;
    inner = inner.def.type === "pipe" ? inner.def.in : inner.def.innerType;
    said.description ??= inner.description;
  }
  return { ...said, schema: inner };
}

const KINDS = { string: "text", number: "integer", boolean: "true or false", record: "mapping", object: "mapping" };

function kindOf(schema) {
  const { def } = schema;
  if (def.type === "enum")
    return Object.values(def.entries)
      .map((word) => `\`${word}\``)
      .join(", ");
  if (def.type === "literal") return def.values.map((word) => `\`${word}\``).join(", ");
  if (def.type === "array") return `list of ${kindOf(unwrap(def.element).schema)}`;
  if (def.type === "union") return def.options.map((option) => kindOf(unwrap(option).schema)).join(" or ");
  return KINDS[def.type] ?? def.type;
}

/** One row per setting below `schema`; mappings with known keys are walked into, variants by `kind` one after the other. */
function rowsOf(path, schema) {
  const { schema: inner, required, description, default: preset } = unwrap(schema);
  if (inner.def.type === "union" && inner.def.discriminator !== undefined) {
    return inner.def.options.flatMap((option) => {
      const kind = option.def.shape[inner.def.discriminator].def.values[0];
      return rowsOf(path, option).map((row) =>
        row.path === `${path}.kind` ? { ...row, kind: `\`${kind}\`` } : { ...row, only: kind },
      );
    });
  }
  if (inner.def.type === "object") {
    return Object.entries(inner.def.shape).flatMap(([name, child]) =>
      rowsOf(path === "" ? name : `${path}.${name}`, child),
    );
  }
  if (description === undefined && inner.def.type !== "literal") {
    throw new Error(
      `aksAddon.${path} has no sentence that says what it is for: give its schema one with .describe(...).`,
    );
  }
  const row = { path, kind: kindOf(inner), required, preset, meaning: description ?? "" };
  const items = inner.def.type === "array" ? unwrap(inner.def.element) : undefined;
  return items?.schema.def.type === "object" ? [row, ...rowsOf(`${path}[]`, items.schema)] : [row];
}

const inline = (value) => `\`${JSON.stringify(value)}\``;

function presetOf({ required, preset }) {
  if (preset !== undefined) return inline(preset);
  return required ? "required" : "none";
}

function capital(text) {
  return text === "" ? "" : text[0].toUpperCase() + text.slice(1);
}

function table(rows) {
  return [
    "| key | value | default | meaning |",
    "| --- | --- | --- | --- |",
    ...rows.map(
      (row) =>
        `| ${[`\`${row.path}\``, row.kind, presetOf(row), row.meaning].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
    ),
  ];
}

/** The whole page. */
export function settingsPage() {
  const { config } = load(readFileSync(join(ROOT, "Pulumi.yaml"), "utf8"));
  const { settingsSchema } = createRequire(import.meta.url)(join(ROOT, "bin/core/settingsSchema.js"));
  const top = Object.entries(config).map(([name, { type, default: preset, description }]) => ({
    path: `meshlift:${name}`,
    kind: kindOf(unwrap(settingsSchema.def.shape[name]).schema) || type,
    preset: name === "aksAddon" ? undefined : preset,
    required: name === "aksAddon",
    meaning: description,
  }));
  const below = rowsOf("", settingsSchema.def.shape.aksAddon);
  const only = (kind) => below.filter((row) => row.only === kind);
  const rest = below.filter((row) => row.only === undefined);
  // `kind` stands in both variants.
  const [first, second, ...others] = rest.filter((row) => row.path === "source.kind");
  if (first === undefined || second === undefined || others.length > 0)
    throw new Error("source has not exactly two kinds");
  const sentence = (row) => ({ ...row, meaning: `${capital(row.meaning.trim()).replace(/\.$/, "")}.` });
  const section = (title, rows) => ["", `## ${title}`, "", ...table(rows.map(sentence))];
  return [
    "# Settings",
    "",
    "Written by `npm run settings` from `Pulumi.yaml` and `core/settingsSchema.ts`: do not edit. `Pulumi.dev.yaml` is a complete example.",
    "All problems of a configuration are reported at once, each with its path, value, rule and remedy.",
    ...section("Keys of the stack", top),
    ...section("Below `meshlift:aksAddon`", [
      ...rest.filter((row) => row.path !== "source.kind"),
      {
        ...first,
        kind: `${first.kind}, ${second.kind}`,
        meaning: "whether this program creates the source for illustration, or finds it",
      },
    ]),
    ...section("`source` with `kind: create`", only("create")),
    ...section("`source` with `kind: existing`", only("existing")),
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--write")) writeFileSync(PAGE, settingsPage());
  else process.stdout.write(settingsPage());
}
