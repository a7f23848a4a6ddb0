import { type Inputs, isRecord } from "../../kit/index";

/** The JSON merge patch (RFC 7386) that turns `old` into `now`; lists are replaced as a whole. */
export function mergePatch(old: Inputs, now: Inputs): Inputs {
  const patch: Inputs = {};
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const before = old[key];
    const after = now[key];
    if (after === undefined) patch[key] = null;
    else if (isRecord(before) && isRecord(after)) {
      const inner = mergePatch(before, after);
      if (Object.keys(inner).length > 0) patch[key] = inner;
    } else if (JSON.stringify(before) !== JSON.stringify(after)) patch[key] = after;
  }
  return patch;
}
