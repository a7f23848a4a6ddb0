import { dump } from "js-yaml";
import { isList, isObject, type JsonObject } from "./json";
import {
  MESH_ALLOWED,
  MESH_BLOCKED,
  MESH_REMEDIES,
  MESH_SUPPORTED,
  PROXY_ALLOWED,
  PROXY_BLOCKED,
  PROXY_REMEDIES,
  PROXY_SUPPORTED,
} from "./meshConfigFields";
import { nearest } from "./nearest";
import { accept, refuse, type Problem, type Result } from "./problems";

const SOURCE = "AKS istio-meshconfig, allowed, supported and blocked values";

interface Level {
  readonly supported: readonly string[];
  readonly allowed: readonly string[];
  readonly blocked: readonly string[];
  readonly remedies: Readonly<Record<string, string>>;
}

const MESH: Level = {
  supported: MESH_SUPPORTED,
  allowed: MESH_ALLOWED,
  blocked: MESH_BLOCKED,
  remedies: MESH_REMEDIES,
};
const PROXY: Level = {
  supported: PROXY_SUPPORTED,
  allowed: PROXY_ALLOWED,
  blocked: PROXY_BLOCKED,
  remedies: PROXY_REMEDIES,
};

/**
 * The text for `data.mesh` of the shared ConfigMap: YAML with spaces only, keys in the order given, the same text for
 * the same object. Refuses by name, and all at once, every field that the add-on would deny; unlisted means denied.
 *
 * @param path where the object stands, for sentences.
 */
export function checkMeshConfig(config: unknown, path = "meshConfig"): Result<string> {
  if (!isObject(config)) return refuse(notMapping(path, config));
  const problems = [...checkLevel(config, path, MESH), ...checkValues(config, path)];
  const proxy = config["defaultConfig"];
  if (proxy !== undefined) {
    const at = `${path}.defaultConfig`;
    problems.push(
      ...(isObject(proxy)
        ? [...checkLevel(proxy, at, PROXY), ...checkConcurrency(proxy, at)]
        : [notMapping(at, proxy)]),
    );
  }
  if (problems.length > 0) return refuse(...problems);
  // Aliases would be read back, but a stranger's eye expects the values themselves.
  return accept(Object.keys(config).length === 0 ? "{}\n" : dump(config, { noRefs: true, lineWidth: -1 }));
}

/** Fields that work on the target but that Azure does not support, by their paths. */
export function unsupportedFields(config: unknown, path = "meshConfig"): readonly string[] {
  if (!isObject(config)) return [];
  const of = (object: JsonObject, level: Level, at: string): string[] =>
    Object.keys(object)
      .filter((key) => level.allowed.includes(key))
      .map((key) => `${at}.${key}`);
  const proxy = config["defaultConfig"];
  return [...of(config, MESH, path), ...(isObject(proxy) ? of(proxy, PROXY, `${path}.defaultConfig`) : [])];
}

function checkLevel(object: JsonObject, path: string, level: Level): Problem[] {
  const listed = [...level.supported, ...level.allowed];
  return Object.keys(object)
    .filter((key) => !listed.includes(key))
    .map((key) => {
      if (level.blocked.includes(key)) {
        return {
          path: `${path}.${key}`,
          value: object[key],
          rule: "the add-on blocks this field",
          remedy: level.remedies[key] ?? "leave it out; it has no counterpart in the add-on",
          source: SOURCE,
        };
      }
      const near = nearest(key, [...listed, ...level.blocked]);
      return {
        path: `${path}.${key}`,
        value: object[key],
        rule: "the add-on denies every field that is not on its list, and this one is not",
        remedy: near.length > 0 ? `did you mean ${near.join(" or ")}? Otherwise leave it out` : "leave it out",
        source: SOURCE,
      };
    });
}

function checkConcurrency(proxy: JsonObject, path: string): Problem[] {
  if (proxy["concurrency"] !== 0) return [];
  return [
    {
      path: `${path}.concurrency`,
      value: 0,
      rule: "0 means a worker thread for every core of the node, which the add-on's sidecars have no room for",
      remedy: "leave it out, so that it follows the sidecar's CPU limit, or write the number of threads",
    },
  ];
}

/** What JSON and YAML cannot carry, or the ConfigMap must not: the path of each such value. */
function checkValues(value: unknown, path: string): Problem[] {
  if (isList(value)) return value.flatMap((item, index) => checkValues(item, `${path}[${index}]`));
  if (isObject(value)) return Object.entries(value).flatMap(([key, child]) => checkValues(child, `${path}.${key}`));
  if (value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)) return [];
  return [
    {
      path,
      value: typeof value === "number" ? String(value) : typeof value,
      rule: "mesh configuration holds text, numbers, true, false, lists and mappings",
      remedy: "write one of these",
    },
  ];
}

function notMapping(path: string, value: unknown): Problem {
  return { path, value, rule: "mesh configuration is a mapping", remedy: "write fields and values, or leave it out" };
}
