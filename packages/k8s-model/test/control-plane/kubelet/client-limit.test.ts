import { constant, Simulation } from "@k8s-netsim/sim-core";
import { expect, test } from "vitest";
import { applyDefaults, type KubeObject, type Pod } from "../../../src/api/index.ts";
import { Cluster } from "../../../src/cluster/index.ts";
import { syntheticNodes, type Timings } from "../../../src/control-plane/index.ts";

const SECOND = 1_000_000_000;
const PODS = 40;

/** When the last pod of a node is ready (ns), all of them started at once. */
function lastReadyNs(timings: Partial<Timings>): number {
  const cluster = new Cluster(new Simulation({ seed: "kubelet" }), { timings, check: true });
  let lastNs = 0;
  const log = cluster.store.log<Pod>("Pod");
  for (const node of syntheticNodes({ zones: ["a"], nodesPerZone: 1 })) {
    cluster.apply(applyDefaults(node));
  }
  for (let index = 0; index < PODS; index++) cluster.apply(applyDefaults(pod(index)));
  for (;;) {
    const ready = [...log.current.values()].filter(({ object }) => isReady(object)).length;
    if (ready === PODS) return lastNs;
    cluster.sim.step();
    lastNs = cluster.sim.now;
  }
}

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

function pod(index: number): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `p${index}`, namespace: "default" },
    spec: {
      containers: [{ name: "main", image: "x", resources: { requests: { cpu: "10m" } } }],
    },
  } as KubeObject;
}

test("a kubelet's client limit paces the reports of its pods, and only beyond the burst", () => {
  const usual = lastReadyNs({});
  expect(lastReadyNs({ kubeletQps: 2, kubeletBurst: PODS })).toBe(usual);
  const limited = lastReadyNs({ kubeletQps: 2, kubeletBurst: 10 });
  // Thirty reports wait for a token, two a second.
  expect((limited - usual) / SECOND).toBeGreaterThan(13);
  expect((limited - usual) / SECOND).toBeLessThan(15.1);
});

test("pulling images comes before containers start", () => {
  const pulled = lastReadyNs({ imagePull: constant(7 * SECOND) });
  expect(pulled - lastReadyNs({})).toBe(7 * SECOND);
});
