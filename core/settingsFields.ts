import { z } from "zod";

/**
 * The message of a broken rule in the form that `settingsProblems.ts` takes apart again: "rule; remedy".
 * A missing value gets the same rule, introduced as a requirement.
 */
export function say(rule: string, remedy: string): (issue: { readonly input?: unknown }) => string {
  return (issue) => (issue.input === undefined ? `it is required: ${rule}; ${remedy}` : `${rule}; ${remedy}`);
}

/** A text of a given shape. */
export function text(shape: RegExp, rule: string, remedy: string): z.ZodString {
  const error = say(rule, remedy);
  return z.string({ error }).regex(shape, { error });
}

/** An integer between two bounds. */
export function integer(low: number, high: number, rule: string, remedy: string): z.ZodNumber {
  const error = say(rule, remedy);
  return z.number({ error }).int({ error }).min(low, { error }).max(high, { error });
}

/** One of a few words. */
export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
  meaning: string,
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  const listed = words.map((word) => JSON.stringify(word)).join(", ");
  return z.enum(words, { error: say(`${meaning} is one of ${listed}`, `write one of ${listed}`) });
}

/** true or false. */
export function flag(rule: string): z.ZodBoolean {
  return z.boolean({ error: say(rule, "write true or false") });
}

/** A list with at least `least` entries, none twice. */
export function uniqueList<Item extends z.ZodType<string>>(
  item: Item,
  least: number,
  rule: string,
  remedy: string,
): z.ZodArray<Item> {
  const error = say(rule, remedy);
  return z
    .array(item, { error })
    .min(least, { error })
    .refine((values) => new Set(values).size === values.length, {
      error: `no entry may stand twice; remove one of the twins`,
    });
}

/** A mapping whose content is passed on as it is. */
export function passedThrough(what: string): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return z.record(z.string(), z.unknown(), { error: say(`${what} is a mapping`, "write a mapping, or {} for none") });
}

const LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
const DNS_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})+$`);
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const OBJECT_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(\\.${LABEL})*$`);

/** A fully qualified host name. */
export const hostName = (what: string): z.ZodString =>
  text(DNS_NAME, `${what} is a lower-case DNS name with at least one dot`, "write a name such as bookinfo.example.com");

/** A Kubernetes namespace. */
export const namespaceName = text(
  DNS_LABEL,
  "a namespace is a DNS label: lower-case letters, digits and hyphens, at most 63",
  "write a name such as default",
);

/** The name of a Kubernetes object. */
export const objectName = (what: string): z.ZodString =>
  text(
    OBJECT_NAME,
    `${what} is the name of a Kubernetes object: lower-case letters, digits, hyphens and dots`,
    "correct the name",
  );

/** An Azure resource group. */
export const resourceGroup = text(
  /^[-\w.()]{0,89}[-\w()]$/,
  "a resource group has 1 to 90 letters, digits, and -_.() and does not end with a dot",
  "write the name of a resource group such as rg-bookinfo",
);

/** An AKS cluster. */
export const clusterName = text(
  /^[a-zA-Z0-9]([-\w]{0,61}[a-zA-Z0-9])?$/,
  "a cluster's name has 1 to 63 letters, digits, hyphens and underscores, and starts and ends with a letter or digit",
  "write a name such as bookinfo-new",
);

/** A Kubernetes version in quotes, because YAML would read 1.30 as the number 1.3. */
export const kubernetesVersion = text(
  /^1\.\d{1,2}(\.\d{1,3})?$/,
  "a Kubernetes version is a text of two or three numbers, in quotes because YAML takes 1.30 for 1.3",
  'write a version such as "1.35"',
);

/** A complete Istio version. */
export const istioVersion = text(
  /^1\.\d{1,2}\.\d{1,3}$/,
  "an Istio version has three numbers",
  "write the version that the source runs, such as 1.31.0",
);
