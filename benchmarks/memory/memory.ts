import { typescript } from "../runner/contender.ts";
import { writeIncrements } from "../runner/increments.ts";
import { race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";

/** Bytes that n pending events take, with what makes them cancellable, after they have been held a while. */
export function memory(options: BenchmarkOptions): BenchmarkResult[] {
  const contenders = [
    typescript("k8s-netsim", "memory/k8s-netsim.ts"),
    typescript("object heap", "memory/object-heap.ts"),
  ];
  const file = writeIncrements("memory", 1e9);
  return [1e3, 1e4, 1e5, 1e6].flatMap((n) => {
    const parameters = () => [file, String(n)];
    // Memory does not vary from round to round.
    const once = { ...options, rounds: 1 };
    return race({ bench: "memory", n, unit: "bytes/event", parameters }, contenders, once);
  });
}
