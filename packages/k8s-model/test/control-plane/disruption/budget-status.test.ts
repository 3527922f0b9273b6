import type { IntOrString, Pod, PodDisruptionBudget } from "@k8s-netsim/k8s-model/api";
import { budgetStatus, type ObservedBudget } from "@k8s-netsim/k8s-model/control-plane";
import { timestampAt } from "@k8s-netsim/k8s-model/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const S = 1_000_000_000;

interface PodFacts {
  readonly ready: boolean;
  readonly terminating: boolean;
}

const podOf = ({ ready, terminating }: PodFacts, index: number): Pod =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `web-${index}`,
      namespace: "default",
      ...(terminating ? { deletionTimestamp: timestampAt(0) } : {}),
    },
    spec: { containers: [] },
    status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  }) as unknown as Pod;

const budgetOf = (
  spec: PodDisruptionBudget["spec"],
  more: Partial<PodDisruptionBudget> = {},
): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web", namespace: "default", generation: 3 },
  ...(spec === undefined ? {} : { spec }),
  ...more,
});

const facts = fc.array(fc.record({ ready: fc.boolean(), terminating: fc.boolean() }), {
  maxLength: 40,
});
const scales = fc.integer({ min: 0, max: 60 });
const amounts: fc.Arbitrary<IntOrString> = fc.oneof(
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
);

/** What the controller counts of these pods. */
const seen = (
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  scale: number | undefined,
  nowNs: number,
): ObservedBudget => ({
  budget,
  pods: pods.length,
  healthy: pods.filter(
    ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined && status?.conditions?.[0]?.status === "True",
  ).length,
  disrupted: pods.filter(({ metadata }) =>
    Object.hasOwn(budget.status?.disruptedPods ?? {}, metadata.name),
  ),
  scale,
  nowNs,
});

const observed = (
  spec: PodDisruptionBudget["spec"],
  pods: readonly PodFacts[],
  scale: number | undefined,
): ObservedBudget => seen(budgetOf(spec), pods.map(podOf), scale, 0);

describe("what a budget allows", () => {
  it("is never more than its healthy pods, and leaves as many as it wants", () => {
    const specs = fc.oneof(
      amounts.map((minAvailable) => ({ minAvailable })),
      amounts.map((maxUnavailable) => ({ maxUnavailable })),
    );
    fc.assert(
      fc.property(specs, facts, scales, (spec, pods, scale) => {
        const status = budgetStatus(observed(spec, pods, scale));
        const healthy = pods.filter(({ ready, terminating }) => ready && !terminating).length;
        expect(status.currentHealthy).toBe(healthy);
        expect(status.disruptionsAllowed).toBeGreaterThanOrEqual(0);
        expect(status.disruptionsAllowed).toBeLessThanOrEqual(healthy);
        if (status.disruptionsAllowed > 0) {
          expect(healthy - status.disruptionsAllowed).toBe(status.desiredHealthy);
        }
        expect(status.observedGeneration).toBe(3);
      }),
    );
  });

  it("counts a percentage of the wanted replicas, and rounds it up in both fields", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), scales, facts, (percent, scale, pods) => {
        const share = `${percent}%`;
        const up = Math.ceil((percent * scale) / 100);
        const least = budgetStatus(observed({ minAvailable: share }, pods, scale));
        const most = budgetStatus(observed({ maxUnavailable: share }, pods, scale));
        expect(least.desiredHealthy).toBe(up);
        expect(most.desiredHealthy).toBe(scale - up);
        expect([least.expectedPods, most.expectedPods]).toEqual([scale, scale]);
      }),
    );
  });

  it("counts a number that must stay against the pods that are there, one that may go against those wanted", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), scales, facts, (number, scale, pods) => {
        const least = budgetStatus(observed({ minAvailable: number }, pods, scale));
        expect([least.expectedPods, least.desiredHealthy]).toEqual([pods.length, number]);
        const most = budgetStatus(observed({ maxUnavailable: number }, pods, scale));
        expect([most.expectedPods, most.desiredHealthy]).toEqual([
          scale,
          Math.max(0, scale - number),
        ]);
      }),
    );
  });

  it("is nothing where it selects no pod, or names neither number", () => {
    expect(budgetStatus(observed({ minAvailable: 0 }, [], 0)).disruptionsAllowed).toBe(0);
    const ready = { ready: true, terminating: false };
    expect(budgetStatus(observed({}, [ready], 1)).disruptionsAllowed).toBe(0);
    expect(budgetStatus(observed(undefined, [ready], 1)).disruptionsAllowed).toBe(0);
  });

  it("is nothing where a pod's controller has no scale, but for a plain minAvailable", () => {
    const pods = Array.from({ length: 5 }, () => ({ ready: true, terminating: false }));
    for (const spec of [
      { maxUnavailable: 1 },
      { maxUnavailable: "50%" },
      { minAvailable: "10%" },
    ] as const) {
      const status = budgetStatus(observed(spec, pods, undefined));
      expect(status.disruptionsAllowed).toBe(0);
      expect(status.conditions?.[0]?.reason).toBe("SyncFailed");
    }
    expect(budgetStatus(observed({ minAvailable: 2 }, pods, undefined)).disruptionsAllowed).toBe(3);
  });
});

describe("an evicted pod", () => {
  const pods = [0, 1, 2].map((index) => podOf({ ready: true, terminating: false }, index));
  const status = {
    disruptedPods: { "web-1": timestampAt(0), constructor: timestampAt(0) },
    disruptionsAllowed: 0,
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
  };
  const at = (nowNs: number): ReturnType<typeof budgetStatus> =>
    budgetStatus(seen(budgetOf({ minAvailable: 1 }, { status }), pods, undefined, nowNs));

  it("counts as gone for two minutes, and as there again if nobody deleted it", () => {
    expect(at(119 * S).currentHealthy).toBe(2);
    expect(Object.keys(at(119 * S).disruptedPods ?? {})).toEqual(["web-1"]);
    expect(at(120 * S).currentHealthy).toBe(3);
    expect(at(120 * S).disruptedPods).toBeUndefined();
  });

  it("is forgotten once it is being deleted: then it does not count anyway", () => {
    const deleted = pods.map((pod, index) =>
      index === 1 ? podOf({ ready: true, terminating: true }, 1) : pod,
    );
    const budget = budgetOf({ minAvailable: 1 }, { status });
    const after = budgetStatus(seen(budget, deleted, undefined, S));
    expect(after.currentHealthy).toBe(2);
    expect(after.disruptedPods).toBeUndefined();
  });
});
