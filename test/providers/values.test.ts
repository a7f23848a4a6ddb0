import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hasSecrets,
  hasUnknowns,
  mapValues,
  markSecretsLike,
  Secret,
  UNKNOWN,
  unwrapSecrets,
} from "../../lab/providers/kit/index";
import { decode, decodeValue, encode, encodeValue } from "../../lab/providers/kit/wire";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

// Strings that Pulumi itself uses as markers are not plain values.
const leaf = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(UNKNOWN),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("tree"), { maxKeys: 3, noNullPrototype: true }),
    tie("tree").map((value) => new Secret(value)),
  ),
}));

describe("values on the wire", () => {
  it("come back as they were sent, secrets and unknowns included", () => {
    fc.assert(
      fc.property(tree, (value) => {
        // Minus zero has no place in protobuf's JSON form.
        const sent = mapValues(value, (item) => (Object.is(item, -0) ? 0 : item));
        expect(decode(encode({ sent }))).toEqual({ sent });
      }),
    );
  });

  it("carry an output as its value, secret when it is secret, unknown when it has none", () => {
    expect(decodeValue({ [SIGNATURE]: OUTPUT, value: 7, dependencies: ["urn:x"] }, "")).toBe(7);
    expect(decodeValue({ [SIGNATURE]: OUTPUT, value: 7, secret: true }, "")).toEqual(new Secret(7));
    expect(decodeValue({ [SIGNATURE]: OUTPUT }, "")).toBe(UNKNOWN);
    expect(decodeValue({ [SIGNATURE]: OUTPUT, secret: true }, "")).toEqual(new Secret(UNKNOWN));
  });

  it("carry a resource as its id, or as its urn when it has none", () => {
    const reference = { [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn:pulumi:s::p::t::n" };
    expect(decodeValue({ ...reference, id: "the-id" }, "")).toBe("the-id");
    expect(decodeValue({ ...reference, id: "" }, "")).toBe(UNKNOWN);
    expect(decodeValue(reference, "")).toBe("urn:pulumi:s::p::t::n");
  });

  it("refuse an asset and name its place", () => {
    const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "x" };
    expect(() => decodeValue({ data: [asset] }, "")).toThrow(/^data\[0\] is an asset or archive/);
  });

  it("leave out what is undefined", () => {
    expect(encodeValue({ a: undefined, b: [undefined, 1] })).toEqual({ b: [null, 1] });
  });
});

describe("secrets", () => {
  it("never show what they hold, also when nested", () => {
    const secret = new Secret(new Secret("p4ss"));
    expect(`${String(secret)} ${JSON.stringify({ secret })}`).toBe('[secret] {"secret":"[secret]"}');
    expect(secret.value).toBe("p4ss");
  });

  it("are found, opened and put back where they were", () => {
    const value = { a: [new Secret("x"), "y"], b: { c: new Secret({ d: UNKNOWN }) } };
    expect(hasSecrets(value)).toBe(true);
    expect(hasUnknowns(value)).toBe(true);
    const open = unwrapSecrets(value);
    expect(open).toEqual({ a: ["x", "y"], b: { c: { d: UNKNOWN } } });
    expect(hasSecrets(open)).toBe(false);
    expect(markSecretsLike(open, value)).toEqual(value);
  });

  it("cover a whole list when its items may have moved", () => {
    expect(markSecretsLike(["new", "x"], [new Secret("x")])).toEqual(new Secret(["new", "x"]));
    expect(markSecretsLike(["new", "x"], ["x"])).toEqual(["new", "x"]);
  });
});
