/** Text that is HTML already; only `html` makes it. */
export class Markup {
  public constructor(public readonly text: string) {}
}

type Part = string | number | Markup | readonly Markup[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand between tags and in quoted attributes. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function rendered(part: Part): string {
  if (part instanceof Markup) return part.text;
  return typeof part === "object" ? part.map((one) => one.text).join("") : escape(String(part));
}

/** A template that escapes every value that is not markup itself. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(texts.map((text, i) => text + rendered(parts[i] ?? "")).join(""));
}

/** Content of a style or script element, whose text HTML does not unescape; refuses what would end the element early. */
export function verbatim(text: string): Markup {
  if (/<\/(?:script|style)|<!--/i.test(text))
    throw new Error("text for a script or style element would end the element");
  return new Markup(text);
}

/** Data for a script element of type application/json. */
export function jsonText(data: unknown): Markup {
  return new Markup(JSON.stringify(data).replace(/</g, "\\u003c"));
}
