import * as pulumi from "@pulumi/pulumi";
import { valueOf } from "./components/refusal";
import { readSettings } from "./core/settings";
import { aksAddonStack } from "./stacks/aksAddon";

const PROJECT = `${pulumi.getProject()}:`;

/** The values of this project's own keys, as Pulumi hands them over: all of them texts. */
function configuration(): Readonly<Record<string, string>> {
  const all = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(PROJECT));
  return Object.fromEntries(all.map(([key, value]) => [key.slice(PROJECT.length), value]));
}

const OLDEST_NODE = 22;

// A module that is a function is awaited by Pulumi, and what it returns are the stack's outputs.
export = (): Promise<unknown> => {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    throw new pulumi.RunError(
      `Node ${process.versions.node} runs this program, but it needs Node ${String(OLDEST_NODE)} or newer; put such a Node first on PATH, for instance by starting Pulumi through npx.`,
    );
  }
  return aksAddonStack(valueOf(readSettings(configuration())), pulumi.getRootDirectory());
};
