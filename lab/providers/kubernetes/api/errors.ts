import { type Inputs, isRecord } from "../../kit/index";

/** A refusal by the API server, with the parts of its Status object that decisions depend on. */
export class ApiError extends Error {
  readonly code: number;
  /** Kubernetes' machine-readable reason: NotFound, AlreadyExists, Conflict, Invalid, Forbidden ... */
  readonly reason: string;
  readonly causes: readonly { reason: string; field: string; message: string }[];
  constructor(code: number, body: unknown, request: string) {
    const status = isRecord(body) ? body : {};
    const message = typeof status["message"] === "string" ? status["message"] : `HTTP ${String(code)}`;
    super(`${message} (${request})`);
    this.code = code;
    this.reason = typeof status["reason"] === "string" ? status["reason"] : "";
    const details = isRecord(status["details"]) ? status["details"] : {};
    const causes = Array.isArray(details["causes"]) ? details["causes"].filter(isRecord) : [];
    this.causes = causes.map((cause) => ({
      reason: text(cause, "reason"),
      field: text(cause, "field"),
      message: text(cause, "message"),
    }));
  }

  get notFound(): boolean {
    return this.code === 404;
  }
}

/** The API server could not be spoken to at all. */
export class Unreachable extends Error {
  constructor(server: string, cause: string) {
    super(
      `The Kubernetes API server ${server} cannot be reached (${cause}). Start the cluster, or correct the provider's ` +
        `kubeconfig; if the cluster is gone for good, set PULUMI_K8S_DELETE_UNREACHABLE=true and refresh to forget its objects.`,
    );
  }
}

/** The API server serves no such kind (usually a custom resource whose definition is missing). */
export class UnknownKind extends Error {
  constructor(apiVersion: string, kind: string) {
    super(
      `The API server does not serve ${apiVersion} ${kind}: its CustomResourceDefinition has not been installed, or it was ` +
        `removed. Install the definition first and make this resource depend on it.`,
    );
  }
}

function text(holder: Inputs, key: string): string {
  const value = holder[key];
  return typeof value === "string" ? value : "";
}
