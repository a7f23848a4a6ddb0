import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/**
 * What the lab tells its users, in `lab.json` of its folder: the addresses a cloud account would give.
 * `helmValues` are what the lab's own Istio build needs, as any private build of Istio would.
 */
const Facts = z.object({
  arm: z.string(),
  charts: z.string(),
  dns: z.string(),
  istio: z.string(),
  istioVersion: z.string(),
  kubernetesVersion: z.string(),
  helmValues: z.object({
    base: z.record(z.string(), z.unknown()),
    istiod: z.record(z.string(), z.unknown()),
    gateway: z.record(z.string(), z.unknown()),
  }),
});

export type LabFacts = Readonly<z.infer<typeof Facts>>;

/** Reads the lab's facts; throws one sentence when the lab is not up or its facts are not what is expected. */
export function readFacts(labDir: string): LabFacts {
  const file = join(labDir, "lab.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new Error(`${file} is not there: the lab is not up; run \`npx meshlift lab up\` first`);
  }
  const parsed = Facts.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const missing = parsed.error.issues.map((issue) => issue.path.join(".")).join(", ");
    throw new Error(`${file} lacks or garbles ${missing}: run \`npx meshlift lab down\` and \`npx meshlift lab up\``);
  }
  return parsed.data;
}
