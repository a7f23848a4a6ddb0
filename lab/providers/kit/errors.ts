import { Metadata, status as grpcStatus, type ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { PartialFailure } from "./provider";
import { encode } from "./wire";

/** The gRPC error the engine shows: a sentence, and for a PartialFailure also what was created. */
export function serviceError(error: unknown): Partial<ServiceError> {
  const message = sentenceOf(error);
  if (!(error instanceof PartialFailure)) return { code: grpcStatus.UNKNOWN, message, details: message };
  const metadata = new Metadata();
  // The engine reads structured details from this header only (google.rpc.Status, as Go's gRPC sends it).
  metadata.add("grpc-status-details-bin", Buffer.from(partialStatus(error, message).serializeBinary()));
  return { code: grpcStatus.UNKNOWN, message, details: message, metadata };
}

function partialStatus(failure: PartialFailure, message: string): Status {
  const detail = new ErrorResourceInitFailed();
  detail.setId(failure.id);
  detail.setProperties(encode(failure.outputs));
  detail.setInputs(encode(failure.inputs));
  detail.setReasonsList([...failure.reasons]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpcStatus.UNKNOWN);
  status.setMessage(message);
  status.addDetails(packed);
  return status;
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's network errors often have an empty message and tell the story in `cause` or `errors`.
  if (error.message !== "") return error.message;
  if (error.cause !== undefined) return sentenceOf(error.cause);
  return error.name;
}
