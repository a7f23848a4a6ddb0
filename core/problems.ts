/** One thing that is wrong with what a user gave: where, which value, which rule, and the way out. */
export interface Problem {
  /** Where the value stands, as its author would find it: `aksAddon.target.revision`, `gateway.yaml:12 spec.selector`. */
  readonly path: string;
  /** The offending value; left out where there is none (a missing key) or where it must not be shown (a secret). */
  readonly value?: unknown;
  /** The rule that is broken, as the second half of a sentence: "a weight is an integer percent from 0 to 100". */
  readonly rule: string;
  /** What to do about it, as an imperative: "write a number from 0 to 100". */
  readonly remedy: string;
  /** Where the rule comes from, when it is not this program's own. */
  readonly source?: string;
}

/** A value, or every problem that stands in its way. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

/** A result that carries its value. */
export function accept<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A result that carries the problems found; give at least one. */
export function refuse(...problems: readonly Problem[]): { readonly ok: false; readonly problems: readonly Problem[] } {
  return { ok: false, problems };
}

/** One sentence for one problem: path, value, rule, remedy, source; always on one line. */
export function sentence(problem: Problem): string {
  const subject = problem.value === undefined ? `${problem.path}:` : `${problem.path} is ${show(problem.value)}, but`;
  const source = problem.source === undefined ? "" : ` (${problem.source})`;
  return oneLine(`${subject} ${withoutStop(problem.rule)}; ${withoutStop(problem.remedy)}${source}.`);
}

const LONGEST_VALUE = 120;

/** A value as it is quoted in a sentence: JSON, cut where it would hide the sentence around it. */
export function show(value: unknown): string {
  const text = typeof value === "bigint" || typeof value === "symbol" ? String(value) : json(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 3)}...`;
}

function json(value: unknown): string {
  try {
    const text: unknown = JSON.stringify(value);
    return typeof text === "string" ? text : typeof value;
  } catch {
    // Cyclic or hostile values still deserve a sentence.
    return typeof value;
  }
}

function withoutStop(text: string): string {
  return text.trim().replace(/\.$/, "");
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ");
}
