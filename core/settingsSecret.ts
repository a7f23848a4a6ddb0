const HIDDEN = "[secret]";

/** A text that no log, error or JSON shows by accident; whoever needs it says so by calling `reveal`. */
export class SecretText {
  readonly #value: string;

  public constructor(value: string) {
    this.#value = value;
  }

  /** The text itself. */
  public reveal(): string {
    return this.#value;
  }

  public toString(): string {
    return HIDDEN;
  }

  public toJSON(): string {
    return HIDDEN;
  }
}
