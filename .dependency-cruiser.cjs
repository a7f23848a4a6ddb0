// Which room of the project may know which. docs/architecture.md has the picture; test/rules shows that each rule bites.

const ROOMS = [
  "index\\.ts$",
  "stacks/",
  "components/",
  "core/",
  "pipeline/",
  "report/",
  "agent/",
  "lab/",
  "test/",
  "bench/",
  "tools/",
  "bin/",
];
const anyRoom = `^(${ROOMS.join("|")})`;

// These have rules of their own, so that each breach is named once.
const OWN_RULE = ["^lab/", "^test/", "^bin/"];

/** A room may import itself, the rooms of `allowed` (path patterns), and packages. */
function knowsOnly(name, from, allowed, comment) {
  return {
    name,
    severity: "error",
    comment,
    from: { path: from },
    to: { path: anyRoom, pathNot: [from, ...allowed, ...OWN_RULE] },
  };
}

// Pure computation on plain data. node:crypto only for hashes of texts.
const PURE_PACKAGES = ["zod", "js-yaml", "yaml", "semver", "ipaddr\\.js", "@types/semver", "@types/js-yaml"];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    knowsOnly(
      "core-knows-nobody",
      "^core/",
      [],
      "Decisions are plain functions of plain data: core imports no other room.",
    ),
    {
      name: "core-is-pure",
      severity: "error",
      comment:
        "core has no SDK, no file system, no network and no clock, so that every decision can be replayed and tested as it is.",
      from: { path: "^core/" },
      to: {
        pathNot: [
          "^core/",
          ...PURE_PACKAGES.map((name) => `node_modules/${name}/`),
          "^crypto$",
          "^node:crypto$",
          anyRoom,
        ],
      },
    },
    knowsOnly(
      "components-know-core",
      "^components/",
      ["^core/"],
      "A component wires what core decided; it knows no stack.",
    ),
    knowsOnly(
      "stacks-know-components",
      "^stacks/",
      ["^components/", "^core/"],
      "A stack puts components together and knows nobody above it.",
    ),
    knowsOnly(
      "index-knows-stacks",
      "^index\\.ts$",
      ["^stacks/", "^core/(settings|problems)", "^components/refusal"],
      "The program's entry reads the settings, picks a stack, and hands refusals to Pulumi as sentences; nothing else.",
    ),
    knowsOnly("report-knows-core", "^report/", ["^core/"], "A report is drawn from recorded data alone."),
    knowsOnly(
      "agent-knows-core",
      "^agent/",
      ["^core/"],
      "The agent is a package of its own and takes only core along.",
    ),
    knowsOnly(
      "pipeline-knows-core-and-report",
      "^pipeline/",
      ["^core/", "^report/"],
      "The command line drives the program through Pulumi's engine and the lab as a process, never by import.",
    ),
    knowsOnly(
      "lab-knows-nobody",
      "^lab/",
      [],
      "The lab knows none of the product's rooms, so that it cannot be bent to make a test pass.",
    ),
    {
      name: "nobody-knows-the-lab",
      severity: "error",
      comment: "The product never asks whether it runs in the lab: only the lab's own files and the tests import it.",
      from: { path: anyRoom, pathNot: ["^lab/", "^test/", "^bench/"] },
      to: { path: "^lab/" },
    },
    {
      name: "nobody-knows-the-tests",
      severity: "error",
      comment: "What only tests need stays in test/.",
      from: { path: anyRoom, pathNot: ["^test/"] },
      to: { path: "^test/" },
    },
    {
      name: "sources-not-outputs",
      severity: "error",
      comment: "bin/ is compiled output: import the source, or start the output as a process.",
      from: { path: anyRoom, pathNot: ["^bin/"] },
      to: { path: "^bin/" },
    },
    {
      name: "provider-sdk-by-submodule",
      severity: "error",
      comment:
        "The root of a provider SDK loads every service it has; a submodule starts the program 200 ms sooner and saves memory.",
      from: { path: anyRoom },
      to: { path: "node_modules/@pulumi/(azure-native|kubernetes|gcp)/index\\.(js|d\\.ts)$" },
    },
    {
      name: "dependency-not-dev-dependency",
      severity: "error",
      comment: "What runs outside the tests comes from `dependencies`.",
      from: { path: anyRoom, pathNot: ["^test/", "^bench/", "^tools/", "^bin/"] },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"], pathNot: ["node_modules/@types/"] },
    },
    {
      name: "declared-dependency",
      severity: "error",
      comment: "A package that is only there because another one brought it can vanish with any update: declare it.",
      from: { path: anyRoom },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "no-cycle",
      severity: "error",
      comment: "Files that need each other are one file, or lack a third.",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolvable",
      severity: "error",
      comment: "The import leads nowhere.",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-orphan",
      severity: "error",
      comment: "A file that imports nothing and that nobody imports is a leftover.",
      from: { orphan: true, path: anyRoom, pathNot: ["^test/", "^bench/", "^tools/", "\\.d\\.ts$"] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "(^|/)node_modules/" },
    exclude: { path: "^bin/\\." },
    // Types count: a room that needs another's types knows it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["require", "node", "import", "types"],
      extensions: [".ts", ".js", ".mjs", ".cjs", ".json", ".d.ts"],
    },
    skipAnalysisNotInRules: true,
  },
};
