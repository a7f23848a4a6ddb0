import type { Inputs } from "../../kit/index";
import { annotation, WAIT_FOR } from "../objects/annotations";
import { conditionOf } from "./conditions";
import { jsonPath } from "./jsonPath";
import { type Awaiter, READY, waitingFor } from "./readiness";

/**
 * The awaiter that the annotation pulumi.com/waitFor asks for (`jsonpath={.status.phase}=Running`, `jsonpath={.status.ip}`,
 * `condition=Ready`, `condition=Stalled=False`, or a JSON list of these, all of which must hold); undefined without it.
 * @throws one sentence when the annotation cannot be read
 */
export function annotatedAwaiter(object: Inputs): Awaiter | undefined {
  const text = annotation(object, WAIT_FOR);
  if (text === undefined) return undefined;
  const tests = expressionsOf(text).map((expression) => ({ expression, holds: testOf(expression) }));
  return (live) => {
    const open = tests.find((test) => !test.holds(live));
    return open === undefined ? READY : waitingFor(`waiting for ${open.expression}`);
  };
}

function expressionsOf(text: string): readonly string[] {
  if (!text.trim().startsWith("[")) return [text];
  const list: unknown = JSON.parse(text);
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) return list;
  throw new Error(`The annotation ${WAIT_FOR} is a JSON list that holds something else than texts.`);
}

function testOf(expression: string): (live: Inputs) => boolean {
  const condition = /^condition=([^=]+)(?:=(.+))?$/.exec(expression);
  if (condition?.[1] !== undefined) {
    const type = condition[1].toLowerCase();
    const wanted = (condition[2] ?? "True").toLowerCase();
    return (live) => {
      const types = jsonPath(".status.conditions[*].type", live).map(String);
      const actual = types.find((candidate) => candidate.toLowerCase() === type);
      return actual !== undefined && conditionOf(live, actual)?.status.toLowerCase() === wanted;
    };
  }
  const path = /^jsonpath=(\{.*\}|[^=]+)(?:=(.*))?$/.exec(expression);
  if (path?.[1] !== undefined) {
    const [, place, wanted] = path;
    jsonPath(place, {});
    return (live) => {
      const found = jsonPath(place, live);
      return wanted === undefined ? found.length > 0 : found.some((value) => String(value) === wanted);
    };
  }
  throw new Error(`The annotation ${WAIT_FOR} says "${expression}": it must start with jsonpath= or condition=.`);
}
