import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { afterEach, describe, expect, it } from "vitest";
import { PartialFailure, type ResourceProvider, Secret, UNKNOWN } from "../../lab/providers/kit/index";
import { providerService } from "../../lab/providers/kit/service";
import { initFailure, ProviderDriver } from "./support/driver";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.forceShutdown();
});

async function serve(methods: Partial<ResourceProvider>): Promise<ProviderDriver> {
  const unused = (): Promise<never> => Promise.reject(new Error("not expected"));
  const provider: ResourceProvider = {
    name: "fake",
    version: "1.0.0",
    configure: () => Promise.resolve(),
    check: ({ news }) => Promise.resolve({ inputs: news }),
    diff: unused,
    create: unused,
    read: unused,
    update: unused,
    delete: unused,
    invoke: unused,
    ...methods,
  };
  const server = new Server();
  servers.push(server);
  server.addService(ResourceProviderService, providerService(provider));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return new ProviderDriver(port);
}

describe("a provider on the kit", () => {
  it("sees secrets and unknowns as values of their own and may return them", async () => {
    const driver = await serve({
      create: ({ inputs, name, type, preview }) =>
        Promise.resolve({ id: "", outputs: { ...inputs, seen: [name, type, preview], later: UNKNOWN } }),
    });
    const made = await driver.create("fake:index:Thing", "a", { p: new Secret("x"), u: UNKNOWN }, true);
    expect(made.outputs).toEqual({
      p: new Secret("x"),
      u: UNKNOWN,
      seen: ["a", "fake:index:Thing", true],
      later: UNKNOWN,
    });
    driver.stop();
  });

  it("shows an error as its sentence alone, also one that was thrown at once", async () => {
    const driver = await serve({
      create: () => {
        throw new Error("There is no room.");
      },
    });
    await expect(driver.create("fake:index:Thing", "a", {})).rejects.toThrow(/^There is no room\.$/);
    driver.stop();
  });

  it("hands a partial failure over with what was made", async () => {
    const driver = await serve({
      create: ({ inputs }) => {
        throw new PartialFailure({
          id: "7",
          outputs: { s: new Secret("x") },
          inputs,
          reasons: ["too slow", "no pods"],
        });
      },
    });
    const error: unknown = await driver.create("fake:index:Thing", "a", {}).catch((refused: unknown) => refused);
    expect(error).toHaveProperty("message", "too slow; no pods");
    expect(initFailure(error)).toEqual({ id: "7", outputs: { s: new Secret("x") }, reasons: ["too slow", "no pods"] });
    driver.stop();
  });

  it("answers a diff with kinds, replacements and paths", async () => {
    const driver = await serve({
      diff: () =>
        Promise.resolve({
          changes: true,
          replaces: ["a"],
          detailed: { a: "update-replace", "b[0].c": "add" },
          deleteBeforeReplace: true,
        }),
    });
    const old = { urn: "urn:pulumi:s::p::fake:index:Thing::a", id: "1", inputs: {}, outputs: {} };
    expect(await driver.diff("fake:index:Thing", old, {})).toEqual({
      changes: true,
      replaces: ["a"],
      detailed: { a: "update-replace", "b[0].c": "add" },
      deleteBeforeReplace: true,
    });
    driver.stop();
  });

  it("says that a resource is gone by an empty answer", async () => {
    const driver = await serve({ read: () => Promise.resolve(undefined) });
    expect(await driver.adopt("fake:index:Thing", "a", "1")).toBeUndefined();
    driver.stop();
  });

  it("lists what a check refuses", async () => {
    const failures = [{ property: "a.b", reason: "must be small" }];
    const driver = await serve({ check: ({ news }) => Promise.resolve({ inputs: news, failures }) });
    await expect(driver.check("fake:index:Thing", "a", {})).rejects.toThrow("a.b: must be small");
    driver.stop();
  });
});
