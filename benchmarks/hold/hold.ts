import { cpp, npmPeer, python, typescript } from "../runner/contender.ts";
import { writeIncrements } from "../runner/increments.ts";
import { announceMissing, race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";

const NS3 = ["-lns3-core"];
/** Engines so slow that they are given a share of the events; the number is events per second all the same. */
const SHARE = new Map([
  ["simpy", 0.1],
  ["simjs", 0.1],
  ["simscript", 0.02],
  ["hypertimer", 0.001],
]);
/** Engines that take minutes above a size. */
const LARGEST = new Map([
  ["simscript", 1e3],
  ["hypertimer", 1e3],
]);

/**
 * HOLD: n events are pending, and each schedules one more at an exponential distance. The measure of an
 * event queue, here with all that an engine adds: dispatch to a handler, and the clock.
 */
export function hold(options: BenchmarkOptions): BenchmarkResult[] {
  const contenders = [
    typescript("k8s-netsim", "hold/k8s-netsim.ts"),
    cpp("std::priority_queue", "hold/std-priority-queue.cpp", [], []),
    typescript("object heap", "hold/object-heap.ts"),
    ...["simjs", "simscript", "hypertimer"].map((name) => npmPeer(name, `hold/${name}.ts`)),
    python("simpy", "hold/simpy_hold.py", "simpy", "python3-simpy3"),
    cpp("ns-3", "hold/ns3.cpp", ["ns3::MapScheduler"], NS3),
    cpp("ns-3 heap", "hold/ns3.cpp", ["ns3::HeapScheduler"], NS3),
    cpp("ns-3 priority queue", "hold/ns3.cpp", ["ns3::PriorityQueueScheduler"], NS3),
  ];
  announceMissing(contenders, options.say);
  const file = writeIncrements("hold", 1e9);
  return [1e3, 1e5, 1e6].flatMap((n) => {
    const events = Math.max(options.quick ? 2e6 : 5e6, 2 * n);
    const parameters = ({ engine }: { engine: string }) => {
      const share = SHARE.get(engine) ?? 1;
      return [file, String(n), String(Math.round(events * share))];
    };
    const fit = contenders.filter(({ engine }) => n <= (LARGEST.get(engine) ?? Infinity));
    return race({ bench: "hold", n, unit: "events/s", parameters }, fit, options);
  });
}
