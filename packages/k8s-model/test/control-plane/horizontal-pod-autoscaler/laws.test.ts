import { autoscaling } from "@k8s-netsim/k8s-model/control-plane";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const NOW_NS = 1e15;

const policy = fc.record({
  type: fc.constantFrom("Pods" as const, "Percent" as const),
  value: fc.integer({ min: 1, max: 200 }),
  periodSeconds: fc.integer({ min: 1, max: 1800 }),
});

const rules = fc.record(
  {
    stabilizationWindowSeconds: fc.integer({ min: 0, max: 3600 }),
    selectPolicy: fc.constantFrom("Max" as const, "Min" as const, "Disabled" as const),
    policies: fc.array(policy, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const behavior = fc.option(fc.record({ scaleUp: rules, scaleDown: rules }, { requiredKeys: [] }), {
  nil: undefined,
});

const ages = fc.integer({ min: 0, max: 4000 }).map((seconds) => NOW_NS - seconds * 1e9);

const memory = fc.record({
  recommendations: fc.array(fc.record({ atNs: ages, replicas: fc.nat(60) }), { maxLength: 6 }),
  scaleUpEvents: fc.array(fc.record({ atNs: ages, change: fc.nat(20) }), { maxLength: 4 }),
  scaleDownEvents: fc.array(fc.record({ atNs: ages, change: fc.nat(20) }), { maxLength: 4 }),
});

const input = fc
  .record({
    minReplicas: fc.integer({ min: 1, max: 20 }),
    span: fc.nat(40),
    within: fc.nat(40),
    desiredReplicas: fc.nat(200),
    behavior,
    memory,
  })
  .map(({ span, within, minReplicas, ...rest }) => ({
    ...rest,
    minReplicas,
    maxReplicas: minReplicas + span,
    currentReplicas: minReplicas + Math.min(within, span),
    behavior:
      rest.behavior === undefined ? undefined : autoscaling.defaultedBehavior(rest.behavior),
    downscaleStabilizationSeconds: 300,
    nowNs: NOW_NS,
  }));

describe("an autoscaler's replicas", () => {
  it("stay within the limits of the spec", () => {
    fc.assert(
      fc.property(input, (one) => {
        const { replicas } = autoscaling.normaliseReplicas(one);
        expect(replicas).toBeGreaterThanOrEqual(one.minReplicas);
        expect(replicas).toBeLessThanOrEqual(one.maxReplicas);
      }),
    );
  });

  it("stay as they are in a direction that is disabled", () => {
    fc.assert(
      fc.property(input, (one) => {
        const disabled = { selectPolicy: "Disabled" as const };
        const off = autoscaling.defaultedBehavior({ scaleUp: disabled, scaleDown: disabled });
        const { replicas } = autoscaling.normaliseReplicas({ ...one, behavior: off });
        expect(replicas).toBe(one.currentReplicas);
      }),
    );
  });

  it("follow what is wanted at once where nothing is remembered and no limit bites", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(50), (current, wanted) => {
        const { replicas } = autoscaling.normaliseReplicas({
          currentReplicas: current,
          desiredReplicas: wanted,
          minReplicas: 0,
          maxReplicas: 100,
          behavior: undefined,
          downscaleStabilizationSeconds: 300,
          memory: { recommendations: [], scaleUpEvents: [], scaleDownEvents: [] },
          nowNs: NOW_NS,
        });
        expect(replicas).toBe(Math.min(wanted, Math.max(2 * current, 4)));
      }),
    );
  });
});
