import { exponential, type RandomStream } from "@k8s-netsim/sim-core";
import { typescript } from "../runner/contender.ts";
import { writeIncrementsFrom } from "../runner/increments.ts";
import { race } from "../runner/race.ts";
import type { BenchmarkOptions, BenchmarkResult } from "../runner/result.ts";

const wait = exponential({ mean: 1e6 });

/** Distances to the next event; some are what makes calendar queues collapse. */
const SHAPES: Readonly<Record<string, (stream: RandomStream) => number>> = {
  exponential: (stream) => wait.sample(stream),
  even: (stream) => 2e6 * stream.double(),
  /** Most at once, few after a thousand times as long: requests and their time-outs. */
  "near and far": (stream) => (stream.chance(0.9) ? 1e3 * stream.double() : 1e9),
  /** Pareto with shape 1.1: no variance. */
  "heavy tail": (stream) => 1e3 * (1 / (1 - stream.double())) * stream.double(),
  /** Everything on one of few times: ticks. */
  "equal times": (stream) => 1e6 * stream.int(3),
};

/** HOLD with other distances, on our engine and on bare structures without handlers or cancelling. */
export function shapes(options: BenchmarkOptions): BenchmarkResult[] {
  const contenders = [
    typescript("k8s-netsim", "hold/k8s-netsim.ts"),
    typescript("bare 4-ary heap", "shapes/bare-heap.ts"),
    typescript("bare calendar", "shapes/bare-calendar.ts"),
  ];
  return Object.entries(SHAPES).flatMap(([shape, distance]) => {
    const file = writeIncrementsFrom(shape, distance);
    return (options.quick ? [1e4] : [1e3, 1e5]).flatMap((n) => {
      const bench = `hold, ${shape}`;
      const events = String(options.quick ? 300_000 : 1_000_000);
      const parameters = () => [file, String(n), events];
      return race({ bench, n, unit: "events/s", parameters }, contenders, options);
    });
  });
}
