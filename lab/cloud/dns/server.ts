import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { decode, encode, TRUNCATED_RESPONSE } from "dns-packet";
import { log, messageOf } from "../log";
import { answerQuery, type Zone } from "./answer";

// RFC 1035: more than this may not be sent by UDP to a client that does not say it takes more.
const PLAIN_UDP_BYTES = 512;

export interface DnsServer {
  readonly port: number;
  close(): void;
}

/**
 * Serves the zones over UDP and TCP.
 *
 * @param zones asked for each query, so that a change is served at once
 * @param port 0 for any free one
 */
export async function serveDns(address: string, port: number, zones: () => readonly Zone[]): Promise<DnsServer> {
  const udp = createSocket("udp4");
  udp.on("message", (message, client) => {
    const answer = respond(message, zones());
    if (answer === undefined) return;
    udp.send(answer.length > PLAIN_UDP_BYTES ? truncated(message) : answer, client.port, client.address);
  });
  udp.on("error", (error) => {
    log(`dns: ${error.message}`);
  });
  udp.bind(port, address);
  await once(udp, "listening");
  const chosen = udp.address().port;
  const tcp = tcpServer(zones);
  tcp.listen(chosen, address);
  await once(tcp, "listening");
  return {
    port: chosen,
    close: () => {
      closeAll(udp, tcp);
    },
  };
}

function closeAll(udp: Socket, tcp: Server): void {
  udp.close();
  tcp.close();
}

function tcpServer(zones: () => readonly Zone[]): Server {
  return createServer((connection) => {
    let waiting = Buffer.alloc(0);
    connection.on("error", () => connection.destroy());
    connection.on("data", (chunk: Buffer) => {
      waiting = Buffer.concat([waiting, chunk]);
      // Each message is preceded by its length in two bytes (RFC 1035, 4.2.2).
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const end = 2 + waiting.readUInt16BE(0);
        const answer = respond(waiting.subarray(2, end), zones());
        waiting = waiting.subarray(end);
        if (answer !== undefined) connection.write(framed(answer));
      }
    });
  });
}

function respond(message: Buffer, zones: readonly Zone[]): Buffer | undefined {
  try {
    const query = decode(message);
    // Answering an answer could keep two servers busy with each other for ever.
    return query.type === "query" ? encode(answerQuery(query, zones)) : undefined;
  } catch (error) {
    log(`dns: a message could not be answered: ${messageOf(error)}`);
    return undefined;
  }
}

function framed(answer: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(answer.length);
  return Buffer.concat([length, answer]);
}

function truncated(message: Buffer): Buffer {
  const query = decode(message);
  return encode({ id: query.id ?? 0, type: "response", flags: TRUNCATED_RESPONSE, questions: query.questions ?? [] });
}
