import { isIP } from "node:net";
import { parseArgs } from "node:util";
import type { WeightedPath } from "./paths";

/** What the load generator is told. */
export interface LoadOptions {
  /** where to send: only protocol, host and port are used */
  readonly url: URL;
  /** DNS server as `address` or `address:port`; not needed when the URL's host is an address */
  readonly dns: string | undefined;
  /** requests per second */
  readonly rate: number;
  readonly paths: readonly WeightedPath[];
  readonly out: string;
  /** the run ends by itself after this long, or after this many requests */
  readonly seconds: number;
  readonly requests: number;
  /** open connections per address at most */
  readonly connections: number;
  /** seconds after which a request without an answer is given up */
  readonly timeout: number;
}

const HIGHEST = { rate: 10_000, seconds: 86_400, requests: 100_000_000, connections: 1024, timeout: 600 } as const;
const DEFAULTS = { connections: "32", timeout: "10" } as const;

/** Stands for the host of a URL that could not be read: one complaint about it is enough. */
const UNKNOWN_HOST = "invalid";

type Numbers = keyof typeof HIGHEST;

function wholeNumber(name: Numbers, text: string | undefined, problems: string[]): number {
  const value = Number(text);
  if (text === undefined) problems.push(`--${name} is missing: give a whole number from 1 to ${String(HIGHEST[name])}`);
  else if (!Number.isInteger(value) || value < 1 || value > HIGHEST[name]) {
    problems.push(`--${name} is ${JSON.stringify(text)}: give a whole number from 1 to ${String(HIGHEST[name])}`);
  }
  return value;
}

function parsedUrl(text: string | undefined, problems: string[]): URL {
  const url = text === undefined || !URL.canParse(text) ? undefined : new URL(text);
  if (url?.protocol === "http:") return url;
  problems.push(`--url is ${JSON.stringify(text)}: give an http URL such as http://bookinfo.example.com`);
  return new URL(`http://${UNKNOWN_HOST}`);
}

function parsedPath(text: string, problems: string[]): WeightedPath {
  const found = /^(\/[\x21-\x7e]*?)(?::(\d{1,4}))?$/.exec(text);
  const [path, weight] = [found?.[1], Number(found?.[2] ?? "1")];
  if (path === undefined || weight < 1) {
    problems.push(`--path is ${JSON.stringify(text)}: give a path and how often it comes, such as /productpage:1`);
    return { path: "/", weight: 1 };
  }
  return { path, weight };
}

function parsedDns(text: string | undefined, host: string, problems: string[]): string | undefined {
  if (text === undefined) {
    if (host !== UNKNOWN_HOST && isIP(host) === 0)
      problems.push(`--dns is missing: give the address of the DNS server that knows ${host}`);
    return undefined;
  }
  if (isIP(text.replace(/:\d+$/, "")) !== 4) {
    problems.push(`--dns is ${JSON.stringify(text)}: give an IPv4 address, with :port when the port is not 53`);
  }
  return text;
}

/** Reads the command line; either the options or all problems at once, each a sentence. */
export function parseOptions(argv: readonly string[]): LoadOptions | { readonly problems: readonly string[] } {
  const text = { type: "string" } as const;
  const known = { url: text, dns: text, rate: text, out: text, seconds: text, requests: text };
  let values;
  try {
    const options = { ...known, connections: text, timeout: text, path: { type: "string", multiple: true } } as const;
    values = parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
  const problems: string[] = [];
  const url = parsedUrl(values.url, problems);
  const options = {
    url,
    dns: parsedDns(values.dns, url.hostname, problems),
    rate: wholeNumber("rate", values.rate, problems),
    paths: (values.path ?? ["/"]).map((path) => parsedPath(path, problems)),
    out: values.out ?? "",
    seconds: wholeNumber("seconds", values.seconds, problems),
    requests: wholeNumber("requests", values.requests, problems),
    connections: wholeNumber("connections", values.connections ?? DEFAULTS.connections, problems),
    timeout: wholeNumber("timeout", values.timeout ?? DEFAULTS.timeout, problems),
  };
  if (options.out === "") problems.push("--out is missing: give the file for the records");
  return problems.length > 0 ? { problems } : options;
}
