import {
  BackoffRateLimiter,
  DEFAULT_BACKOFF,
  ENDPOINT_SLICE_BACKOFF,
  Work,
  WorkQueue,
} from "@k8s-netsim/k8s-model/control-plane";
import { Simulation } from "@k8s-netsim/sim-core";
import { differences } from "../compare.ts";
import { judge, notComparable, type Suite } from "../suite.ts";

const NS_PER_MS = 1_000_000;

type Operation =
  | readonly [ms: number, verb: "addRateLimited" | "add" | "forget", key: string]
  | readonly [ms: number, verb: "addAfter", key: string, delayMs: number];

interface Input {
  readonly queue: "endpointslice" | "endpoints";
  readonly workers: number;
  readonly processingMs: number;
  readonly ops: readonly Operation[];
}

interface Output {
  readonly delaysMs: readonly (number | null)[];
  readonly deliveries: readonly (readonly [ms: number, key: string])[];
  readonly numRequeues: Readonly<Record<string, number>>;
  readonly exact: boolean;
}

/** The vectors give milliseconds with three decimals, the rest cut off. */
const milliseconds = (ns: number): number => Math.floor(ns / 1000) / 1000;

export const workqueueBackoff: Suite<Input, Output> = {
  name: "workqueue_backoff",
  about:
    "a rate-limited work queue: delay of each requeue, every delivery, failures at the end (deliveries only where exact)",
  fields: ["input.ops", "output.delaysMs"],
  run(input, output) {
    const ours = drive(input);
    const delays = differences(output.delaysMs, ours.delaysMs, "delaysMs");
    if (!output.exact && delays.length === 0) {
      return notComparable("deliveries differed between runs of the real queue");
    }
    return judge([
      ...delays,
      ...differences(output.deliveries, ours.deliveries, "deliveries"),
      ...differences(output.numRequeues, ours.numRequeues, "numRequeues"),
    ]);
  },
};

function drive({ queue: kind, workers, processingMs, ops }: Input): Omit<Output, "exact"> {
  const sim = new Simulation({ seed: "workqueue" });
  const work = new Work(sim);
  const limiter = new BackoffRateLimiter(
    kind === "endpointslice" ? ENDPOINT_SLICE_BACKOFF : DEFAULT_BACKOFF,
  );
  const deliveries: [number, string][] = [];
  const queue: WorkQueue = new WorkQueue(work, limiter, () => {
    while (queue.length > 0 && queue.inWork < workers) {
      const key = queue.get() as string;
      deliveries.push([milliseconds(sim.now), key]);
      work.after(processingMs * NS_PER_MS, () => queue.done(key));
    }
  });
  const delaysMs: (number | null)[] = ops.map(() => null);
  for (const [index, operation] of ops.entries()) {
    // What is due at the instant of an operation comes before it.
    sim.runUntil(operation[0] * NS_PER_MS);
    const delayNs = apply(queue, operation);
    if (delayNs !== undefined) delaysMs[index] = milliseconds(delayNs);
  }
  while (sim.step()) {
    // Until nothing waits any more.
  }
  deliveries.sort(([a, left], [b, right]) => a - b || (left < right ? -1 : 1));
  const keys = [...new Set(ops.map(([, , key]) => key))].sort();
  const failures = keys.map((key): [string, number] => [key, queue.numRequeues(key)]);
  const numRequeues = Object.fromEntries(failures.filter(([, count]) => count > 0));
  return { delaysMs, deliveries, numRequeues };
}

function apply(queue: WorkQueue, [, verb, key, delayMs = 0]: Operation): number | undefined {
  switch (verb) {
    case "addRateLimited":
      return queue.addRateLimited(key);
    case "add":
      queue.add(key);
      return undefined;
    case "addAfter":
      queue.addAfter(key, delayMs * NS_PER_MS);
      return undefined;
    case "forget":
      queue.forget(key);
      return undefined;
  }
}
