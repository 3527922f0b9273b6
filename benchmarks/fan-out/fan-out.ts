import { typescript } from "../runner/contender.ts";
import { race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";

/**
 * One change goes to many consumers, each with a latency of its own: what it takes to publish it, and
 * what it takes until every arrival is known and read.
 */
export function fanOut(options: BenchmarkOptions): BenchmarkResult[] {
  const units = { publish: "µs", read: "ms" } as const;
  return (["publish", "read"] as const).flatMap((what) => {
    const contenders = [
      typescript("k8s-netsim", "fan-out/broadcast.ts", what),
      typescript("an event per consumer", "fan-out/events.ts", what),
    ];
    return [15_000, 130_000].flatMap((n) =>
      race(
        { bench: `fan-out, ${what}`, n, unit: units[what], parameters: () => [String(n)] },
        contenders,
        options,
      ),
    );
  });
}
