/** Why the service refuses a request: an HTTP status, its code and its sentence. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export function bad(message: string, code = "BadRequest"): Refusal {
  return { status: 400, code, message };
}
