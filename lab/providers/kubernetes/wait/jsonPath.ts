import { isRecord } from "../../kit/index";

type Step =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "all" }
  | { readonly kind: "filter"; readonly path: readonly string[]; readonly equal: boolean; readonly value: string };

/**
 * The values at a kubectl JSONPath: `{.status.phase}`, `.items[*].name`, `{.conditions[?(@.type=="Ready")].status}`.
 * @throws one sentence when the expression uses something else
 */
export function jsonPath(expression: string, value: unknown): readonly unknown[] {
  return parse(expression).reduce<readonly unknown[]>(
    (found, step) => found.flatMap((item) => take(item, step)),
    [value],
  );
}

function take(item: unknown, step: Step): readonly unknown[] {
  const children = Array.isArray(item) ? (item as unknown[]) : isRecord(item) ? Object.values(item) : [];
  switch (step.kind) {
    case "key":
      return isRecord(item) && step.key in item ? [item[step.key]] : [];
    case "index": {
      const child = Array.isArray(item) ? (item as unknown[]).at(step.index) : undefined;
      return child === undefined ? [] : [child];
    }
    case "all":
      return children;
    case "filter":
      return children.filter((child) => {
        const actual = step.path.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), child);
        return isScalar(actual) && (String(actual) === step.value) === step.equal;
      });
  }
}

function parse(expression: string): readonly Step[] {
  const text = expression
    .trim()
    .replace(/^\{(.*)\}$/, "$1")
    .replace(/^\$/, "");
  const steps: Step[] = [];
  const token =
    /\.([A-Za-z0-9_\-\\.]*?[A-Za-z0-9_-])(?=[.[]|$)|\[(-?\d+)\]|\[\*\]|\.\*|\['([^']+)'\]|\["([^"]+)"\]|\[\?\(@\.([\w.-]+)\s*(==|!=)\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+))\)\]/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) {
      throw new Error(
        `The JSONPath "${expression}" cannot be read from "${text.slice(at)}": use .field, [n], [*] or [?(@.a=="b")].`,
      );
    }
    steps.push(stepOf(match));
  }
  return steps;
}

function stepOf(match: RegExpExecArray): Step {
  const [, name, index, single, double, filterPath, operator, a, b, c] = match;
  if (filterPath !== undefined) {
    return { kind: "filter", path: filterPath.split("."), equal: operator === "==", value: a ?? b ?? c ?? "" };
  }
  if (index !== undefined) return { kind: "index", index: Number(index) };
  const key = name?.replaceAll("\\.", ".") ?? single ?? double;
  return key === undefined ? { kind: "all" } : { kind: "key", key };
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
