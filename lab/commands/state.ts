/** What the lab says about itself: machine-wide in /run/meshlift, and for its users in the lab's folder. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OUTSIDE_ADDRESS } from "../network/plan";
import { labDir, projectDir } from "../paths";
import { RUN_DIR } from "../process";
import { SELF_MANAGED_VALUES } from "../stockEnvoy";
import type { Tools } from "../tools";

/** Name of the cloud daemon's record and log. */
export const CLOUD = "cloud";
/** Answers when the cloud daemon can be used. */
export const CLOUD_HEALTH = `http://${OUTSIDE_ADDRESS}:8070/healthz`;

/** The machine-wide record: whose lab it is. */
export interface Owner {
  /** Lab folder of the checkout that started it. */
  readonly labDir: string;
  /** True from the end of a successful `up`. */
  readonly up: boolean;
}

/** Content of lab.json: what a user of the lab needs to know. */
export interface LabFacts {
  /** Address of the cloud's resource manager. */
  readonly arm: string;
  /** Address of the chart repository. */
  readonly charts: string;
  /** Folder with the packaged charts that the repository serves. */
  readonly chartsDir: string;
  /** Address of the DNS server. */
  readonly dns: string;
  /** Folder with Istio's charts and samples. */
  readonly istio: string;
  readonly istioVersion: string;
  readonly kubernetesVersion: string;
  /** Folder with the lab's programs. */
  readonly bin: string;
  /** Chart values for a user who installs Istio here. */
  readonly helmValues: typeof SELF_MANAGED_VALUES;
  /** Environment of `lab exec`. */
  readonly env: Readonly<Record<string, string>>;
}

const ownerFile = join(RUN_DIR, "lab.json");

function writeJson(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

export function readOwner(): Owner | undefined {
  return readJson(ownerFile) as Owner | undefined;
}

export function writeOwner(up: boolean): void {
  mkdirSync(RUN_DIR, { recursive: true, mode: 0o755 });
  const owner: Owner = { labDir: labDir(), up };
  writeJson(ownerFile, owner);
}

export function factsFile(): string {
  return join(labDir(), "lab.json");
}

export function readFacts(): LabFacts | undefined {
  return readJson(factsFile()) as LabFacts | undefined;
}

export function writeFacts(facts: LabFacts): void {
  mkdirSync(labDir(), { recursive: true });
  writeJson(factsFile(), facts);
}

/** Facts that follow from the tools and Pulumi's home. `path` goes before the user's own PATH, the tools after it. */
export function factsOf(
  tools: Tools,
  chartsDir: string,
  pulumi: { readonly home: string; readonly path: readonly string[] },
): LabFacts {
  const arm = `http://${OUTSIDE_ADDRESS}:8070`;
  return {
    arm,
    charts: `http://${OUTSIDE_ADDRESS}:8879`,
    chartsDir,
    dns: OUTSIDE_ADDRESS,
    istio: tools.istio,
    istioVersion: tools.istioVersion,
    kubernetesVersion: tools.kubernetesVersion,
    bin: tools.bin,
    helmValues: SELF_MANAGED_VALUES,
    env: {
      PATH: [
        ...new Set([...pulumi.path, tools.bin, join(projectDir(), "node_modules", ".bin")]),
        process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
      ].join(":"),
      PULUMI_HOME: pulumi.home,
      PULUMI_BACKEND_URL: `file://${join(labDir(), "pulumi-state")}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      MESHLIFT_LAB_ARM: arm,
    },
  };
}
