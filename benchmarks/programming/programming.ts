import { typescript } from "../runner/contender.ts";
import { race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";

/**
 * Changes of one Service of 5,000 endpoints, 20 a second, on their way to the rules of 15,000 nodes:
 * seconds until every run of every proxy and every sample of the programming latency is accounted for.
 */
export function programming(options: BenchmarkOptions): BenchmarkResult[] {
  const contenders = [typescript("k8s-netsim", "programming/k8s-netsim.ts", "15000")];
  return (options.quick ? [1_000] : [1_000, 10_000]).flatMap((n) =>
    race(
      {
        bench: "programming, 15,000 nodes",
        n,
        unit: "s",
        parameters: () => [String(n)],
      },
      contenders,
      options,
    ),
  );
}
