import { type DetailedChange, type DiffResult, diffValues, type Inputs, splitPath, unwrapSecrets } from "../kit/index";
import { pathInputs, type ResourceType } from "./types";

/**
 * What a change of inputs means, by the real provider's rules: names, the location and a few fixed properties replace the resource; what the
 * provider itself adds never counts. Deletes before it creates, unless the name is random and so can exist twice.
 */
export function differences(type: ResourceType, oldInputs: Inputs, news: Inputs): DiffResult {
  const fixed = new Set([...pathInputs(type), "location", ...(type.fixed ?? [])]);
  const detailed: Record<string, DetailedChange> = {};
  const replaces: string[] = [];
  for (const [path, change] of Object.entries(diffValues(comparable(oldInputs), comparable(news)))) {
    const top = String(splitPath(path)[0]);
    // A fixed property that the program no longer gives keeps what the service has.
    const replacing = fixed.has(top) && !(change === "delete" && !pathInputs(type).includes(top));
    detailed[path] = replacing ? `${change}-replace` : change;
    if (replacing) replaces.push(path);
  }
  const changes = Object.keys(detailed).length > 0;
  const randomName = oldInputs["__createBeforeDelete"] === true;
  return { changes, replaces, detailed, deleteBeforeReplace: replaces.length > 0 && !randomName };
}

/** Inputs without what only tells the provider something, and with places spelled as Azure spells them. */
function comparable(inputs: Inputs): Inputs {
  const { __createBeforeDelete: _, azureApiVersion: __, ...rest } = inputs;
  const location = unwrapSecrets(rest["location"]);
  return typeof location === "string" ? { ...rest, location: location.replaceAll(" ", "").toLowerCase() } : rest;
}
