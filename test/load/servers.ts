import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { decode, encode } from "dns-packet";

/** A DNS server on loopback that answers every A question with `answer`; change it at any time. */
export interface TestDns {
  readonly address: string;
  answer: { readonly addresses: readonly string[]; readonly ttl: number };
  readonly questions: number;
  close(): void;
}

export async function startDns(addresses: readonly string[], ttl: number): Promise<TestDns> {
  const socket = createSocket("udp4");
  let questions = 0;
  const dns: TestDns = {
    get address() {
      return `127.0.0.1:${String(socket.address().port)}`;
    },
    get questions() {
      return questions;
    },
    answer: { addresses, ttl },
    close: () => void socket.close(),
  };
  socket.on("message", (message, from) => {
    const query = decode(message);
    const name = query.questions?.[0]?.name ?? "";
    questions++;
    const answers = dns.answer.addresses.map((data) => ({ type: "A" as const, name, ttl: dns.answer.ttl, data }));
    // dns-packet's types know no rcode on what is encoded; 3 in the flags is NXDOMAIN.
    const flags = answers.length === 0 ? 3 : 0;
    const reply = encode({ type: "response", id: query.id ?? 0, flags, questions: query.questions ?? [], answers });
    socket.send(reply, from.port, from.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return dns;
}

export async function startServer(listener: RequestListener, address = "127.0.0.1", port = 0): Promise<Server> {
  const server = createServer(listener);
  server.listen(port, address);
  await once(server, "listening");
  return server;
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
