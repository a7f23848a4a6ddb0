import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

// Names that plain Node programs may use without an import (the project's few JavaScript files).
const NODE_GLOBALS = Object.fromEntries(
  ["process", "console", "performance", "setTimeout", "clearTimeout", "URL", "Buffer", "module", "require"].map(
    (name) => [name, "readonly"],
  ),
);

// core has no clock, no chance and no network; the imports are checked by the rules of the rooms.
const IMPURE = ["process", "performance", "fetch", "setTimeout", "setInterval", "setImmediate", "console"].map(
  (name) => ({
    name,
    message: "core decides on plain data alone: take it as an argument.",
  }),
);
const IMPURE_CALLS = [
  [
    "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    "core has no clock: take the time as an argument.",
  ],
  ["NewExpression[callee.name='Date'][arguments.length=0]", "core has no clock: take the time as an argument."],
  [
    "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    "core leaves nothing to chance: take the number as an argument.",
  ],
].map(([selector, message]) => ({ selector, message }));

export default defineConfig(
  { ignores: ["bin/", ".lab/", "coverage/", "test/**/fixtures/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  {
    files: ["**/*.{mjs,cjs,js}"],
    languageOptions: { globals: NODE_GLOBALS },
  },
  {
    files: ["**/*.{ts,mts}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["vitest.config.mts", "vitest.lab.config.mts"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers and booleans in a sentence read well; objects in one are still refused.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // `() => stop()` as a callback is short and says what happens.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A type import costs nothing at start and says so; `typeof import("...")` names what is loaded later.
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      // Modules of Pulumi's SDKs cost start time: some are loaded when the first resource needs them.
      "@typescript-eslint/no-require-imports": ["error", { allow: ["^@pulumi/"] }],
      // Letters of a text: the spread gives code points, which is what is meant.
      "@typescript-eslint/no-misused-spread": ["error", { allow: ["string"] }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      eqeqeq: "error",
      // Longer files hold more than one decision.
      "max-lines": ["error", { max: 250 }],
    },
  },
  {
    files: ["core/**/*.ts"],
    rules: {
      "no-restricted-globals": ["error", ...IMPURE],
      "no-restricted-syntax": ["error", ...IMPURE_CALLS],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // A test may say that something is there: if it is not, the test fails, which is its purpose.
      "@typescript-eslint/no-non-null-assertion": "off",
      // A fake's function is looked at, not called apart from its object.
      "@typescript-eslint/unbound-method": "off",
      // A table of cases reads best in one piece.
      "max-lines": ["error", { max: 450 }],
    },
  },
);
