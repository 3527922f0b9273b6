import type { SimTime } from "@k8s-netsim/sim-core";
import type { WhatIfQuestion } from "../what-if/what-if.ts";
import { liveRun } from "../world/live-run.ts";
import type { TraceOptions, TrafficTrace } from "./trace-options.ts";
import { traceRun } from "./trace-run.ts";
import { traceTraffic } from "./trace-traffic.ts";

/** What a what-if question says of its changed side. */
export type TracedQuestion = Pick<
  WhatIfQuestion,
  "before" | "after" | "settings" | "applyAtNs" | "faults"
>;

const BIN_NS = 1_000_000_000 as SimTime;

/**
 * Captures the changed side of a what-if question: the run in which the change is made and the faults
 * strike, or, without a time for the change and without faults, the state at rest after it.
 *
 * @throws {InvalidTrace} where no connection can be made
 */
export function traceWhatIf(question: TracedQuestion, options: TraceOptions): TrafficTrace {
  const { before, after, settings, applyAtNs, faults } = question;
  if (applyAtNs === undefined && faults.length === 0) {
    return traceTraffic(after.objects, after.traffic, options);
  }
  const change = applyAtNs === undefined ? undefined : { atNs: applyAtNs, objects: after.objects };
  return traceRun(after.traffic, options, (watch) => {
    liveRun({
      objects: change === undefined ? after.objects : before.objects,
      traffic: after.traffic,
      settings,
      replication: 0,
      kubernetesVersion: options.kubernetesVersion,
      faults,
      binNs: BIN_NS,
      ...(change === undefined ? {} : { change }),
      watch,
    });
  });
}
