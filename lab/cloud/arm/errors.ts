/** A refusal in the form Resource Manager gives: an HTTP status, a code for programs, a sentence for people. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function groupNotFound(group: string): ArmError {
  return new ArmError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
}

export function resourceNotFound(type: string, names: string, group: string): ArmError {
  return new ArmError(
    404,
    "ResourceNotFound",
    `The Resource '${type}/${names}' under resource group '${group}' was not found. ` +
      "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
  );
}
