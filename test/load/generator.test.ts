import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Generator } from "../../lab/load/generator";
import { openJournal, type EndRecord, type LoadRecord } from "../../lab/load/journal";
import type { LoadOptions } from "../../lab/load/options";
import { portOf, startDns, startServer, type TestDns } from "./servers";

let folder: string;
let file: string;
const servers: Server[] = [];
const resolvers: TestDns[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "load-"));
  file = join(folder, "requests.ndjson");
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  for (const dns of resolvers.splice(0)) dns.close();
  rmSync(folder, { recursive: true });
});

/** A server that gives its pod's name and keeps the numbers it was asked. */
async function pod(
  name: string,
  address = "127.0.0.1",
  port = 0,
): Promise<{ server: Server; port: number; numbers: number[] }> {
  const numbers: number[] = [];
  const server = await startServer(
    (request, response) => {
      numbers.push(Number(request.headers["x-lab-request"]));
      response.setHeader("x-lab-pod", name).end(`${request.url ?? ""} for ${request.headers.host ?? ""}`);
    },
    address,
    port,
  );
  servers.push(server);
  return { server, port: portOf(server), numbers };
}

async function generator(
  port: number,
  changes: Partial<LoadOptions>,
): Promise<{ run(): Promise<LoadRecord[]>; load: Generator; end(): EndRecord }> {
  const options: LoadOptions = {
    url: new URL(`http://127.0.0.1:${String(port)}`),
    dns: undefined,
    rate: 200,
    paths: [{ path: "/", weight: 1 }],
    out: file,
    seconds: 30,
    requests: 100,
    connections: 8,
    timeout: 5,
    ...changes,
  };
  let end: EndRecord | undefined;
  const journal = await openJournal(file, (error) => {
    throw error;
  });
  const load = new Generator(options, journal);
  return {
    load,
    end: () => end ?? expect.unreachable("the run has not ended"),
    run: async () => {
      end = await load.run();
      await journal.close();
      const lines = readFileSync(file, "utf8").trimEnd().split("\n");
      expect(JSON.parse(lines.at(-1) ?? "")).toEqual(end);
      return lines.slice(0, -1).map((line) => JSON.parse(line) as LoadRecord);
    },
  };
}

const followed = { paths: [{ path: "/", weight: 1 }], rate: 100 } as const;

async function named(
  addresses: readonly string[],
  port: number,
  ttl: number,
): Promise<{ dns: TestDns; options: Partial<LoadOptions> }> {
  const dns = await startDns(addresses, ttl);
  resolvers.push(dns);
  return { dns, options: { ...followed, url: new URL(`http://shop.example.com:${String(port)}`), dns: dns.address } };
}

describe("a steady load", () => {
  it("numbers every request from 1, sends each once, spreads the paths evenly and records who answered", async () => {
    const { port, numbers } = await pod("v1");
    const paths = [
      { path: "/cheap", weight: 3 },
      { path: "/dear", weight: 1 },
    ];
    const { run, end } = await generator(port, { paths });
    const records = await run();
    const expected = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(records.map((record) => record.n).sort((a, b) => a - b)).toEqual(expected);
    expect(numbers.sort((a, b) => a - b)).toEqual(expected);
    expect(end()).toEqual({ end: true, sent: 100, answered: 100, skipped: 0 });
    expect(records.filter((record) => record.path === "/dear")).toHaveLength(25);
    for (const record of records) expect(record).toMatchObject({ status: 200, pod: "v1", ip: "127.0.0.1" });
  });

  it("keeps its rate while answers are slow, for it does not wait for them", async () => {
    const server = await startServer((_request, response) => void setTimeout(() => response.end(), 300));
    servers.push(server);
    const { run } = await generator(portOf(server), { rate: 100, requests: 150, connections: 64 });
    const sent = (await run()).map((record) => record.t).sort((a, b) => a - b);
    const seconds = ((sent.at(-1) ?? 0) - (sent[0] ?? 0)) / 1000;
    expect(149 / seconds).toBeGreaterThan(90);
    expect(149 / seconds).toBeLessThan(110);
  });

  it("ends after its seconds", async () => {
    const { port } = await pod("v1");
    const { run } = await generator(port, { seconds: 1, requests: 1_000_000, rate: 50 });
    const records = await run();
    expect(records.length).toBeGreaterThanOrEqual(45);
    expect(records.length).toBeLessThanOrEqual(51);
  });

  it("waits for open answers when it is stopped", async () => {
    const server = await startServer((_request, response) => void setTimeout(() => response.end(), 400));
    servers.push(server);
    const { run, load, end } = await generator(portOf(server), { requests: 1_000_000, connections: 200 });
    const running = run();
    await sleep(300);
    load.stop();
    const records = await running;
    expect(records.length).toBeGreaterThan(30);
    expect(end()).toEqual({ end: true, sent: records.length, answered: records.length, skipped: 0 });
  });

  it("records an answer as it is, whatever its status", async () => {
    const server = await startServer((_request, response) => void response.writeHead(503).end("no healthy upstream"));
    servers.push(server);
    const { run } = await generator(portOf(server), { requests: 5 });
    expect((await run()).map((record) => record.status)).toEqual([503, 503, 503, 503, 503]);
  });
});

