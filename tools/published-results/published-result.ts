import type { SourceName } from "./sources.ts";

/**
 * How our number comes to stand beside a published one.
 *
 * predicted: no parameter of the model is taken from that source; calibrated: some are; arithmetic:
 * the claim is a formula, and ours is counted off the simulated store with limits off; not
 * reproduced: ours lies outside the tolerance, or there is nothing in the model to compare.
 */
export type Verdict = (typeof VERDICTS)[number];

export const VERDICTS = ["predicted", "calibrated", "arithmetic", "not reproduced"] as const;

/** A number, a list or a record of numbers. */
export type Value =
  | number
  | boolean
  | readonly Value[]
  | { readonly [name: string]: Value | undefined };

/** How far ours may be from the published value. Of several numbers each. */
export type Tolerance =
  | { readonly kind: "exact" }
  | { readonly kind: "absolute" | "relative" | "factor"; readonly by: number }
  /** The published number is a bound. */
  | { readonly kind: "at-least" | "at-most" };

/** How a number is written. */
export type Unit =
  | "count"
  | "bytes"
  | "bytes/s"
  | "bytes/min"
  | "per second"
  | "s"
  | "ms"
  | "hours"
  | "times"
  | "";

/** One published number and its reproduction. */
export interface PublishedResult {
  readonly id: string;
  /** What is claimed, in our words. */
  readonly claim: string;
  readonly source: SourceName;
  readonly published: Value;
  readonly unit: Unit;
  /** What the source took for the bytes of an endpoint or object, and so do we. */
  readonly preset?: string;
  /** Exact unless told. */
  readonly tolerance?: Tolerance;
  readonly verdict: Verdict;
  /** Why it is not reproduced, what is calibrated, what is odd about the claim. */
  readonly reason?: string;
  /** Runs the model; absent where the model has nothing that could be compared. */
  readonly ours?: () => Value;
}

/** Results of one kind, with what their reproductions have in common. */
export interface ResultGroup {
  readonly title: string;
  readonly how: string;
  readonly results: readonly PublishedResult[];
}

/** Runs a reproduction that several results share only once. */
export function once<T>(run: () => T): () => T {
  let known: { readonly value: T } | undefined;
  return () => {
    known ??= { value: run() };
    return known.value;
  };
}
