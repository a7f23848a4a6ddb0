import { credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

const SEVERITIES = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
};

export interface LogLine {
  readonly severity: keyof typeof SEVERITIES;
  readonly message: string;
  readonly urn: string;
  readonly ephemeral: boolean;
}

/** A connection to the engine that writes log lines; a line that cannot be delivered within 2 s is dropped. */
export function engineWriter(address: string): (line: LogLine) => Promise<void> {
  const client = new EngineClient(address, credentials.createInsecure());
  return async (line) => {
    const request = new LogRequest();
    request.setSeverity(SEVERITIES[line.severity]);
    request.setMessage(line.message);
    request.setUrn(line.urn);
    request.setEphemeral(line.ephemeral);
    await new Promise<void>((resolve) => {
      client.log(request, new Metadata(), { deadline: Date.now() + 2_000 }, () => {
        resolve();
      });
    });
  };
}
