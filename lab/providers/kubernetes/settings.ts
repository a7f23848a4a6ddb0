import { type CheckFailure, hasUnknowns, type Inputs, UNKNOWN, unwrapSecrets } from "../kit/index";
import { type Connection, connectionOf } from "./api/kubeconfig";

/** The provider's arguments, with the environment's defaults applied. */
export interface Settings {
  /** Undefined while the kubeconfig is not known: a preview of a cluster that does not exist yet. */
  readonly connection: Connection | undefined;
  readonly namespace: string;
  readonly serverSideApply: boolean;
  readonly patchForce: boolean;
  readonly upsert: boolean;
  readonly deleteUnreachable: boolean;
  readonly skipUpdateUnreachable: boolean;
  readonly configMapMutable: boolean;
  readonly secretMutable: boolean;
  readonly awaitAll: boolean;
}

const BOOLEANS = {
  serverSideApply: ["enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", true],
  patchForce: ["enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE", false],
  upsert: ["upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS", false],
  deleteUnreachable: ["deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE", false],
  skipUpdateUnreachable: ["skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE", false],
  configMapMutable: ["enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", false],
  secretMutable: ["enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE", false],
  awaitAll: ["awaitAll", "PULUMI_K8S_AWAIT_ALL", false],
} as const satisfies Record<string, readonly [string, string, boolean]>;

const CLUSTER_KEYS = ["kubeconfig", "context", "cluster"] as const;

/** Reads the arguments. Throws one sentence when the kubeconfig cannot be used. */
export function readSettings(args: Inputs): Settings {
  const flag = (name: keyof typeof BOOLEANS): boolean => {
    const [key, variable, fallback] = BOOLEANS[name];
    return truth(args[key]) ?? truth(process.env[variable]) ?? fallback;
  };
  const connection = CLUSTER_KEYS.some((key) => hasUnknowns(args[key])) ? undefined : connect(args);
  const namespace = unwrapSecrets(args["namespace"]);
  return {
    connection,
    namespace: typeof namespace === "string" && namespace !== "" ? namespace : (connection?.namespace ?? ""),
    serverSideApply: flag("serverSideApply"),
    patchForce: flag("patchForce"),
    upsert: flag("upsert"),
    deleteUnreachable: flag("deleteUnreachable"),
    skipUpdateUnreachable: flag("skipUpdateUnreachable"),
    configMapMutable: flag("configMapMutable"),
    secretMutable: flag("secretMutable"),
    awaitAll: flag("awaitAll"),
  };
}

/** What is wrong with the arguments as far as they are known. */
export function checkSettings(args: Inputs): readonly CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const [key] of Object.values(BOOLEANS)) {
    const value = unwrapSecrets(args[key]);
    const given = value !== undefined && value !== null && value !== UNKNOWN && value !== "";
    if (given && truth(value) === undefined) failures.push({ property: key, reason: "must be true or false." });
  }
  const given = args["kubeconfig"] !== undefined && !CLUSTER_KEYS.some((key) => hasUnknowns(args[key]));
  if (given) {
    try {
      connect(args);
    } catch (error) {
      failures.push({ property: "kubeconfig", reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return failures;
}

/**
 * Whether a change of arguments means another cluster, so that the provider and all its objects must be replaced: the
 * `clusterIdentifier` decides alone when both sides have one; otherwise the active cluster's address and certificate do.
 */
export function clusterChanged(olds: Inputs, news: Inputs): string | undefined {
  const oldIdentifier = text(olds["clusterIdentifier"]);
  const newIdentifier = text(news["clusterIdentifier"]);
  if (oldIdentifier !== undefined && newIdentifier !== undefined) {
    return oldIdentifier === newIdentifier ? undefined : "clusterIdentifier";
  }
  // A kubeconfig has no identity of its own; one that is not known yet may lead anywhere.
  const unknown = CLUSTER_KEYS.find((key) => hasUnknowns(news[key]));
  if (unknown !== undefined) return unknown;
  try {
    const old = connect(olds);
    const now = connect(news);
    return old.server === now.server && old.ca === now.ca ? undefined : "kubeconfig";
  } catch {
    // An unreadable side is reported by the check; it is no reason to replace anything.
    return undefined;
  }
}

function connect(args: Inputs): Connection {
  const context = text(args["context"]);
  const cluster = text(args["cluster"]);
  return connectionOf({
    kubeconfig: text(args["kubeconfig"]) ?? "",
    ...(context === undefined ? {} : { context }),
    ...(cluster === undefined ? {} : { cluster }),
  });
}

function text(value: unknown): string | undefined {
  const open = unwrapSecrets(value);
  return typeof open === "string" && open !== "" ? open : undefined;
}

// The SDK sends booleans as JSON text.
function truth(value: unknown): boolean | undefined {
  switch (String(unwrapSecrets(value)).toLowerCase()) {
    case "1":
    case "t":
    case "true":
      return true;
    case "0":
    case "f":
    case "false":
      return false;
    default:
      return undefined;
  }
}
