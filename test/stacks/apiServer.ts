import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll } from "vitest";

/** A server that answers GET by path with JSON, 404 otherwise, and what it was asked for. */
export interface JsonServer {
  readonly url: string;
  readonly asked: readonly string[];
  close(): void;
}

export async function serve(answers: Readonly<Record<string, unknown>>): Promise<JsonServer> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const answer = answers[path];
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? { kind: "Status", code: 404 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    close: () => {
      server.close();
    },
  };
}

/** A kubeconfig for an API server without credentials. */
export function kubeconfigFor(url: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "it",
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
    clusters: [{ name: "it", cluster: { server: url, "insecure-skip-tls-verify": true } }],
    users: [{ name: "it", user: {} }],
  });
}

const PROFILE =
  "/subscriptions/sub/providers/Microsoft.ContainerService/locations/westeurope/meshRevisionProfiles/istio?api-version=2025-09-01";

/** A region that offers these revisions for Kubernetes 1.34 and 1.35. */
export function regionOffering(...revisions: readonly string[]): Promise<JsonServer> {
  const meshRevisions = revisions.map((revision) => ({
    revision,
    upgrades: [],
    compatibleWith: [{ name: "KubernetesOfficial", versions: ["1.34", "1.35"] }],
  }));
  return serve({ [PROFILE]: { name: "istio", properties: { meshRevisions } } });
}

/** For one test file: a region that offers asm-1-29 and asm-1-30, and settings that ask it. */
export function useRegion(): { at(changes?: Tree, aksAddon?: Tree): Tree } {
  let region: JsonServer;
  beforeAll(async () => {
    region = await regionOffering("asm-1-29", "asm-1-30");
  });
  afterAll(() => {
    region.close();
  });
  return {
    at: (changes = {}, aksAddon = {}) => ({
      ...changes,
      aksAddon: { resourceManagerEndpoint: region.url, ...aksAddon },
    }),
  };
}

type Tree = Readonly<Record<string, unknown>>;
