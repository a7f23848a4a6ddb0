import type { z } from "zod";
import { didYouMean } from "./nearest";
import type { Problem } from "./problems";

/** A zod issue as a problem in the words of a user: path as in the stack file, rule and remedy. */
export function problemsOf(
  issue: z.core.$ZodIssue,
  knownKeys: (path: readonly PropertyKey[]) => readonly string[],
): readonly Problem[] {
  const path = pathText(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(issue.path);
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      rule: "there is no such setting",
      remedy: `${didYouMean(key, known)}remove it${known.length === 0 ? "" : `; known here: ${[...known].sort().join(", ")}`}`,
    }));
  }
  if (issue.code === "invalid_type" && issue.expected === "object" && !issue.message.includes("; ")) {
    const keys = [...knownKeys(issue.path)].sort().join(", ");
    const missing = issue.input === undefined;
    return [
      {
        path: path === "" ? "settings" : path,
        rule: `${missing ? "it is required: " : ""}it is a mapping with the keys ${keys}`,
        remedy: missing ? "add the mapping" : "write a mapping",
      },
    ];
  }
  const [rule = "", ...remedy] = issue.message.split("; ");
  const value = shown(issue.path, issue.input);
  return [
    {
      path: path === "" ? "settings" : path,
      ...(value === undefined ? {} : { value }),
      rule: remedy.length === 0 ? plainRule(issue) : rule,
      remedy: remedy.length === 0 ? "correct the value" : remedy.join("; "),
    },
  ];
}

/** `aksAddon.target.nodePools[0].count` */
function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${String(part)}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

function plainRule(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type") return issue.message;
  return issue.input === undefined ? `it is required (${issue.expected})` : `it must be of type ${issue.expected}`;
}

/**
 * The value as far as it may be quoted. A mapping may hold a kubeconfig or a password somewhere inside, and a text at a
 * place where a mapping belongs may be one, so only plain values at places that never hold a secret are quoted.
 */
function shown(path: readonly PropertyKey[], value: unknown): unknown {
  if (path.some((part) => SECRET_KEYS.test(String(part))) || SECRET_BEARING.has(pathText(path))) return undefined;
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (value === null || typeof value === "number" || typeof value === "boolean" || typeof value === "string")
    return value;
  const plainList =
    Array.isArray(value) && value.every((entry) => typeof entry === "number" || typeof entry === "string");
  return plainList ? value : undefined;
}

const SECRET_KEYS = /kubeconfig|helmValues|password|token|secret/i;
const SECRET_BEARING = new Set(["", "aksAddon", "aksAddon.source"]);
