import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from "dns-packet";

export interface RecordSet {
  /** Relative to the zone: "bookinfo", "@" for the zone itself, "*" for every other name. */
  readonly name: string;
  readonly type: "A" | "CNAME";
  /** Seconds. */
  readonly ttl: number;
  readonly values: readonly string[];
}

export interface Zone {
  readonly name: string;
  readonly records: readonly RecordSet[];
}

const QUERY = 0;
const NO_ERROR = 0;
const NAME_ERROR = 3;
const NOT_IMPLEMENTED = 4;
// Azure DNS lets resolvers keep "there is no such name" for five minutes.
const NEGATIVE_TTL = 300;
// An alias of an alias of ... in a circle must end.
const MAX_ALIASES = 8;

/**
 * The answer of an authoritative server for `zones` to a query; names are compared without case and answered as they were asked. A name in
 * no zone does not exist: the lab's Internet has no other names.
 */
export function answerQuery(query: DecodedPacket, zones: readonly Zone[]): Packet & { readonly id: number } {
  const question = query.questions?.[0];
  const base = { id: query.id ?? 0, type: "response", questions: query.questions ?? [] } as const;
  // The low four bits are the response code; some resolvers distrust an answer from a server that says it does not recurse.
  const flags = (code: number): number =>
    AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED) | code;
  if (question === undefined || opcode(query) !== QUERY) return { ...base, flags: flags(NOT_IMPLEMENTED) };
  const found = resolve(question.name, question.type, zones);
  const answers = found.answers;
  const authorities = answers.some((one) => one.type === question.type) ? [] : startOfAuthority(found.zone);
  return { ...base, flags: flags(found.exists ? NO_ERROR : NAME_ERROR), answers, authorities };
}

function opcode(packet: DecodedPacket): number {
  return ((packet.flags ?? 0) >> 11) & 0xf;
}

interface Found {
  readonly exists: boolean;
  readonly answers: Answer[];
  readonly zone?: Zone | undefined;
}

function resolve(asked: string, type: string, zones: readonly Zone[]): Found {
  const answers: Answer[] = [];
  let name = asked;
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const zone = zoneOf(name, zones);
    if (zone === undefined) return { exists: answers.length > 0, answers };
    const sets = setsOf(relativeName(name, zone), zone);
    const wanted = sets.find((set) => set.type === type);
    if (wanted?.type === "A")
      answers.push(...wanted.values.map((data): Answer => ({ name, type: "A", ttl: wanted.ttl, data })));
    const alias = sets.find((set) => set.type === "CNAME");
    const target = alias?.values[0];
    if (alias !== undefined && target !== undefined)
      answers.push({ name, type: "CNAME", ttl: alias.ttl, data: target });
    if (wanted !== undefined || alias === undefined || target === undefined) {
      return { exists: exists(relativeName(name, zone), zone), answers, zone };
    }
    name = target;
  }
  return { exists: true, answers };
}

/** The zone with the longest name that the name lies in. */
function zoneOf(name: string, zones: readonly Zone[]): Zone | undefined {
  const lower = name.toLowerCase();
  const fitting = zones.filter((zone) => lower === zone.name || lower.endsWith(`.${zone.name}`));
  return fitting.sort((one, other) => other.name.length - one.name.length)[0];
}

function relativeName(name: string, zone: Zone): string {
  const lower = name.toLowerCase();
  return lower === zone.name ? "@" : lower.slice(0, -zone.name.length - 1);
}

function setsOf(relative: string, zone: Zone): readonly RecordSet[] {
  const exact = zone.records.filter((set) => set.name === relative);
  return exact.length > 0 || relative === "@" ? exact : zone.records.filter((set) => set.name === "*");
}

/** A name exists when it has records, or when a name below it has (RFC 8020). */
function exists(relative: string, zone: Zone): boolean {
  if (relative === "@" || setsOf(relative, zone).length > 0) return true;
  return zone.records.some((set) => set.name.endsWith(`.${relative}`));
}

function startOfAuthority(zone: Zone | undefined): Answer[] {
  if (zone === undefined) return [];
  const data = {
    mname: "ns1-01.azure-dns.com",
    rname: "azuredns-hostmaster.microsoft.com",
    serial: 1,
    refresh: 3600,
    retry: 300,
    expire: 2419200,
    minimum: NEGATIVE_TTL,
  };
  return [{ name: zone.name, type: "SOA", ttl: NEGATIVE_TTL, data }];
}
