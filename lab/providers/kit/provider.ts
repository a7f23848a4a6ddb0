import type { Inputs } from "./values";

export type DetailedChange = "add" | "delete" | "update" | "add-replace" | "delete-replace" | "update-replace";

/** What would happen to a resource. Paths are in Pulumi's notation; `changes` false means "same" whatever else is set. */
export interface DiffResult {
  readonly changes: boolean;
  readonly replaces?: readonly string[];
  readonly detailed?: Readonly<Record<string, DetailedChange>>;
  readonly deleteBeforeReplace?: boolean;
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface CheckRequest {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly olds: Inputs;
  readonly news: Inputs;
  /** Equal for the same resource and plan, so that preview and update choose the same random name. */
  readonly randomSeed: Buffer;
}
export interface DiffRequest {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly oldInputs: Inputs;
  readonly oldOutputs: Inputs;
  readonly news: Inputs;
  readonly ignoreChanges: readonly string[];
}
export interface CreateRequest {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Inputs;
  readonly preview: boolean;
  /** The user's `customTimeouts`, in seconds; 0 when none is set. */
  readonly timeoutSeconds: number;
}
export interface ReadRequest {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  /** Empty for an import or a `get`. */
  readonly inputs: Inputs;
  readonly outputs: Inputs;
}
export interface UpdateRequest extends DiffRequest {
  readonly preview: boolean;
  readonly timeoutSeconds: number;
}
export interface DeleteRequest {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: Inputs;
  readonly outputs: Inputs;
  readonly timeoutSeconds: number;
}

export type InvokeResult = { readonly result: Inputs } | { readonly failures: readonly CheckFailure[] };

/**
 * What a stand-in provider implements; the kit does the protocol. An Error thrown by any method is shown to the user with its
 * message alone, so the message must be one clear sentence.
 */
export interface ResourceProvider {
  readonly name: string;
  readonly version: string;
  /** The package schema as JSON text; the empty schema when absent. */
  readonly schema?: string;
  checkConfig?(olds: Inputs, news: Inputs): Promise<{ inputs: Inputs; failures?: readonly CheckFailure[] }>;
  diffConfig?(olds: Inputs, news: Inputs): Promise<DiffResult>;
  /** May hold unknowns in a preview. `variables` are the same settings as `NAME:config:key` strings. */
  configure(args: Inputs, variables: Record<string, string>): Promise<void>;
  check(request: CheckRequest): Promise<{ inputs: Inputs; failures?: readonly CheckFailure[] }>;
  diff(request: DiffRequest): Promise<DiffResult>;
  /** @throws PartialFailure for "created but not ready" */
  create(request: CreateRequest): Promise<{ id: string; outputs: Inputs }>;
  /** Undefined when the resource is gone. */
  read(request: ReadRequest): Promise<{ id: string; inputs: Inputs; outputs: Inputs } | undefined>;
  /** @throws PartialFailure for "changed but not ready" */
  update(request: UpdateRequest): Promise<{ outputs: Inputs }>;
  delete(request: DeleteRequest): Promise<void>;
  invoke(request: { token: string; args: Inputs }): Promise<InvokeResult>;
  /** The user asked to stop: waits must end soon. */
  cancel?(): void;
}

/** The resource exists (and is recorded in state with these outputs), but it did not become what was asked for. */
export class PartialFailure extends Error {
  readonly id: string;
  readonly outputs: Inputs;
  readonly inputs: Inputs;
  readonly reasons: readonly string[];
  constructor(failure: { id: string; outputs: Inputs; inputs: Inputs; reasons: readonly string[] }) {
    super(failure.reasons.join("; "));
    this.id = failure.id;
    this.outputs = failure.outputs;
    this.inputs = failure.inputs;
    this.reasons = failure.reasons;
  }
}
