export { randomHex } from "./naming";
export { type Change, diffValues, joinPath, splitPath } from "./diff";
export { engineLog, type Severity } from "./log";
export {
  type CheckFailure,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type DetailedChange,
  type DiffRequest,
  type DiffResult,
  type InvokeResult,
  PartialFailure,
  type ReadRequest,
  type ResourceProvider,
  type UpdateRequest,
} from "./provider";
export { dieWithParent, serveProvider } from "./serve";
export {
  hasSecrets,
  hasUnknowns,
  type Inputs,
  isRecord,
  mapValues,
  markSecretsLike,
  Secret,
  UNKNOWN,
  unwrapSecrets,
} from "./values";
