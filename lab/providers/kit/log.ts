import type { LogLine } from "./engineClient";

export type Severity = LogLine["severity"];

let engineAddress = "";
let writer: Promise<(line: LogLine) => Promise<void>> | undefined;

/** Called by the server when the engine has introduced itself. */
export function setEngineAddress(address: string): void {
  if (address === engineAddress) return;
  engineAddress = address;
  writer = undefined;
}

/**
 * Shows a line in the engine's output, next to the resource when a urn is given. `ephemeral` lines are progress: they stand in
 * the resource's status column and are not kept. Never fails: a lost log line must not stop a deployment.
 */
export async function engineLog(severity: Severity, message: string, urn = "", ephemeral = false): Promise<void> {
  if (engineAddress === "") return;
  const address = engineAddress;
  // Loaded at the first line because most runs log nothing and the engine waits for a provider's start.
  writer ??= import("./engineClient.js").then(({ engineWriter }) => engineWriter(address));
  await (
    await writer
  )({ severity, message, urn, ephemeral });
}
