import { SimulationError } from "../errors/index.ts";
import type { Sample, StoppingRule, StoppingVerdict } from "../stats/index.ts";

/** What one replication is told. */
export interface Replication {
  /** Counted from 0. */
  readonly replication: number;
  /** Seed of this replication's simulation. */
  readonly seed: string;
}

/**
 * The seed of one replication, derived by name: the same whatever else runs, in whatever order. All
 * configurations of a replication share it (common random numbers) unless `configuration` is given.
 */
export function replicationSeed(seed: string, replication: number, configuration?: string): string {
  const own = configuration === undefined ? "" : `/configuration-${configuration}`;
  return `${seed}/replication-${replication}${own}`;
}

/**
 * Runs a simulation `replications` times with seeds of its own, and gives the results in order.
 *
 * Comparing two configurations, call it twice with one seed: replication i of both then sees the
 * same arrivals, and `pairedInterval` of the results is far narrower than either mean.
 */
export function replicate<Result>(options: {
  readonly seed: string;
  readonly replications: number;
  readonly run: (replication: Replication) => Result;
}): Result[] {
  const { seed, replications, run } = options;
  requireCount(replications);
  return Array.from({ length: replications }, (_, replication) =>
    run({ replication, seed: replicationSeed(seed, replication) }),
  );
}

/**
 * Replicates until a stopping rule is content with a measure of the results. The verdict says
 * whether the precision was reached or the maximum; results are the same as `replicate` would give.
 */
export function replicateUntil<Result>(options: {
  readonly seed: string;
  readonly rule: StoppingRule;
  readonly run: (replication: Replication) => Result;
  readonly measure: (result: Result) => number;
}): { readonly results: readonly Result[]; readonly verdict: StoppingVerdict } {
  const { seed, rule, run, measure } = options;
  const results: Result[] = [];
  const values: number[] = [];
  for (;;) {
    const replication = results.length;
    const result = run({ replication, seed: replicationSeed(seed, replication) });
    results.push(result);
    values.push(measure(result));
    const verdict = rule.judge(values satisfies Sample);
    if (verdict.stop) return { results, verdict };
  }
}

/** Throws unless `replications` is a whole number of at least one. */
export function requireCount(replications: number): void {
  if (Number.isInteger(replications) && replications >= 1) return;
  throw new SimulationError(
    "bad-replications",
    { replications },
    `An experiment cannot run ${replications} replications.`,
    "Give a whole number of at least 1; 10 or more for an interval worth reading.",
  );
}
