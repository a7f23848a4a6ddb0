import * as pulumi from "@pulumi/pulumi";

/** One resource as it reached the engine: what a test may say about it. */
export interface Declared {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The name of its provider, empty for the default one. */
  readonly provider: string;
  readonly dependsOn: readonly string[];
  readonly deletedWith: string;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly importId: string;
}

type State = Readonly<Record<string, unknown>>;

/** What a kind of resource answers besides its inputs; a kind that is not listed is a mistake of the program. */
export type Kinds = Readonly<Record<string, (inputs: State) => State>>;
export type Calls = Readonly<Record<string, (inputs: State) => State>>;

interface Request {
  getName(): string;
  getType(): string;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getDeletedwith(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
  getImportid(): string;
}

interface Response {
  getUrn(): string;
}

type Register = (request: Request, callback: (error: unknown, response: Response) => void) => Promise<void>;

/**
 * A stand-in for the engine that refuses every kind of resource and every call it was not told about, and that keeps
 * what Pulumi's own mocks drop: dependencies, deletedWith, protection.
 */
export async function declare<T>(
  program: () => T | Promise<T>,
  kinds: Kinds,
  calls: Calls,
  preview = false,
): Promise<{ readonly resources: readonly Declared[]; readonly outputs: Awaited<T> }> {
  const seen = new Map<string, State>();
  const resources: Declared[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        const answer = args.custom === false ? () => ({}) : kinds[args.type];
        if (answer === undefined) throw new Error(`unexpected resource ${args.type} ${args.name}`);
        const inputs = unwrap(args.inputs) as State;
        seen.set(`${args.type} ${args.name}`, inputs);
        return { id: `${args.name}-id`, state: { ...inputs, ...answer(inputs) } };
      },
      call: (args) => {
        const answer = calls[args.token];
        if (answer === undefined) throw new Error(`unexpected call ${args.token}`);
        return answer(args.inputs as State);
      },
    },
    "meshlift",
    "test",
    preview,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, response) => {
      if (error === undefined || error === null) {
        resources.push({
          urn: response.getUrn(),
          type: request.getType(),
          name: request.getName(),
          inputs: seen.get(`${request.getType()} ${request.getName()}`) ?? {},
          provider: request.getProvider().split("::").at(-2) ?? "",
          dependsOn: request.getDependenciesList().map(nameOf).sort(),
          deletedWith: nameOf(request.getDeletedwith()),
          protect: request.getProtect(),
          retainOnDelete: request.getRetainondelete(),
          importId: request.getImportid(),
        });
      }
      callback(error, response);
    });
  const outputs = await program();
  await settled();
  resources.sort((a, b) => (a.urn < b.urn ? -1 : 1));
  return { resources, outputs };
}

/** All that was registered, and what only an output of that registers, has gone through. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? "";

/** Values without the wrapper that marks a secret. */
export function unwrap(value: unknown): unknown {
  if (pulumi.runtime.isRpcSecret(value)) return unwrap(pulumi.runtime.unwrapRpcSecret(value));
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, unwrap(child)]));
  }
  return value;
}

/** The one resource of a name. */
export function find(resources: readonly Declared[], name: string, type = ""): Declared {
  const found = resources.filter((resource) => resource.name === name && resource.type.includes(type));
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(
      `${String(found.length)} resources named ${name}; there are ${resources.map((r) => r.name).join(", ")}`,
    );
  }
  return found[0];
}

/** The value of an output. */
export function valueOf<T>(output: pulumi.Input<T>): Promise<T> {
  return new Promise((resolve) => {
    pulumi.output(output).apply((value) => {
      resolve(value as T);
    });
  });
}

/** Types and names of resources, without the stack they are in. */
export const urnsOf = (resources: readonly Declared[]): string[] =>
  resources.map((resource) => resource.urn.split("::").slice(2).join(" "));

/** Resources that one deployment has and the other has not, or has otherwise: what an update would do. */
export function changesBetween(
  before: readonly Declared[],
  after: readonly Declared[],
): Readonly<Record<string, string>> {
  const old = new Map(before.map((resource) => [resource.urn, JSON.stringify(resource.inputs)]));
  const now = new Map(after.map((resource) => [resource.urn, JSON.stringify(resource.inputs)]));
  const found: [string, string][] = [];
  for (const { urn, name } of after) {
    const was = old.get(urn);
    if (was === undefined) found.push([name, "create"]);
    else if (was !== now.get(urn)) found.push([name, "update"]);
  }
  for (const { urn, name } of before) if (!now.has(urn)) found.push([name, "delete"]);
  return Object.fromEntries(found);
}
