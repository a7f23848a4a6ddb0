import {
  type CheckFailure,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  hasUnknowns,
  type Inputs,
  type InvokeResult,
  markSecretsLike,
  PartialFailure,
  randomHex,
  type ReadRequest,
  type ResourceProvider,
  UNKNOWN,
  type UpdateRequest,
  unwrapSecrets,
} from "../kit/index";
import { ArmClient, OperationFailure } from "./arm";
import { differences } from "./differences";
import { invokeFunction, type Login } from "./invokes";
import { idOf, importedInputs, outputsOf, previewOutputs, refreshedInputs, requestBody } from "./shape";
import { nameInput, type ResourceType, resourceType } from "./types";

/** Who the lab's only user is; the subscription may be set as for the real provider. */
const LOGIN: Login = {
  subscriptionId: "00000000-0000-4000-8000-0000000000bb",
  tenantId: "00000000-0000-4000-8000-0000000000aa",
  clientId: "00000000-0000-4000-8000-0000000000cc",
  objectId: "00000000-0000-4000-8000-0000000000dd",
};
const GROUP_API = "2024-03-01";

/** Stands in for `azure-native`: the same types, rules and errors, with the lab's Resource Manager instead of Azure's. */
export class AzureProvider implements ResourceProvider {
  readonly name = "azure-native";
  readonly version: string;
  readonly #arm: ArmClient;
  #login = LOGIN;
  #location: string | undefined;

  /** @param endpoint address of the lab's Resource Manager */
  constructor(version: string, endpoint: string) {
    this.version = version;
    this.#arm = new ArmClient(endpoint);
  }

  configure(args: Inputs, variables: Record<string, string>): Promise<void> {
    const setting = (name: string): string | undefined => {
      const value = unwrapSecrets(args[name]) ?? variables[`azure-native:config:${name}`];
      return typeof value === "string" && value !== "" ? value : undefined;
    };
    const subscriptionId = setting("subscriptionId") ?? process.env["ARM_SUBSCRIPTION_ID"] ?? LOGIN.subscriptionId;
    this.#login = { ...LOGIN, subscriptionId };
    this.#location = setting("location") ?? process.env["ARM_LOCATION"];
    return Promise.resolve();
  }

  cancel(): void {
    this.#arm.cancel();
  }

  async check({
    type: token,
    name,
    olds,
    news,
    randomSeed,
  }: CheckRequest): Promise<{ inputs: Inputs; failures?: CheckFailure[] }> {
    const type = resourceType(token);
    const inputs: Inputs = { ...news };
    const naming = nameInput(type);
    if (inputs[naming] === undefined && type.autoName !== undefined) {
      const random = type.autoName === "random";
      inputs[naming] = olds[naming] ?? (random ? `${name}${randomHex(randomSeed, name, 8)}` : name);
      const marked = olds[naming] === undefined ? random : olds["__createBeforeDelete"] === true;
      if (marked) inputs["__createBeforeDelete"] = true;
    }
    if (inputs["location"] === undefined && type.beside.includes("location")) {
      const location = await this.#defaultLocation(olds, inputs);
      if (location !== undefined) inputs["location"] = location;
    }
    inputs["azureApiVersion"] ??= type.apiVersion;
    return { inputs, failures: missing(type, inputs) };
  }

  diff({ type, oldInputs, news }: DiffRequest): Promise<DiffResult> {
    return Promise.resolve(differences(resourceType(type), oldInputs, news));
  }

