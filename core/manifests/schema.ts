import { CORE_SCHEMA, NOT_RESOLVED, defineScalarTag, mergeTag, type Schema } from "js-yaml";

// kubectl reads YAML 1.1 the way go-yaml v2 does, and users' files mean what kubectl made of them: `defaultMode: 0644`
// is octal, `hostNetwork: yes` is true. Plain YAML 1.2 would read 644 and "yes", and change the workload silently.
// Unlike full YAML 1.1, go-yaml has no base-60 numbers ("22:22" stays text) and hands timestamps on as text.

const TRUE = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;

const bool = defineScalarTag<boolean>("tag:yaml.org,2002:bool", {
  implicit: true,
  implicitFirstChars: Array.from("yYtToOnNfF"),
  resolve: (source) => (TRUE.test(source) ? true : FALSE.test(source) ? false : NOT_RESOLVED),
  identify: (data) => typeof data === "boolean",
});

const DIGITS = Array.from("+-0123456789");
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;

function readInteger(source: string): number | undefined {
  const found = INTEGER.exec(source.replaceAll("_", ""));
  if (found === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = found;
  const size =
    hex !== undefined
      ? parseInt(hex, 16)
      : binary !== undefined
        ? parseInt(binary, 2)
        : octal !== undefined
          ? parseInt(octal, 8)
          : Number(decimal);
  return sign === "-" && size !== 0 ? -size : size;
}

const int = defineScalarTag<number>("tag:yaml.org,2002:int", {
  implicit: true,
  implicitFirstChars: DIGITS,
  resolve: (source) => readInteger(source) ?? NOT_RESOLVED,
  identify: () => false,
});

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

const float = defineScalarTag<number>("tag:yaml.org,2002:float", {
  implicit: true,
  implicitFirstChars: [...DIGITS, "."],
  resolve: (source) => {
    const plain = source.startsWith(".") ? source : source.replaceAll("_", "");
    // Infinity and NaN have no JSON, so that no API server could take them: they stay the text they were.
    const value = FLOAT.test(plain) ? Number(plain) : Number.NaN;
    return Number.isFinite(value) ? value : NOT_RESOLVED;
  },
  identify: () => false,
});

/** Reads scalars as kubectl does, and `<<` merges. */
export const KUBECTL_SCHEMA: Schema = CORE_SCHEMA.withTags(bool, int, float, mergeTag);
