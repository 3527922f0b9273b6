import { cpp, npmPeer, python, typescript } from "../runner/contender.ts";
import { writeIncrements } from "../runner/increments.ts";
import { announceMissing, race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";

/** Engines so slow that they get a share of the customers; the number is per customer all the same. */
const SHARE = new Map([
  ["simpy", 0.1],
  ["simscript", 0.05],
  ["simjs", 0.3],
]);

/**
 * One server at a load of 0.8, a million customers, from shared times between arrivals and of service:
 * once as call-backs, once with a process per customer.
 */
export function mm1(options: BenchmarkOptions): BenchmarkResult[] {
  const arrivals = writeIncrements("arrivals", 1_000_000);
  const services = writeIncrements("services", 800_000);
  const callBacks = [
    typescript("k8s-netsim", "mm1/k8s-netsim-call-backs.ts"),
    cpp("ns-3", "mm1/ns3.cpp", [], ["-lns3-core"]),
  ];
  const processes = [
    typescript("k8s-netsim", "mm1/k8s-netsim-processes.ts"),
    cpp("C++20 coroutines", "mm1/coroutines.cpp", [], []),
    npmPeer("simjs", "mm1/simjs.ts"),
    npmPeer("simscript", "mm1/simscript.ts"),
    python("simpy", "mm1/simpy_mm1.py", "simpy", "python3-simpy3"),
    // Call-backs, but the mark that processes are to beat.
    cpp("ns-3 (call-backs)", "mm1/ns3.cpp", [], ["-lns3-core"]),
  ];
  announceMissing([...callBacks, ...processes], options.say);
  const n = options.quick ? 300_000 : 1_000_000;
  const parameters = ({ engine }: { engine: string }) => {
    return [arrivals, services, String(Math.round(n * (SHARE.get(engine) ?? 1)))];
  };
  const unit = "µs/customer";
  return [
    ...race({ bench: "mm1, call-backs", n, unit, parameters }, callBacks, options),
    ...race({ bench: "mm1, processes", n, unit, parameters }, processes, options),
  ];
}
