import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type Inputs, Secret } from "../../../lab/providers/kit/index";
import { ensureTools, type Tools } from "../../../lab/tools/index";
import { type ApiServer, startApiServer } from "./apiServer";
import { ProviderDriver } from "./driver";

/** The compiled kubernetes stand-in, below bin/. */
export const MAIN = "lab/providers/kubernetes/main.js";

export const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
export const VIRTUAL_SERVICE = "kubernetes:networking.istio.io/v1:VirtualService";

/** An API server with Istio's definitions and a namespace `shop`, and the stand-in configured for it. Filled before the tests. */
export interface Fixture {
  tools: Tools;
  api: ApiServer;
  provider: ProviderDriver;
  /** The object as it is, with managed fields. */
  live(kind: string, name: string): Promise<Inputs>;
  exists(kind: string, name: string): Promise<boolean>;
  /** Applies as another field manager, taking what it wants. */
  applyAs(manager: string, object: Inputs): Promise<void>;
}

/** Registers start and stop for one test file. */
export function useProvider(): Fixture {
  const fixture = {
    live: async (kind, name) => {
      const text = await fixture.api.kubectl(["-n", "shop", "get", kind, name, "-o", "json", "--show-managed-fields"]);
      return JSON.parse(text) as Inputs;
    },
    exists: async (kind, name) =>
      (await fixture.api.kubectl(["-n", "shop", "get", kind, name, "--ignore-not-found"])) !== "",
    applyAs: async (manager, object) => {
      const options = ["apply", "--server-side", "--force-conflicts", `--field-manager=${manager}`, "-f", "-"];
      await fixture.api.kubectl(options, JSON.stringify(object));
    },
  } as Fixture;
  beforeAll(async () => {
    fixture.tools = await ensureTools((line) => process.stderr.write(`${line}\n`));
    fixture.api = await startApiServer(fixture.tools.bin);
    const definitions = path.join(fixture.tools.istio, "manifests/charts/base/files/crd-all.gen.yaml");
    await fixture.api.kubectl(["apply", "--server-side", "-f", "-"], await readFile(definitions, "utf8"));
    await fixture.api.kubectl(["create", "namespace", "shop"]);
    fixture.provider = await ProviderDriver.start(MAIN, { PATH: `${fixture.tools.bin}:${process.env["PATH"] ?? ""}` });
    await fixture.provider.configure({ kubeconfig: new Secret(fixture.api.kubeconfig) });
  });
  afterAll(async () => {
    fixture.provider.stop();
    await fixture.api.stop();
  });
  return fixture;
}

/** A VirtualService in `shop` that sends `weight` percent to `new` and the rest to `old`. */
export function route(name: string, weight: number, metadata: Inputs = {}): Inputs {
  const routes = [
    { destination: { host: "old" }, weight: 100 - weight },
    { destination: { host: "new" }, weight },
  ];
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name, namespace: "shop", ...metadata },
    spec: { hosts: [name], http: [{ route: routes }] },
  };
}

/** The `spec` of such a VirtualService. */
export function splitOf(name: string, weight: number): Inputs {
  return route(name, weight)["spec"] as Inputs;
}

/** The error of something that has to fail. */
export async function refusal(attempt: Promise<unknown>): Promise<Error> {
  return attempt.then(
    () => {
      throw new Error("It was not refused.");
    },
    (error: unknown) => error as Error,
  );
}
