import { type Contender, typescript } from "../runner/contender.ts";
import { writeIncrements } from "../runner/increments.ts";
import { race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";

/** So much room for young objects that none is collected while it is counted. */
const ROOM = ["--min-semi-space-size=1024", "--max-semi-space-size=1024"];

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

function withRoom({ engine, command }: Contender): Contender {
  if ("missing" in command) return { engine, command };
  const [node, ...rest] = command;
  return { engine, command: [node as string, ...ROOM, ...rest] };
}
