import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { JsonObject } from "./json";

/** One resource in the shape in which Azure Resource Manager shows it, and what the lab must remember but never shows. */
export interface Resource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location?: string;
  readonly tags?: JsonObject;
  readonly identity?: JsonObject;
  readonly sku?: JsonObject;
  readonly managedBy?: string;
  readonly properties: JsonObject;
  readonly hidden?: JsonObject;
}

/** A long-running operation that a client polls. */
export interface Operation {
  readonly id: string;
  readonly resource: string;
  readonly status: "InProgress" | "Succeeded" | "Failed";
  readonly startTime: string;
  readonly endTime?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

interface State {
  readonly resources: readonly Resource[];
  readonly operations: readonly Operation[];
}

// Clients poll for minutes, not for days; older operations are history that nobody asks for.
const KEPT_OPERATIONS = 200;

/**
 * Every resource of the lab's cloud. Ids are compared without case, as Resource Manager does. Each change is on disk before the
 * call returns, written beside and renamed, so that a killed daemon finds the last whole state.
 */
export class Store {
  readonly #file: string;
  readonly #resources = new Map<string, Resource>();
  readonly #operations = new Map<string, Operation>();
  readonly #beside: string;

  /** @param file where the state lives; made with its folder when missing */
  constructor(file: string) {
    this.#file = file;
    this.#beside = `${file}.new`;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const state = readState(file);
    for (const resource of state.resources) this.#resources.set(resource.id.toLowerCase(), resource);
    for (const operation of state.operations) this.#operations.set(operation.id, operation);
  }

  get(id: string): Resource | undefined {
    return this.#resources.get(id.toLowerCase());
  }

  put(resource: Resource): Resource {
    this.#resources.set(resource.id.toLowerCase(), resource);
    this.#write();
    return resource;
  }

  /** @returns whether there was one */
  delete(id: string): boolean {
    const existed = this.#resources.delete(id.toLowerCase());
    if (existed) this.#write();
    return existed;
  }

  /** All resources of a type (compared without case), oldest first; with `under`, only those below that id. */
  list(type: string, under = ""): readonly Resource[] {
    const wanted = type.toLowerCase();
    return this.below(under).filter((resource) => resource.type.toLowerCase() === wanted);
  }

  /** All resources whose id is below `id`. */
  below(id: string): readonly Resource[] {
    const prefix = `${id.toLowerCase()}/`;
    return [...this.#resources.values()].filter((one) => id === "" || one.id.toLowerCase().startsWith(prefix));
  }

  operation(id: string): Operation | undefined {
    return this.#operations.get(id);
  }

  putOperation(operation: Operation): Operation {
    this.#operations.set(operation.id, operation);
    for (const id of [...this.#operations.keys()].slice(0, -KEPT_OPERATIONS)) this.#operations.delete(id);
    this.#write();
    return operation;
  }

  #write(): void {
    const state: State = { resources: [...this.#resources.values()], operations: [...this.#operations.values()] };
    writeFileSync(this.#beside, JSON.stringify(state, undefined, 1), { mode: 0o600 });
    renameSync(this.#beside, this.#file);
  }
}

function readState(file: string): State {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return { resources: [], operations: [] };
  }
  return JSON.parse(text) as State;
}
