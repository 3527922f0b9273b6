import { typescript } from "../runner/contender.ts";
import { race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";

/** Services, endpoints, nodes. */
const SIZES = [
  [1_000, 15_000, 500],
  [10_000, 150_000, 5_000],
] as const;

/**
 * Seconds to the expected rates of every endpoint and zone pair where every node sends to every Service, from the
 * EndpointSlices on, by the proxy's own choice of endpoints; `n` is the number of Services.
 */
export function flows(options: BenchmarkOptions): BenchmarkResult[] {
  return SIZES.flatMap((size) =>
    race(
      { bench: "flows", n: size[0], unit: "s", parameters: () => size.map(String) },
      [typescript("k8s-netsim", "flows/run.ts")],
      options,
    ),
  );
}
