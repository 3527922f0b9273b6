/** The reason of a cause, in the API server's words (`Status.details.causes[].reason`). */
export type CauseReason =
  | "FieldValueRequired"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueDuplicate"
  | "FieldValueForbidden"
  | "FieldValueNotFound"
  | "FieldValueTooMany"
  | "FieldValueTooLong"
  | "FieldValueTypeInvalid"
  | "InternalError";

/** One thing that the API server finds wrong with an object. */
export interface Cause {
  /** Where, as the server writes it: `spec.ports[0].targetPort`; "" for the object as a whole. */
  readonly field: string;
  readonly reason: CauseReason;
  /** What is wrong, without the field: `must be between 1 and 65535`. */
  readonly detail: string;
}

/** Collects causes in the order in which they are found. */
export class Causes {
  readonly list: Cause[] = [];

  required(field: string, detail = "is required"): void {
    this.#add(field, "FieldValueRequired", detail);
  }

  invalid(field: string, detail: string): void {
    this.#add(field, "FieldValueInvalid", detail);
  }

  notSupported(field: string, value: string, supported: readonly string[]): void {
    const names = supported.map((one) => `"${one}"`).join(", ");
    this.#add(field, "FieldValueNotSupported", `"${value}" is not one of ${names}`);
  }

  duplicate(field: string, value: string): void {
    this.#add(field, "FieldValueDuplicate", `"${value}" occurs twice`);
  }

  forbidden(field: string, detail: string): void {
    this.#add(field, "FieldValueForbidden", detail);
  }

  notFound(field: string, value: string, detail = "is not defined"): void {
    this.#add(field, "FieldValueNotFound", `"${value}" ${detail}`);
  }

  tooMany(field: string, count: number, limit: number): void {
    this.#add(field, "FieldValueTooMany", `holds ${count} items, at most ${limit} are allowed`);
  }

  tooLong(field: string, limit: number): void {
    this.#add(field, "FieldValueTooLong", `is longer than ${limit} bytes`);
  }

  internal(field: string, detail: string): void {
    this.#add(field, "InternalError", detail);
  }

  /** Each problem of a text as a cause at the same field. */
  invalidAll(field: string, problems: readonly string[]): void {
    for (const problem of problems) this.invalid(field, problem);
  }

  /** The value must be one of a list; an empty one is missing. */
  oneOf(field: string, value: string, supported: readonly string[]): void {
    if (value === "") this.required(field);
    else if (!supported.includes(value)) this.notSupported(field, value, supported);
  }

  nonNegative(field: string, value: number | undefined): void {
    if (value !== undefined && value < 0) this.invalid(field, "must be 0 or more");
  }

  between(field: string, value: number, low: number, high: number): void {
    if (value < low || value > high) this.invalid(field, `must be between ${low} and ${high}`);
  }

  #add(field: string, reason: CauseReason, detail: string): void {
    this.list.push({ field, reason, detail });
  }
}
