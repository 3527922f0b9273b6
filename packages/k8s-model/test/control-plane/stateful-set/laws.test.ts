import type { Pod, StatefulSet } from "@k8s-netsim/k8s-model/api";
import { rollOut } from "@k8s-netsim/k8s-model/control-plane";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

type Stage = "pending" | "ready" | "terminating";

interface Member {
  readonly revision: string;
  readonly stage: Stage;
}

interface Options {
  readonly replicas: number;
  readonly policy: "OrderedReady" | "Parallel";
  readonly maxUnavailable: number;
  readonly gate: boolean;
  readonly partition: number;
}

function statefulSet({ replicas, policy, maxUnavailable, partition }: Options): StatefulSet {
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "default" },
    spec: {
      replicas,
      podManagementPolicy: policy,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition, maxUnavailable } },
      selector: { matchLabels: { app: "db" } },
      template: { spec: { containers: [] } },
    },
  };
}

const podOf = (ordinal: number, { revision, stage }: Member): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: `db-${ordinal}`,
    namespace: "default",
    labels: { "controller-revision-hash": revision },
    ...(stage === "terminating" ? { deletionTimestamp: "2100-01-01T00:00:00Z" } : {}),
  },
  spec: { containers: [] },
  status: {
    phase: stage === "pending" ? "Pending" : "Running",
    conditions: [{ type: "Ready", status: stage === "pending" ? "False" : "True" }],
  },
});

/** One sync, whose calls have their effect at once; answers how many replicas are unavailable after. */
function sync(options: Options, members: Map<number, Member>): number {
  const { actions } = rollOut({
    statefulSet: statefulSet(options),
    pods: [...members].map(([ordinal, member]) => podOf(ordinal, member)),
    revisions: { current: "r1", update: "r2" },
    maxUnavailableGate: options.gate,
    nowNs: 1e15,
  });
  for (const action of actions) {
    if (action.verb === "create") {
      members.set(action.ordinal, { revision: action.revision, stage: "pending" });
    } else {
      const ordinal = Number(action.pod.metadata.name.slice(3));
      members.set(ordinal, { ...(members.get(ordinal) as Member), stage: "terminating" });
    }
  }
  const ready = [...members.values()].filter(({ stage }) => stage === "ready").length;
  return options.replicas - ready;
}

/** One pod, chosen by a number, gets on: it becomes ready, or is gone. */
function getOn(members: Map<number, Member>, choice: number): void {
  const moving = [...members].filter(([, { stage }]) => stage !== "ready");
  const [ordinal, member] = moving[choice % Math.max(1, moving.length)] ?? [];
  if (ordinal === undefined || member === undefined) return;
  if (member.stage === "terminating") members.delete(ordinal);
  else members.set(ordinal, { ...member, stage: "ready" });
}

const options = fc
  .record({
    replicas: fc.integer({ min: 1, max: 8 }),
    policy: fc.constantFrom("OrderedReady" as const, "Parallel" as const),
    maxUnavailable: fc.integer({ min: 1, max: 4 }),
    gate: fc.boolean(),
    partition: fc.nat(8),
  })
  .map((one): Options => one);

const choices = fc.array(fc.nat(100), { minLength: 60, maxLength: 60 });

describe("the update of a StatefulSet whose pods are all ready", () => {
  it("never has more unavailable pods than one, or than maxUnavailable where its gate is on", () => {
    fc.assert(
      fc.property(options, choices, (one, steps) => {
        const members = new Map<number, Member>();
        for (let ordinal = 0; ordinal < one.replicas; ordinal++) {
          members.set(ordinal, { revision: "r1", stage: "ready" });
        }
        const limit = one.gate ? one.maxUnavailable : 1;
        for (const choice of steps) {
          expect(sync(one, members)).toBeLessThanOrEqual(limit);
          getOn(members, choice);
        }
        for (const [ordinal, { revision, stage }] of members) {
          expect([revision, stage]).toEqual([ordinal < one.partition ? "r1" : "r2", "ready"]);
        }
      }),
    );
  });
});

describe("the start of a StatefulSet", () => {
  it("has one pod that is not ready at a time, unless it is Parallel", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), choices, (replicas, steps) => {
        const members = new Map<number, Member>();
        const one: Options = {
          replicas,
          policy: "OrderedReady",
          maxUnavailable: 1,
          gate: false,
          partition: 0,
        };
        for (const choice of steps) {
          sync(one, members);
          const waiting = [...members.values()].filter(({ stage }) => stage !== "ready");
          expect(waiting.length).toBeLessThanOrEqual(1);
          getOn(members, choice);
        }
        expect(members.size).toBe(replicas);
      }),
    );
  });
});
