import { typescript } from "../runner/contender.ts";
import { writeIncrements } from "../runner/increments.ts";
import { race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";
import { withRoom } from "../runner/young-room.ts";

/**
 * Bytes of garbage an event costs: HOLD through `schedule` and a handler, and for comparison with a closure per
 * event. Counted as growth of the heap over millions of events, with no collection in between.
 */
export function allocation(options: BenchmarkOptions): BenchmarkResult[] {
  const contenders = [
    withRoom(typescript("k8s-netsim", "allocation/hold.ts", "handler")),
    withRoom(typescript("k8s-netsim (closures)", "allocation/hold.ts", "closure")),
  ];
  const file = writeIncrements("allocation", 1e9);
  return [1e3, 1e4].flatMap((n) => {
    const parameters = () => [file, String(n), String(options.quick ? 1e6 : 2e6)];
    return race({ bench: "allocation", n, unit: "bytes/event", parameters }, contenders, options);
  });
}
