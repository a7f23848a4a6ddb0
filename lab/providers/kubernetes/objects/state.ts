import { type Inputs, isRecord, markSecretsLike, Secret, unwrapSecrets } from "../../kit/index";
import { FIELD_MANAGER_KEY } from "./fieldManagers";
import { toPulumi } from "./shape";

/**
 * A resource's outputs: the live object, what was asked for (`__inputs`) and the field manager (`__fieldManager`). What was
 * secret in the inputs is secret here too, and the contents of a Secret always are.
 */
export function checkpoint(live: Inputs, inputs: Inputs, fieldManager: string): Inputs {
  const marked = markSecretsLike(toPulumi(live), inputs);
  return {
    ...sealed(isRecord(marked) ? marked : {}),
    __inputs: sealed(inputs),
    __initialApiVersion: live["apiVersion"],
    [FIELD_MANAGER_KEY]: fieldManager,
  };
}

/** The same object with a Secret's contents marked secret; other kinds are left as they are. */
export function sealed(object: Inputs): Inputs {
  if (unwrapSecrets(object["kind"]) !== "Secret" || unwrapSecrets(object["apiVersion"]) !== "v1") return object;
  const copy = { ...object };
  for (const key of ["data", "stringData"]) if (copy[key] !== undefined) copy[key] = new Secret(copy[key]);
  return copy;
}

/** The inputs an engine sent, or (older engines send none) those kept in the outputs. */
export function inputsOf(oldInputs: Inputs, outputs: Inputs): Inputs {
  if (Object.keys(oldInputs).length > 0) return oldInputs;
  const kept = outputs["__inputs"];
  return isRecord(kept) ? kept : {};
}
