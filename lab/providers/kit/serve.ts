import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { setEngineAddress } from "./log";
import type { ResourceProvider } from "./provider";
import { providerService } from "./service";

// Pulumi's own limit: kubeconfigs and charts make large messages, and gRPC's default of 4 MiB would refuse them.
const MESSAGE_BYTES = 400 * 1024 * 1024;
const PARENT_CHECK_MS = 500;

/**
 * Serves the provider on a free loopback port and prints that port as the first line of stdout, as the engine expects. The
 * process ends with its parent, however that ends; it never returns.
 */
export function serveProvider(provider: ResourceProvider): void {
  const address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
  if (address !== undefined) setEngineAddress(address);
  const server = new Server({
    "grpc.max_receive_message_length": MESSAGE_BYTES,
    "grpc.max_send_message_length": MESSAGE_BYTES,
  });
  server.addService(ResourceProviderService, providerService(provider));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) {
      process.stderr.write(`The lab's ${provider.name} provider cannot listen on 127.0.0.1: ${error.message}\n`);
      process.exit(1);
    }
    process.stdout.write(`${String(port)}\n`);
  });
  dieWithParent();
}

/** Ends this process as soon as the one that started it is gone; a killed engine sends no signal to its plugins. */
export function dieWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(1);
  }, PARENT_CHECK_MS);
  // The engine starts plugins in process groups of their own, so Ctrl-C does not reach them (they get Cancel); a signal is the
  // engine asking for the end, and it waits for seconds when nobody obeys.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
}
