import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Inputs } from "../../../lab/providers/kit/index";
import { decode, encode } from "../../../lab/providers/kit/wire";

export interface Resource {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Inputs;
  readonly outputs: Inputs;
}

/** "Created but not ready", as the engine receives it. */
export interface InitFailure {
  readonly id: string;
  readonly outputs: Inputs;
  readonly reasons: readonly string[];
}

const KINDS = ["add", "add-replace", "delete", "delete-replace", "update", "update-replace"];

/** Plays the engine's part: talks to a provider over gRPC as `pulumi up` does, check before every create, diff and update. */
export class ProviderDriver {
  readonly client: ResourceProviderClient;
  private readonly child: ChildProcess | undefined;

  constructor(port: number, child?: ChildProcess) {
    this.client = new ResourceProviderClient(`127.0.0.1:${String(port)}`, credentials.createInsecure());
    this.child = child;
  }

  /** Starts a compiled provider (a path below bin/) as a process of its own. */
  static async start(entry: string, env: Readonly<Record<string, string>> = {}): Promise<ProviderDriver> {
    const file = path.join(__dirname, "..", "..", "..", "bin", entry);
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const port = await new Promise<number>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", (line) => {
        resolve(Number(line));
      });
      child.once("exit", (code) => {
        reject(new Error(`The provider ended with code ${String(code)} before it said its port.`));
      });
    });
    return new ProviderDriver(port, child);
  }

  stop(): void {
    this.client.close();
    this.child?.kill();
  }

  async configure(args: Inputs): Promise<void> {
    const request = new pb.ConfigureRequest();
    request.setArgs(encode(args));
    request.setAcceptsecrets(true);
    await call((done) => this.client.configure(request, done));
  }

  async check(type: string, name: string, news: Inputs, olds?: Inputs): Promise<Inputs> {
    const request = new pb.CheckRequest();
    request.setUrn(urnOf(type, name));
    request.setType(type);
    request.setName(name);
    if (olds !== undefined) request.setOlds(encode(olds));
    request.setNews(encode(news));
    request.setRandomseed(Buffer.from("seed of a test"));
    const response = await call<pb.CheckResponse>((done) => this.client.check(request, done));
    const failures = response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    if (failures.length > 0) throw new Error(failures.join("\n"));
    return decode(response.getInputs());
  }

  async create(type: string, name: string, news: Inputs, preview = false): Promise<Resource> {
    const inputs = await this.check(type, name, news);
    const request = new pb.CreateRequest();
    request.setUrn(urnOf(type, name));
    request.setType(type);
    request.setName(name);
    request.setProperties(encode(inputs));
    request.setPreview(preview);
    const response = await call<pb.CreateResponse>((done) => this.client.create(request, done));
    return { urn: request.getUrn(), id: response.getId(), inputs, outputs: decode(response.getProperties()) };
  }

  async diff(
    type: string,
    old: Resource,
    news: Inputs,
    ignoreChanges: string[] = [],
  ): Promise<{ changes: boolean; replaces: string[]; detailed: Record<string, string>; deleteBeforeReplace: boolean }> {
    const request = new pb.DiffRequest();
    request.setId(old.id);
    request.setUrn(old.urn);
    request.setType(type);
    request.setOldInputs(encode(old.inputs));
    request.setOlds(encode(old.outputs));
    request.setNews(encode(await this.check(type, nameOf(old.urn), news, old.inputs)));
    request.setIgnorechangesList(ignoreChanges);
    const response = await call<pb.DiffResponse>((done) => this.client.diff(request, done));
    const detailed = [...response.getDetaileddiffMap().entries()].map(([at, diff]) => [
      at,
      KINDS[diff.getKind()] ?? "",
    ]);
    return {
      changes: response.getChanges() === pb.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: response.getReplacesList(),
      detailed: Object.fromEntries(detailed) as Record<string, string>,
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async update(
    type: string,
    old: Resource,
    news: Inputs,
    options: { preview?: boolean; ignoreChanges?: string[] } = {},
  ): Promise<Resource> {
    const inputs = await this.check(type, nameOf(old.urn), news, old.inputs);
    const request = new pb.UpdateRequest();
    request.setId(old.id);
    request.setUrn(old.urn);
    request.setType(type);
    request.setOldInputs(encode(old.inputs));
    request.setOlds(encode(old.outputs));
    request.setNews(encode(inputs));
    request.setPreview(options.preview ?? false);
    request.setIgnorechangesList(options.ignoreChanges ?? []);
    const response = await call<pb.UpdateResponse>((done) => this.client.update(request, done));
    return { ...old, inputs, outputs: decode(response.getProperties()) };
  }

  /** Undefined when the provider says that the resource is gone. */
  async read(type: string, resource: Resource): Promise<Resource | undefined> {
    const request = new pb.ReadRequest();
    request.setId(resource.id);
    request.setUrn(resource.urn);
    request.setType(type);
    request.setInputs(encode(resource.inputs));
    request.setProperties(encode(resource.outputs));
    const response = await call<pb.ReadResponse>((done) => this.client.read(request, done));
    if (response.getId() === "") return undefined;
    const inputs = decode(response.getInputs());
    return { urn: resource.urn, id: response.getId(), inputs, outputs: decode(response.getProperties()) };
  }

  /** Reads an object that no program has described, as `pulumi import` does. */
  async adopt(type: string, name: string, id: string): Promise<Resource | undefined> {
    return this.read(type, { urn: urnOf(type, name), id, inputs: {}, outputs: {} });
  }

  async delete(type: string, resource: Resource): Promise<void> {
    const request = new pb.DeleteRequest();
    request.setId(resource.id);
    request.setUrn(resource.urn);
    request.setType(type);
    request.setOldInputs(encode(resource.inputs));
    request.setProperties(encode(resource.outputs));
    await call((done) => this.client.delete(request, done));
  }

  async cancel(): Promise<void> {
    await call((done) => this.client.cancel(new Empty(), done));
  }
}

/** What stands in the details of a refused create or update; undefined when it was refused as a whole. */
export function initFailure(error: unknown): InitFailure | undefined {
  const refused = error instanceof Error ? (error.cause as ServiceError | undefined) : undefined;
  const metadata = refused?.metadata;
  const [bytes] = metadata?.get("grpc-status-details-bin") ?? [];
  if (!(bytes instanceof Buffer)) return undefined;
  const [packed] = Status.deserializeBinary(bytes).getDetailsList();
  const detail = pb.ErrorResourceInitFailed.deserializeBinary(packed!.getValue_asU8());
  return { id: detail.getId(), outputs: decode(detail.getProperties()), reasons: detail.getReasonsList() };
}

export function urnOf(type: string, name: string): string {
  return `urn:pulumi:test::meshlift::${type}::${name}`;
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

function call<Response>(
  start: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    start((error, response) => {
      if (error === null) resolve(response);
      else reject(new Error(error.details, { cause: error }));
    });
  });
}
