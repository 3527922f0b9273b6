import type { EndpointSlice } from "@k8s-netsim/k8s-model/api";
import { TriggerTimeTracker } from "@k8s-netsim/k8s-model/control-plane";
import { timeOfTimestamp } from "@k8s-netsim/k8s-model/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deployment, service } from "../../cluster/objects.ts";
import { settled } from "../../cluster/settled.ts";

const ANNOTATION = "endpoints.kubernetes.io/last-change-trigger-time";

describe("the trigger time of a Service's endpoints", () => {
  it("is the earliest later transition whatever unchanged pods are named again", () => {
    const transitions = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.nat(50));
    fc.assert(
      fc.property(fc.array(transitions, { minLength: 1, maxLength: 8 }), (steps) => {
        const changesOnly = new TriggerTimeTracker();
        const everything = new TriggerTimeTracker();
        let before: Record<string, number> = {};
        for (const now of steps) {
          const gone = Object.keys(before).filter((pod) => !Object.hasOwn(now, pod));
          const removed = gone.map((pod): [string, undefined] => [pod, undefined]);
          const all = Object.entries(now);
          const changed = all.filter(([pod, time]) => before[pod] !== time);
          const short = changesOnly.next("web", 10, [...removed, ...changed]);
          expect(short).toBe(everything.next("web", 10, [...removed, ...all]));
          before = now;
        }
      }),
    );
  });

  it("stands on slices that pods came to, and is cleared when pods only went", () => {
    const cluster = settled([service("web"), deployment("web", 3)]);
    const annotation = (): string | undefined =>
      cluster.store.list<EndpointSlice>("EndpointSlice")[0]?.metadata.annotations?.[ANNOTATION];
    expect(timeOfTimestamp(annotation())).toBeLessThanOrEqual(cluster.sim.now);
    cluster.apply(deployment("web", 1));
    cluster.settle();
    expect(cluster.store.list<EndpointSlice>("EndpointSlice")[0]?.endpoints).toHaveLength(1);
    expect(annotation()).toBeUndefined();
  });
});
