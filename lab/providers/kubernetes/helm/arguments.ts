import { type Inputs, isRecord, unwrapSecrets } from "../../kit/index";

/** Default of Helm and of the real provider, in seconds. */
const DEFAULT_TIMEOUT_SECONDS = 300;

// Release arguments that are switches of `helm upgrade` under another name.
const SWITCHES: Readonly<Record<string, string>> = {
  atomic: "--atomic",
  cleanupOnFail: "--cleanup-on-fail",
  createNamespace: "--create-namespace",
  dependencyUpdate: "--dependency-update",
  devel: "--devel",
  disableOpenapiValidation: "--disable-openapi-validation",
  disableWebhooks: "--no-hooks",
  forceUpdate: "--force",
  renderSubchartNotes: "--render-subchart-notes",
  resetValues: "--reset-values",
  reuseValues: "--reuse-values",
  skipCrds: "--skip-crds",
  takeOwnership: "--take-ownership",
  verify: "--verify",
  waitForJobs: "--wait-for-jobs",
};
const OPTIONS: Readonly<Record<string, string>> = {
  description: "--description",
  keyring: "--keyring",
  maxHistory: "--history-max",
  postrender: "--post-renderer",
  version: "--version",
};
const REPOSITORY_FILES: Readonly<Record<string, string>> = {
  caFile: "--ca-file",
  certFile: "--cert-file",
  keyFile: "--key-file",
};

/** Where a chart comes from, and the files that hold what must not stand in a command line. */
export interface ReleaseFiles {
  readonly values: string;
  /** Set when the repository needs a login: the chart is then named through a repositories file. */
  readonly repositoryAlias?: string;
}

/** The command line of `helm upgrade --install` for a release's inputs. */
export function upgradeArguments(inputs: Inputs, files: ReleaseFiles, timeoutSeconds: number): readonly string[] {
  const open = unwrapSecrets(inputs);
  const repository = isRecord(open["repositoryOpts"]) ? open["repositoryOpts"] : {};
  const chart = textOf(open["chart"]);
  const repo = textOf(repository["repo"]);
  const viaRepo = repo !== "" && files.repositoryAlias === undefined;
  const options = [
    ...(viaRepo ? ["--repo", repo] : []),
    ...optionsOf(open, OPTIONS),
    ...optionsOf(repository, REPOSITORY_FILES),
    ...switchesOf(open),
    ...(open["skipAwait"] === true ? [] : ["--wait"]),
  ];
  return [
    "upgrade",
    textOf(open["name"]),
    files.repositoryAlias === undefined ? chart : `${files.repositoryAlias}/${chart}`,
    "--install",
    ...["--namespace", textOf(open["namespace"])],
    ...["--values", files.values],
    ...["--timeout", `${String(secondsOf(open, timeoutSeconds))}s`],
    ...options,
  ];
}

/** customTimeouts first, then the release's own `timeout`, then 300. */
export function secondsOf(inputs: Inputs, customTimeout: number): number {
  if (customTimeout > 0) return customTimeout;
  const own = Number(unwrapSecrets(inputs["timeout"]));
  return Number.isFinite(own) && own > 0 ? own : DEFAULT_TIMEOUT_SECONDS;
}

/** The values file's content: plain JSON, which is YAML. Nulls stay only on request, where they remove a chart's default. */
export function valuesText(inputs: Inputs): string {
  const values = unwrapSecrets(inputs["values"]);
  const keepNulls = unwrapSecrets(inputs["allowNullValues"]) === true;
  return JSON.stringify(keepNulls ? (values ?? {}) : withoutNulls(values ?? {}));
}

/** A repositories file for a repository with a login, or undefined when none is needed. */
export function repositoriesText(inputs: Inputs, alias: string): string | undefined {
  const repository = unwrapSecrets(inputs["repositoryOpts"]);
  if (!isRecord(repository) || textOf(repository["username"]) === "") return undefined;
  const entry = {
    name: alias,
    url: repository["repo"],
    username: repository["username"],
    password: repository["password"],
    caFile: repository["caFile"],
    certFile: repository["certFile"],
    keyFile: repository["keyFile"],
  };
  return JSON.stringify({ apiVersion: "", repositories: [entry] });
}

function switchesOf(open: Inputs): readonly string[] {
  return Object.entries(SWITCHES).flatMap(([key, option]) => (open[key] === true ? [option] : []));
}

function optionsOf(holder: Inputs, names: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(names).flatMap(([key, option]) => {
    const value = holder[key];
    return (typeof value === "string" && value !== "") || typeof value === "number" ? [option, String(value)] : [];
  });
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
