import type { JsonObject } from "./json-reader.ts";

/** One line of a vector file. */
export interface VectorRecord {
  readonly id: string;
  /** The whole line: `seq`, `step` and whatever else stands beside `input` and `output`. */
  readonly fields: JsonObject;
  /** The JSON text that an object or array of this record was read from, digits untouched. */
  textOf(node: object): string;
}

/** One record of a file that holds several in a shape of its own. */
export interface SplitRecord {
  readonly id: string;
  readonly input: JsonObject;
}

/**
 * What a record came to. `refused`: a documented quirk of the original, answered by our own coded
 * error. `not comparable`: the kind is not simulated, or the record itself says so.
 */
export interface Verdict {
  readonly outcome: "passed" | "failed" | "refused" | "not comparable";
  /** What differs, one line each; for `refused` and `not comparable` the reason. */
  readonly differences: readonly string[];
}

/** Adapter between the vectors of one kind and the model. */
// biome-ignore lint/suspicious/noExplicitAny: every suite knows the shape of its own vectors
export interface Suite<Input = any, Output = any> {
  readonly name: string;
  /** First sentence of the help. */
  readonly about: string;
  /** Share of the compared records that may fail; 0 when absent. */
  readonly allowance?: number;
  /** Share of all records that may be refused; none may when absent. */
  readonly refusable?: number;
  /**
   * Takes a file apart that is not one record a line. `undefined`: not of that shape, read it line by
   * line. Each record is given to `run` as its input and printed with its verdict.
   */
  split?(file: string): readonly SplitRecord[] | undefined;
  /** The vectors have no `input` and `output`: `run` is given the whole record as its input. */
  readonly wholeRecord?: boolean;
  /** Paths that every record of this kind has, such as `input.pods`: others are of another suite. */
  readonly fields?: readonly string[];
  run(input: Input, output: Output, record: VectorRecord): Verdict | Promise<Verdict>;
}

/** `passed` without differences, else `failed`. */
export function judge(differences: readonly string[]): Verdict {
  return { outcome: differences.length === 0 ? "passed" : "failed", differences };
}

export function notComparable(reason: string): Verdict {
  return { outcome: "not comparable", differences: [reason] };
}

export function refused(reason: string): Verdict {
  return { outcome: "refused", differences: [reason] };
}