  async create(request: CreateRequest): Promise<{ id: string; outputs: Inputs }> {
    const type = resourceType(request.type);
    if (request.preview) return { id: "", outputs: previewOutputs(type, request.inputs) };
    const id = idOf(type, this.#login.subscriptionId, unwrapSecrets(request.inputs));
    if ((await this.#arm.get(id, type.apiVersion)) !== undefined) {
      throw new Error(`cannot create already existing resource '${id}'`);
    }
    const response = await this.#put(type, id, request.inputs, request.timeoutSeconds);
    return {
      id: typeof response["id"] === "string" ? response["id"] : id,
      outputs: sealed(type, response, request.inputs),
    };
  }

  async read(request: ReadRequest): Promise<{ id: string; inputs: Inputs; outputs: Inputs } | undefined> {
    const type = resourceType(request.type);
    const response = await this.#arm.get(request.id, type.apiVersion);
    if (response === undefined) return undefined;
    const outputs = outputsOf(type, response);
    const id = typeof response["id"] === "string" ? response["id"] : request.id;
    if (Object.keys(request.inputs).length === 0) return { id, inputs: importedInputs(type, id, outputs), outputs };
    const before = unwrapSecrets(request.outputs);
    const inputs = refreshedInputs(type, request.inputs, before, outputs);
    return { id, inputs, outputs: sealed(type, response, request.inputs) };
  }

  async update(request: UpdateRequest): Promise<{ outputs: Inputs }> {
    const type = resourceType(request.type);
    if (request.preview) {
      const { name, location } = request.oldOutputs;
      const known = { ...(name === undefined ? {} : { name }), ...(location === undefined ? {} : { location }) };
      return { outputs: previewOutputs(type, request.news, known) };
    }
    const response = await this.#put(type, request.id, request.news, request.timeoutSeconds);
    return { outputs: sealed(type, response, request.news) };
  }

  async delete(request: DeleteRequest): Promise<void> {
    await this.#arm.delete(request.id, resourceType(request.type).apiVersion, request.timeoutSeconds);
  }

  async invoke({ token, args }: { token: string; args: Inputs }): Promise<InvokeResult> {
    return invokeFunction(this.#arm, this.#login, token, unwrapSecrets(args));
  }

  async #put(type: ResourceType, id: string, inputs: Inputs, timeoutSeconds: number): Promise<Inputs> {
    try {
      await this.#arm.put(id, type.apiVersion, requestBody(type, unwrapSecrets(inputs)), timeoutSeconds);
    } catch (error) {
      if (!(error instanceof OperationFailure)) throw error;
      const left = (await this.#arm.get(id, type.apiVersion)) ?? {};
      throw new PartialFailure({ id, inputs, outputs: sealed(type, left, inputs), reasons: [error.message] });
    }
    // Read again, as the real provider does: an answer to PUT may differ from what a refresh would see.
    const response = await this.#arm.get(id, type.apiVersion);
    if (response === undefined) throw new Error(`'${id}' is gone right after it was written`);
    return response;
  }

  /** The place of the resource it replaces, else the configured one, else that of its group; as the real provider chooses. */
  async #defaultLocation(olds: Inputs, news: Inputs): Promise<unknown> {
    const given = olds["location"] ?? this.#location;
    if (given !== undefined) return given;
    const group = unwrapSecrets(news["resourceGroupName"]);
    if (hasUnknowns(group)) return UNKNOWN;
    if (typeof group !== "string") return undefined;
    const id = `/subscriptions/${this.#login.subscriptionId}/resourceGroups/${encodeURIComponent(group)}`;
    return (await this.#arm.get(id, GROUP_API))?.["location"];
  }
}

/** Outputs in which that is secret which was secret as an input. */
function sealed(type: ResourceType, response: Inputs, inputs: Inputs): Inputs {
  const outputs = outputsOf(type, response);
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, markSecretsLike(value, inputs[name])]),
  );
}

function missing(type: ResourceType, inputs: Inputs): CheckFailure[] {
  const absent = [...type.required, nameInput(type)].filter(
    (name) => inputs[name] === undefined || inputs[name] === null,
  );
  return [...new Set(absent)].map((name) => {
    const hint =
      name === "location"
        ? ". Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'."
        : "";
    return { property: name, reason: `missing required property '${name}'${hint}` };
  });
}
