import * as pulumi from "@pulumi/pulumi";
import { sentence, type Problem, type Result } from "../core/problems";

/** The value of a result; otherwise an error that Pulumi prints as plain sentences, one per line, without a stack trace. */
export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw refusal(...result.problems);
}

/** All problems as one error for the user. */
export function refusal(...problems: readonly Problem[]): pulumi.RunError {
  return new pulumi.RunError(problems.map(sentence).join("\n"));
}