describe("connections", () => {
  it("are kept alive", async () => {
    const { server, port } = await pod("v1");
    let opened = 0;
    server.on("connection", () => opened++);
    const { run } = await generator(port, { requests: 200 });
    await run();
    expect(opened).toBeLessThanOrEqual(8);
  });

  it("are left without a loss when the server says `connection: close`", async () => {
    let answered = 0;
    const server = await startServer((_request, response) => {
      if (answered++ % 5 === 4) response.setHeader("connection", "close");
      response.end("x");
    });
    servers.push(server);
    const { run } = await generator(portOf(server), { requests: 300, rate: 300 });
    const records = await run();
    expect(records).toHaveLength(300);
    expect(records.filter((record) => record.error !== undefined || record.status !== 200)).toEqual([]);
  });

  it("that are refused or cut are recorded as errors, and the request is not sent again", async () => {
    const asked: number[] = [];
    const server = await startServer((request, response) => {
      const n = Number(request.headers["x-lab-request"]);
      asked.push(n);
      if (n === 10) request.socket.destroy();
      else if (n === 20) {
        response.write("half");
        setTimeout(() => request.socket.destroy(), 5);
      } else response.end("x");
      if (n === 50) {
        server.close();
        setTimeout(() => server.closeAllConnections(), 50);
      }
    });
    servers.push(server);
    const { run, end } = await generator(portOf(server), { requests: 100 });
    const records = (await run()).sort((a, b) => a.n - b.n);
    expect(records).toHaveLength(100);
    expect(new Set(asked).size).toBe(asked.length);
    const failed = records.filter((record) => record.error !== undefined);
    expect(failed.map((record) => record.n).slice(0, 2)).toEqual([10, 20]);
    expect(records.at(-1)).toMatchObject({ n: 100, error: "ECONNREFUSED" });
    expect(end()).toEqual({ end: true, sent: 100, answered: 100 - failed.length, skipped: 0 });
  });

  it("are not waited for beyond the timeout", async () => {
    const server = await startServer(() => undefined);
    servers.push(server);
    const { run } = await generator(portOf(server), { requests: 6, connections: 2, timeout: 1 });
    const errors = (await run()).map((record) => record.error);
    expect(errors.filter((error) => error === "UND_ERR_HEADERS_TIMEOUT")).toHaveLength(2);
    expect(errors.filter((error) => error === "no free connection in time")).toHaveLength(4);
  });
});

describe("a name", () => {
  it("is asked once per TTL, and a change is followed within it without a loss", async () => {
    const first = await pod("source", "127.0.0.2");
    const second = await pod("target", "127.0.0.3", first.port);
    const { dns, options } = await named(["127.0.0.2"], first.port, 1);
    const { run } = await generator(first.port, { ...options, requests: 350 });
    const running = run();
    await sleep(1300);
    dns.answer = { addresses: ["127.0.0.3"], ttl: 1 };
    const changedAt = Date.now();
    const records = await running;
    expect(records.filter((record) => record.status !== 200)).toEqual([]);
    expect(new Set([...first.numbers, ...second.numbers]).size).toBe(350);
    const lastOld = Math.max(...records.filter((record) => record.pod === "source").map((record) => record.t));
    const firstNew = Math.min(...records.filter((record) => record.ip === "127.0.0.3").map((record) => record.t));
    expect(lastOld - changedAt).toBeLessThan(1100);
    expect(firstNew).toBeGreaterThan(lastOld);
    expect(dns.questions).toBeLessThanOrEqual(5);
    await sleep(100);
    expect(await connectionsOf(first.server)).toBe(0);
  });

  it("with several addresses gives each its turn", async () => {
    const first = await pod("a", "127.0.0.2");
    await pod("b", "127.0.0.3", first.port);
    const { options } = await named(["127.0.0.2", "127.0.0.3"], first.port, 60);
    const { run } = await generator(first.port, options);
    const answered = (await run()).map((record) => record.pod);
    expect(answered.filter((name) => name === "a")).toHaveLength(50);
  });

  it("that does not exist is an error of each request", async () => {
    const { options } = await named([], 80, 1);
    const { run } = await generator(80, { ...options, requests: 5 });
    expect((await run()).map((record) => record.error)).toEqual(Array.from({ length: 5 }, () => "DNS ENOTFOUND"));
  });

  it("with a TTL of 0 is asked again and again, yet every request goes out", async () => {
    const { port } = await pod("v1", "127.0.0.2");
    const { dns, options } = await named(["127.0.0.2"], port, 0);
    const { run } = await generator(port, { ...options, requests: 50 });
    expect((await run()).filter((record) => record.status !== 200)).toEqual([]);
    expect(dns.questions).toBeGreaterThan(20);
  });
});

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
