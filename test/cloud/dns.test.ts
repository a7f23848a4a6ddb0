import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import {
  decode,
  type DecodedPacket,
  encode,
  type Packet,
  RECURSION_DESIRED,
  type RecordType,
  streamDecode,
  streamEncode,
} from "dns-packet";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answerQuery, type Zone } from "../../lab/cloud/dns/answer";
import { type DnsServer, serveDns } from "../../lab/cloud/dns/server";

vi.mock("../../lab/cloud/log", async (original) => ({ ...(await original<object>()), log: () => undefined }));

const zones: readonly Zone[] = [
  {
    name: "example.com",
    records: [
      { name: "bookinfo", type: "A", ttl: 60, values: ["198.18.1.10"] },
      { name: "www", type: "CNAME", ttl: 300, values: ["bookinfo.example.com"] },
      { name: "loop", type: "CNAME", ttl: 300, values: ["loop.example.com"] },
      { name: "away", type: "CNAME", ttl: 300, values: ["host.example.net"] },
      { name: "a.b", type: "A", ttl: 60, values: ["198.18.1.11"] },
    ],
  },
  { name: "sub.example.com", records: [{ name: "*", type: "A", ttl: 5, values: ["198.18.1.12"] }] },
];

function ask(name: string, type: RecordType = "A"): DecodedPacket {
  const query = encode({ id: 7, type: "query", flags: RECURSION_DESIRED, questions: [{ name, type }] });
  // Encoded and decoded on both sides: what counts is what travels.
  return decode(encode(answerQuery(decode(query), zones)));
}

function summary(answer: Packet): unknown {
  const answers = (answer.answers ?? []).map((one) => [
    one.name,
    one.type,
    "ttl" in one ? one.ttl : 0,
    "data" in one ? one.data : "",
  ]);
  return { code: (answer.flags ?? 0) & 15, answers, authorities: (answer.authorities ?? []).map((one) => one.type) };
}

describe("the lab's DNS", () => {
  it("answers a record set with its addresses and its time to live", () => {
    const answer = ask("bookinfo.example.com");
    expect(answer.id).toBe(7);
    expect(answer.flag_aa).toBe(true);
    expect(summary(answer)).toEqual({
      code: 0,
      answers: [["bookinfo.example.com", "A", 60, "198.18.1.10"]],
      authorities: [],
    });
  });

  it("compares names without case and answers them as they were asked", () => {
    expect(summary(ask("BookInfo.Example.COM"))).toEqual({
      code: 0,
      answers: [["BookInfo.Example.COM", "A", 60, "198.18.1.10"]],
      authorities: [],
    });
  });

  it("follows an alias inside its zones and gives it alone where it leads away", () => {
    expect(summary(ask("www.example.com"))).toEqual({
      code: 0,
      answers: [
        ["www.example.com", "CNAME", 300, "bookinfo.example.com"],
        ["bookinfo.example.com", "A", 60, "198.18.1.10"],
      ],
      authorities: [],
    });
    expect(summary(ask("away.example.com"))).toMatchObject({
      code: 0,
      answers: [["away.example.com", "CNAME", 300, "host.example.net"]],
    });
    expect((ask("loop.example.com").answers ?? []).length).toBeLessThan(12);
  });

  it("says that a name does not exist, and how long that holds, inside a zone; outside of all zones nothing exists", () => {
    expect(summary(ask("nothing.example.com"))).toEqual({ code: 3, answers: [], authorities: ["SOA"] });
    expect(summary(ask("example.org"))).toEqual({ code: 3, answers: [], authorities: [] });
  });

  it("tells an existing name without that type from a missing name", () => {
    expect(summary(ask("bookinfo.example.com", "AAAA"))).toEqual({ code: 0, answers: [], authorities: ["SOA"] });
    expect(summary(ask("b.example.com"))).toEqual({ code: 0, answers: [], authorities: ["SOA"] });
    expect(summary(ask("example.com"))).toEqual({ code: 0, answers: [], authorities: ["SOA"] });
  });

  it("prefers the longest zone and answers its wildcard for other names", () => {
    expect(summary(ask("any.sub.example.com"))).toMatchObject({
      code: 0,
      answers: [["any.sub.example.com", "A", 5, "198.18.1.12"]],
    });
  });
});

describe("the DNS server", () => {
  let server: DnsServer;
  beforeAll(async () => {
    server = await serveDns("127.0.0.1", 0, () => zones);
  });
  afterAll(() => {
    server.close();
  });
  const query: Packet = { id: 1, type: "query", questions: [{ name: "bookinfo.example.com", type: "A" }] };

  it("answers over UDP, and survives a message that is no DNS", async () => {
    const socket = createSocket("udp4");
    socket.send(Buffer.from("x"), server.port, "127.0.0.1");
    socket.send(encode(query), server.port, "127.0.0.1");
    const [message] = (await once(socket, "message")) as [Buffer];
    socket.close();
    expect(summary(decode(message))).toMatchObject({
      code: 0,
      answers: [["bookinfo.example.com", "A", 60, "198.18.1.10"]],
    });
  });

  it("answers over TCP", async () => {
    const socket = connect(server.port, "127.0.0.1");
    socket.write(streamEncode(query));
    const [message] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(summary(streamDecode(message))).toMatchObject({ code: 0 });
  });
});
