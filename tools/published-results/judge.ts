import type { PublishedResult, Tolerance, Value, Verdict } from "./published-result.ts";

/** A result as this run found it. */
export interface Outcome {
  readonly result: PublishedResult;
  readonly ours: Value | undefined;
  /** Largest relative difference over the numbers; undefined where there is none to tell. */
  readonly difference: number | undefined;
  /** What the run came to, and whether that is what is claimed for the result. */
  readonly verdict: Verdict | "failed";
  readonly passed: boolean;
}

const EXACT: Tolerance = { kind: "exact" };

/**
 * Runs one reproduction. It fails where ours is outside the tolerance of a result that is claimed to
 * be reproduced, and where it is inside that of one that is claimed not to be.
 */
export function reproduce(result: PublishedResult): Outcome {
  const ours = result.ours?.();
  if (ours === undefined) {
    const passed = result.verdict === "not reproduced";
    return {
      result,
      ours,
      difference: undefined,
      verdict: passed ? result.verdict : "failed",
      passed,
    };
  }
  const pairs = paired(ours, result.published);
  const agrees = pairs?.every(([a, b]) => isWithin(a, b, result.tolerance ?? EXACT)) ?? false;
  const passed = agrees === (result.verdict !== "not reproduced");
  const verdict = passed ? result.verdict : "failed";
  return { result, ours, difference: pairs && largestDifference(pairs), verdict, passed };
}

type Pair = readonly [ours: number, published: number];

/** The numbers of two values side by side; undefined where they are not of one shape. */
function paired(ours: Value, published: Value): readonly Pair[] | undefined {
  const left = numbersOf(ours);
  const right = numbersOf(published);
  if (left.length !== right.length) return undefined;
  const pairs: Pair[] = [];
  for (const [index, [path, number]] of left.entries()) {
    const [otherPath, other] = right[index] as (typeof right)[number];
    if (path !== otherPath) return undefined;
    pairs.push([number, other]);
  }
  return pairs;
}

/** All numbers of a value by their path, in the order of the paths. Booleans count as 0 and 1. */
function numbersOf(value: Value, path = ""): readonly (readonly [path: string, number])[] {
  if (typeof value === "number") return [[path, value]];
  if (typeof value === "boolean") return [[path, value ? 1 : 0]];
  const parts = Object.entries(value).filter(([, part]) => part !== undefined);
  return parts
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, part]) => numbersOf(part as Value, `${path}/${name}`));
}

function isWithin(ours: number, published: number, tolerance: Tolerance): boolean {
  switch (tolerance.kind) {
    case "exact":
      return ours === published;
    case "absolute":
      return Math.abs(ours - published) <= tolerance.by;
    case "relative":
      return Math.abs(ours - published) <= tolerance.by * Math.abs(published);
    case "factor":
      return ours <= published * tolerance.by && published <= ours * tolerance.by;
    case "at-least":
      return ours >= published;
    case "at-most":
      return ours <= published;
  }
}

function largestDifference(pairs: readonly Pair[]): number | undefined {
  let largest = 0;
  for (const [ours, published] of pairs) {
    const difference = ours === published ? 0 : (ours - published) / Math.abs(published);
    if (!Number.isFinite(difference)) return undefined;
    if (Math.abs(difference) > Math.abs(largest)) largest = difference;
  }
  return largest;
}
