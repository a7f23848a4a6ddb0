import { expect } from "vitest";
import { readManifests, type Manifest } from "../../../core/manifests/read";
import { translateForAddon, type AddonOptions, type Translated } from "../../../core/manifests/translate";
import { sentence } from "../../../core/problems";

const options: AddonOptions = { revision: "asm-1-31", ingress: "external" };

export function manifests(text: string): readonly Manifest[] {
  const result = readManifests([{ file: "a.yaml", text }]);
  if (!result.ok) throw new Error(result.problems.map(sentence).join("\n"));
  return result.value;
}

export function translate(text: string, more: Partial<AddonOptions> = {}): Translated {
  const given = manifests(text);
  const before = JSON.stringify(given);
  const result = translateForAddon(given, { ...options, ...more });
  expect(JSON.stringify(given)).toBe(before);
  if (!result.ok) throw new Error(result.problems.map(sentence).join("\n"));
  // Translating what was translated changes nothing more.
  const again = translateForAddon(result.value.manifests, { ...options, ...more });
  expect(again.ok && again.value.manifests).toEqual(result.value.manifests);
  expect(again.ok && again.value.notes.filter((note) => note.kind === "change")).toEqual([]);
  return result.value;
}

export function refusals(text: string, more: Partial<AddonOptions> = {}): readonly string[] {
  const result = translateForAddon(manifests(text), { ...options, ...more });
  return result.ok ? [] : result.problems.map(sentence);
}

export const first = (translated: Translated): Manifest["object"] => translated.manifests[0]?.object ?? ({} as never);
export const paths = (translated: Translated): readonly string[] =>
  translated.notes.map((note) => `${note.kind} ${note.path}`);

export const gateway = (selector: string, servers: string): string =>
  `apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata: {name: g}\nspec:\n  selector: ${selector}\n  servers: ${servers}\n`;
export const http = "[{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]";
