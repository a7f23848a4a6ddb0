import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { type Inputs, isRecord, Secret, UNKNOWN } from "./values";

// The signatures below are part of Pulumi's wire protocol (sdk/proto, "special signatures"); they never change.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
// One marker per declared type: the engine may send any of them, all mean "not known yet".
const UNKNOWNS = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Plain values of a message's properties. Throws a sentence naming the path when an asset or archive stands in it. */
export function decode(struct: Struct | undefined): Inputs {
  if (struct === undefined) return {};
  const value = decodeValue(struct.toJavaScript(), "");
  return isRecord(value) ? value : {};
}

/** The message form of plain values; `undefined` members are left out. */
export function encode(values: Inputs): Struct {
  return Struct.fromJavaScript(encodeValue(values) as Record<string, JavaScriptValue>);
}

/** Decodes the plain-JSON form of a property value (as it stands inside a Struct). */
export function decodeValue(value: unknown, path: string): unknown {
  if (typeof value === "string") return UNKNOWNS.has(value) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map((item, index) => decodeValue(item, `${path}[${String(index)}]`));
  if (!isRecord(value)) return value;
  switch (value[SIGNATURE]) {
    case SECRET:
      return new Secret(decodeValue(value["value"], path));
    case OUTPUT:
      return decodeOutput(value, path);
    case RESOURCE:
      return decodeReference(value);
    case ASSET:
    case ARCHIVE:
      throw new Error(
        `${path === "" ? "The value" : path} is an asset or archive: this provider takes plain values only.`,
      );
    default: {
      const plain: Inputs = {};
      for (const [key, item] of Object.entries(value))
        plain[key] = decodeValue(item, path === "" ? key : `${path}.${key}`);
      return plain;
    }
  }
}

/** The plain-JSON form of a value, with Pulumi's signatures for secrets and unknowns. */
export function encodeValue(value: unknown): unknown {
  if (value === UNKNOWN) return UNKNOWN_STRING;
  if (value instanceof Secret) return { [SIGNATURE]: SECRET, value: encodeValue(value.value) };
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : encodeValue(item)));
  if (!isRecord(value)) return value;
  const plain: Inputs = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) plain[key] = encodeValue(item);
  }
  return plain;
}

// An output value without "value" is unknown; its dependencies matter to the engine only.
function decodeOutput(output: Inputs, path: string): unknown {
  const value = "value" in output ? decodeValue(output["value"], path) : UNKNOWN;
  return output["secret"] === true ? new Secret(value) : value;
}

// A provider works with identities: the id of a custom resource (unknown until it exists), the urn of a component.
function decodeReference(reference: Inputs): unknown {
  if (!("id" in reference)) return reference["urn"];
  const id = decodeValue(reference["id"], "id");
  return id === "" ? UNKNOWN : id;
}
