import { EVENT_ID, YAMLException, getScalarValue, loadAll, parseEvents } from "js-yaml";
import { isList, isObject } from "../json";
import type { Problem } from "../problems";
import { KUBECTL_SCHEMA } from "./schema";

/** One YAML document: its value and the line (from 1) at which its content begins. */
export interface YamlDocument {
  readonly line: number;
  readonly value: unknown;
  /** The lines of the entries of a top-level `items` list, in order; empty when there is none. */
  readonly itemLines: readonly number[];
}

/** A file's text longer than this is not read: no collection of manifests is, and hostile input often is. */
const LONGEST_FILE = 16 * 1024 * 1024;
const MOST_ALIASES = 10_000;
/** Values that a document may have once its aliases are written out; the largest real ones are a few ten thousand. */
const MOST_VALUES = 500_000;

/** All documents of a file that say something, or everything that is wrong with it. Never throws. */
export function readDocuments(file: string, text: string): { documents: YamlDocument[]; problems: Problem[] } {
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  if (text.length > LONGEST_FILE) {
    problems.push({
      path: file,
      rule: `the file has ${text.length} characters, and at most ${LONGEST_FILE} are read`,
      remedy: "split the file",
    });
    return { documents, problems };
  }
  for (const chunk of chunksOf(text.replace(/^\uFEFF/, ""))) {
    try {
      const values = loadAll(chunk.text, { schema: KUBECTL_SCHEMA, maxAliases: MOST_ALIASES });
      for (const value of values) {
        if (value === null || value === undefined) continue;
        documents.push({ line: chunk.line, value: written(value), itemLines: itemLines(chunk, value) });
      }
    } catch (error) {
      problems.push(asProblem(file, chunk, error));
    }
  }
  return { documents, problems };
}

interface Chunk {
  /** Line (from 1) of the first line of `text`. */
  readonly start: number;
  /** Line (from 1) of the first line that is neither blank nor a comment. */
  readonly line: number;
  readonly text: string;
}

/**
 * Cuts a stream at its document markers, so that a mistake in one document does not hide those in the others. A line
 * that starts with `---` always ends the document before it, also inside quotes and block scalars (YAML 1.2, 9.1).
 */
function chunksOf(text: string): Chunk[] {
  const chunks: Chunk[] = [];
  let lines: string[] = [];
  let start = 1;
  const finish = (next: number): void => {
    const first = lines.findIndex((line) => !/^\s*(?:#.*)?$|^---\s*(?:#.*)?$|^%/.test(line));
    if (first >= 0) chunks.push({ start, line: start + first, text: lines.join("\n") });
    lines = [];
    start = next;
  };
  text.split(/\r\n|\r|\n/).forEach((line, index) => {
    // Directives stand before the marker of the document they are about.
    const onlyDirectives =
      lines.every((each) => /^%|^\s*(?:#.*)?$/.test(each)) && lines.some((each) => each.startsWith("%"));
    if (/^---(?:\s|$)/.test(line) && !onlyDirectives) finish(index + 1);
    lines.push(line);
  });
  finish(0);
  return chunks;
}

function asProblem(file: string, chunk: Chunk, error: unknown): Problem {
  if (error instanceof TooMuch) {
    return { path: `${file}:${chunk.line}`, rule: error.message, remedy: "write the values out, with fewer aliases" };
  }
  if (!(error instanceof YAMLException)) throw error;
  const mark = error.mark;
  const line = mark === undefined ? chunk.line : chunk.start + mark.line;
  const column = mark === undefined ? "" : `:${mark.column + 1}`;
  return {
    path: `${file}:${line}${column}`,
    rule: `the YAML cannot be read: ${error.reason}`,
    remedy: remedyFor(error.reason, chunk.text.split("\n")[mark?.line ?? 0] ?? ""),
  };
}

function remedyFor(reason: string, line: string): string {
  if (/duplicated mapping key/.test(reason)) return "keep one of the two keys";
  if (/tab/i.test(reason) || /^\s*\t/.test(line)) return "indent with spaces; YAML allows no tabs there";
  if (/alias/.test(reason))
    return "define the anchor before it is used, within the same document, and use fewer aliases";
  return "correct the YAML at this place";
}

class TooMuch extends Error {}

/**
 * A copy with every alias written out, so that changing one object cannot change another. Counts first: ten lines of
 * nested aliases can stand for billions of values ("billion laughs"), or for a value inside itself.
 */
function written(value: unknown): unknown {
  const sizes = new Map<object, number>();
  const size = (node: unknown): number => {
    if (!isList(node) && !isObject(node)) return 1;
    const known = sizes.get(node);
    if (known === -1) throw new TooMuch("an alias stands inside the value it names, which has no end");
    if (known !== undefined) return known;
    sizes.set(node, -1);
    let sum = 1;
    for (const child of isList(node) ? node : Object.values(node)) sum += size(child);
    sizes.set(node, sum);
    return sum;
  };
  if (size(value) > MOST_VALUES) throw new TooMuch(`its aliases, written out, are more than ${MOST_VALUES} values`);
  return structuredClone(JSON.parse(JSON.stringify(value)) as unknown);
}

function itemLines(chunk: Chunk, value: unknown): readonly number[] {
  if (!isObject(value) || !isList(value["items"])) return [];
  const lines: number[] = [];
  let depth = 0;
  let keyNext = true;
  let inItems = false;
  let itemsNext = false;
  for (const event of parseEvents(chunk.text, {})) {
    if (event.type === EVENT_ID.POP) {
      depth--;
      if (depth === 2) inItems = false;
      continue;
    }
    const opens = event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE;
    const at = opens
      ? event.start
      : event.type === EVENT_ID.SCALAR
        ? event.valueStart
        : event.type === EVENT_ID.ALIAS
          ? event.anchorStart
          : -1;
    // Depth 0 is the document, 1 its root mapping, 2 the root's keys and values, 3 the entries of `items`.
    if (depth === 2) {
      if (keyNext) itemsNext = event.type === EVENT_ID.SCALAR && getScalarValue(chunk.text, event) === "items";
      else inItems = itemsNext && event.type === EVENT_ID.SEQUENCE;
      keyNext = !keyNext;
    } else if (depth === 3 && inItems) {
      lines.push(chunk.start + chunk.text.slice(0, Math.max(0, at)).split("\n").length - 1);
    }
    if (opens || (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.ALIAS)) depth++;
  }
  return lines;
}
