import { typescript } from "../runner/contender.ts";
import { race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";
import { withRoom } from "../runner/young-room.ts";

/** What is measured, and over how many requests (quick, full). */
const FIGURES = [
  { figure: "requests/s", requests: [500_000, 3_000_000] },
  { figure: "events/request", requests: [200_000, 200_000] },
  { figure: "bytes/request", requests: [300_000, 300_000] },
] as const;

/**
 * Requests simulated per second of wall time on one core, with the events and the bytes of garbage that one costs:
 * `requests-simple` reuses connections over one hop to servers that never queue; `requests-full` has
 * a name look-up, a connection of its own, links between zones and a server queue for each request.
 */
export function requests(options: BenchmarkOptions): BenchmarkResult[] {
  return (["simple", "full"] as const).flatMap((shape) =>
    FIGURES.flatMap(({ figure, requests: [quick, full] }) => {
      const n = options.quick ? quick : full;
      const contender = typescript("k8s-netsim", "requests/run.ts", shape, figure);
      const parameters = () => [String(n)];
      // What is counted, and not timed, is the same in every round.
      const rounds = figure === "requests/s" ? options.rounds : 1;
      return race(
        { bench: `requests-${shape}`, n, unit: figure, parameters },
        [figure === "bytes/request" ? withRoom(contender) : contender],
        { ...options, rounds },
      );
    }),
  );
}
