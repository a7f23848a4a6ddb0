import { type handleUnaryCall, type sendUnaryData, status, type UntypedServiceImplementation } from "@grpc/grpc-js";
import { PluginInfo, type PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { serviceError } from "./errors";
import { setEngineAddress } from "./log";
import type { CheckFailure, DetailedChange, DiffResult, ResourceProvider } from "./provider";
import type { Inputs } from "./values";
import { decode, encode } from "./wire";

const KINDS: Record<DetailedChange, pb.PropertyDiff.Kind> = {
  add: pb.PropertyDiff.Kind.ADD,
  "add-replace": pb.PropertyDiff.Kind.ADD_REPLACE,
  delete: pb.PropertyDiff.Kind.DELETE,
  "delete-replace": pb.PropertyDiff.Kind.DELETE_REPLACE,
  update: pb.PropertyDiff.Kind.UPDATE,
  "update-replace": pb.PropertyDiff.Kind.UPDATE_REPLACE,
};

/** The ResourceProvider protocol on top of `provider`: messages to plain values and back, errors to sentences. */
export function providerService(provider: ResourceProvider): UntypedServiceImplementation {
  return {
    handshake: unary((request: pb.ProviderHandshakeRequest) => {
      setEngineAddress(request.getEngineAddress());
      const response = new pb.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      response.setAcceptOutputs(true);
      return response;
    }),
    attach: unary((request: PluginAttach) => {
      setEngineAddress(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => {
      const info = new PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    getSchema: unary(() => {
      const response = new pb.GetSchemaResponse();
      response.setSchema(provider.schema ?? JSON.stringify({ name: provider.name, version: provider.version }));
      return response;
    }),
    checkConfig: unary(async (request: pb.CheckRequest) => {
      const news = decode(request.getNews());
      const checked = await provider.checkConfig?.(decode(request.getOlds()), news);
      return checkResponse(checked ?? { inputs: news });
    }),
    diffConfig: unary(async (request: pb.DiffRequest) => {
      const olds = decode(request.getOldInputs() ?? request.getOlds());
      return diffResponse((await provider.diffConfig?.(olds, decode(request.getNews()))) ?? { changes: false });
    }),
    configure: unary(async (request: pb.ConfigureRequest) => {
      await provider.configure(decode(request.getArgs()), Object.fromEntries(request.getVariablesMap().entries()));
      const response = new pb.ConfigureResponse();
      response.setSupportspreview(true);
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      response.setAcceptoutputs(true);
      return response;
    }),
    check: unary(async (request: pb.CheckRequest) => {
      const urn = request.getUrn();
      const checked = await provider.check({
        urn,
        type: request.getType() || typeOf(urn),
        name: request.getName() || nameOf(urn),
        olds: decode(request.getOlds()),
        news: decode(request.getNews()),
        randomSeed: Buffer.from(request.getRandomseed_asU8()),
      });
      return checkResponse(checked);
    }),
    diff: unary(async (request: pb.DiffRequest) => diffResponse(await provider.diff(diffRequest(request)))),
    create: unary(async (request: pb.CreateRequest) => {
      const urn = request.getUrn();
      const created = await provider.create({
        urn,
        type: request.getType() || typeOf(urn),
        name: request.getName() || nameOf(urn),
        inputs: decode(request.getProperties()),
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
      });
      const response = new pb.CreateResponse();
      response.setId(created.id);
      response.setProperties(encode(created.outputs));
      return response;
    }),
    read: unary(async (request: pb.ReadRequest) => {
      const found = await provider.read({
        ...identity(request),
        inputs: decode(request.getInputs()),
        outputs: decode(request.getProperties()),
      });
      const response = new pb.ReadResponse();
      // An empty id is the protocol's way to say "it is gone".
      if (found === undefined) return response;
      response.setId(found.id);
      response.setInputs(encode(found.inputs));
      response.setProperties(encode(found.outputs));
      return response;
    }),
    update: unary(async (request: pb.UpdateRequest) => {
      const updated = await provider.update({
        ...diffRequest(request),
        preview: request.getPreview(),
        timeoutSeconds: request.getTimeout(),
      });
      const response = new pb.UpdateResponse();
      response.setProperties(encode(updated.outputs));
      return response;
    }),
    delete: unary(async (request: pb.DeleteRequest) => {
      await provider.delete({
        ...identity(request),
        inputs: decode(request.getOldInputs()),
        outputs: decode(request.getProperties()),
        timeoutSeconds: request.getTimeout(),
      });
      return new Empty();
    }),
    invoke: unary(async (request: pb.InvokeRequest) => {
      const answer = await provider.invoke({ token: request.getTok(), args: decode(request.getArgs()) });
      const response = new pb.InvokeResponse();
      if ("result" in answer) response.setReturn(encode(answer.result));
      else response.setFailuresList(answer.failures.map(checkFailure));
      return response;
    }),
    cancel: unary(() => {
      provider.cancel?.();
      return new Empty();
    }),
    parameterize: unimplemented("Parameterize", provider),
    call: unimplemented("Call", provider),
    construct: unimplemented("Construct", provider),
    getMapping: unary(() => new pb.GetMappingResponse()),
    getMappings: unary(() => new pb.GetMappingsResponse()),
  };
}

function unary<Request, Response>(
  handle: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    // An async wrapper, so that a synchronous throw becomes an answer too and never ends the process.
    void respond(async () => handle(call.request), callback);
  };
}

async function respond<Response>(handle: () => Promise<Response>, callback: sendUnaryData<Response>): Promise<void> {
  try {
    callback(null, await handle());
  } catch (error) {
    callback(serviceError(error), null);
  }
}

function unimplemented(method: string, provider: ResourceProvider): handleUnaryCall<unknown, unknown> {
  return (_call, callback) => {
    const details = `${method} is not implemented by the lab's ${provider.name} provider.`;
    callback({ code: status.UNIMPLEMENTED, details }, null);
  };
}

function identity(request: pb.ReadRequest | pb.DeleteRequest | pb.DiffRequest | pb.UpdateRequest): {
  urn: string;
  type: string;
  id: string;
} {
  const urn = request.getUrn();
  return { urn, type: request.getType() || typeOf(urn), id: request.getId() };
}

function diffRequest(request: pb.DiffRequest | pb.UpdateRequest): {
  urn: string;
  type: string;
  id: string;
  oldInputs: Inputs;
  oldOutputs: Inputs;
  news: Inputs;
  ignoreChanges: string[];
} {
  return {
    ...identity(request),
    oldInputs: decode(request.getOldInputs()),
    oldOutputs: decode(request.getOlds()),
    news: decode(request.getNews()),
    ignoreChanges: request.getIgnorechangesList(),
  };
}

function checkResponse(checked: { inputs: Inputs; failures?: readonly CheckFailure[] }): pb.CheckResponse {
  const response = new pb.CheckResponse();
  response.setInputs(encode(checked.inputs));
  response.setFailuresList((checked.failures ?? []).map(checkFailure));
  return response;
}

function checkFailure(failure: CheckFailure): pb.CheckFailure {
  const message = new pb.CheckFailure();
  message.setProperty(failure.property);
  message.setReason(failure.reason);
  return message;
}

function diffResponse(diff: DiffResult): pb.DiffResponse {
  const response = new pb.DiffResponse();
  response.setChanges(diff.changes ? pb.DiffResponse.DiffChanges.DIFF_SOME : pb.DiffResponse.DiffChanges.DIFF_NONE);
  if (!diff.changes) return response;
  response.setReplacesList([...(diff.replaces ?? [])]);
  response.setDeletebeforereplace(diff.deleteBeforeReplace ?? false);
  const detailed = Object.entries(diff.detailed ?? {});
  if (detailed.length === 0) return response;
  response.setHasdetaileddiff(true);
  for (const [path, change] of detailed) {
    const entry = new pb.PropertyDiff();
    entry.setKind(KINDS[change]);
    // The stand-ins compare old inputs with new inputs, so the engine must show values from the inputs.
    entry.setInputdiff(true);
    response.getDetaileddiffMap().set(path, entry);
  }
  response.setDiffsList([...new Set(detailed.map(([path]) => /^[^.[]+/.exec(path)?.[0] ?? path))]);
  return response;
}

// Engines older than the fields `type` and `name` send the urn alone: urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME.
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
