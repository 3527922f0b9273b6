import type { Difference, Estimate, Measure, Result } from "./result.ts";

/** Look-ups over a result that every format needs, built once. */
export interface Selection {
  readonly result: Result;
  readonly headline: Measure | undefined;
  /** The two configurations of a comparison; absent for a grid. */
  readonly pair: { readonly from: string; readonly to: string } | undefined;
  label(configuration: string): string;
  measure(id: string): Measure | undefined;
  estimate(measure: string, configuration: string, scope: string): Estimate | undefined;
  difference(measure: string, scope: string): Difference | undefined;
  /** Scopes other than `all` with an estimate of the measure, in the order of the result. */
  scopes(measure: string): readonly string[];
}

export function select(result: Result): Selection {
  const measures = new Map(result.measures.map((measure) => [measure.id, measure]));
  const labels = new Map(result.configurations.map(({ id, label }) => [id, label]));
  const estimates = new Map(
    result.estimates.map((entry) => [
      key(entry.measure, entry.configuration, entry.scope),
      entry.estimate,
    ]),
  );
  const pair = pairOf(result);
  const differences = new Map(
    result.differences
      .filter(({ from, to }) => from === pair?.from && to === pair.to)
      .map((difference) => [key(difference.measure, difference.scope), difference]),
  );
  const scopes = new Map<string, Set<string>>();
  for (const { measure, scope } of result.estimates) {
    if (scope === "all") continue;
    const known = scopes.get(measure) ?? new Set<string>();
    scopes.set(measure, known.add(scope));
  }
  return {
    result,
    headline: measures.get(result.headline ?? "") ?? result.measures[0],
    pair,
    label: (id) => labels.get(id) ?? id,
    measure: (id) => measures.get(id),
    estimate: (measure, configuration, scope) => estimates.get(key(measure, configuration, scope)),
    difference: (measure, scope) => differences.get(key(measure, scope)),
    scopes: (measure) => [...(scopes.get(measure) ?? [])],
  };
}

/** One pair of configurations means a comparison; anything else is shown as a grid. */
function pairOf(result: Result): Selection["pair"] {
  const [first, second, ...more] = result.configurations;
  if (first === undefined || second === undefined || more.length > 0) return undefined;
  const { from, to } = result.differences[0] ?? { from: first.id, to: second.id };
  return { from, to };
}

function key(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}

/** Whether a difference is good, bad, or not told apart from nothing by its interval. */
export type Direction = "better" | "worse" | "unclear" | "same" | "changed";

export function direction(estimate: Estimate, better: Measure["better"], noise = 1e-12): Direction {
  const { value, low, high } = estimate;
  if (value === null || low === null || high === null) return "unclear";
  if (Math.abs(value) <= noise && high - low <= noise) return "same";
  if (low <= 0 && high >= 0) return "unclear";
  if (better === "neither") return "changed";
  return value < 0 === (better === "lower") ? "better" : "worse";
}
