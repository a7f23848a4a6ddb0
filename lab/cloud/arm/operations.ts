import { randomUUID } from "node:crypto";
import { log, messageOf } from "../log";
import type { Operation, Store } from "../store";
import { ArmError } from "./errors";
import type { ArmRequest, ArmResponse, Route } from "./router";

/**
 * Long-running operations as Resource Manager has them: the answer to a PUT or DELETE names an address; the client polls it until
 * the status is final. They go on when the client is gone.
 */
export class Operations {
  readonly #store: Store;
  readonly #origin: string;

  /** @param origin where clients reach the API, for the addresses that they poll */
  constructor(store: Store, origin: string) {
    this.#store = store;
    this.#origin = origin;
  }

  start(resource: string): Operation {
    const now = new Date().toISOString();
    return this.#store.putOperation({ id: randomUUID(), resource, status: "InProgress", startTime: now });
  }

  /** Runs `work` to its end and records how it ended; never rejects. */
  async finish(id: string, work: () => Promise<void>): Promise<void> {
    const operation = this.#store.operation(id) ?? this.start("");
    try {
      await work();
      this.#store.putOperation({ ...operation, status: "Succeeded", endTime: new Date().toISOString() });
    } catch (error) {
      const code = error instanceof ArmError ? error.code : "InternalOperationError";
      log(`${operation.resource}: ${messageOf(error)}`);
      this.#store.putOperation({
        ...operation,
        status: "Failed",
        endTime: new Date().toISOString(),
        error: { code, message: messageOf(error) },
      });
    }
  }

  /** Headers that tell the client where to poll. */
  headers(request: ArmRequest, location: string, operation: string): Record<string, string> {
    const subscription = request.parameters["subscription"] ?? "";
    const provider = `/subscriptions/${subscription}/providers/Microsoft.ContainerService/locations/${location}`;
    const version = `?api-version=${request.query.get("api-version") ?? ""}`;
    return {
      "Azure-AsyncOperation": `${this.#origin}${provider}/operations/${operation}${version}`,
      Location: `${this.#origin}${provider}/operationresults/${operation}${version}`,
    };
  }

  routes(): readonly Route[] {
    const base = "/subscriptions/:subscription/providers/Microsoft.ContainerService/locations/:location";
    return [
      { method: "GET", pattern: `${base}/operations/:operation`, handle: (request) => this.#status(request) },
      { method: "GET", pattern: `${base}/operationresults/:operation`, handle: (request) => this.#result(request) },
    ];
  }

  #find(request: ArmRequest): Operation {
    const id = request.parameters["operation"] ?? "";
    const operation = this.#store.operation(id);
    if (operation === undefined) throw new ArmError(404, "NotFound", `The operation '${id}' could not be found.`);
    return operation;
  }

  #status(request: ArmRequest): ArmResponse {
    const { id, status, startTime, endTime, error } = this.#find(request);
    return { status: 200, body: { id, name: id, status, startTime, endTime, error } };
  }

  #result(request: ArmRequest): ArmResponse {
    const { status, error } = this.#find(request);
    if (status === "InProgress") return { status: 202, headers: { Location: `${this.#origin}${request.path}` } };
    return status === "Succeeded" ? { status: 200 } : { status: 409, body: { error } };
  }
}
