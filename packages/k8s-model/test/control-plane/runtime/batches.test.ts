import { applyDefaults, type KubeObject, type Pod } from "@k8s-netsim/k8s-model/api";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slowStart } from "../../../src/control-plane/runtime/batches.ts";
import { settled } from "../../cluster/settled.ts";

const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "main", image: "web:1" }] },
};

const workload = (kind: string, spec: object): KubeObject =>
  applyDefaults({
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "web", namespace: "default" },
    spec: { selector: { matchLabels: { app: "web" } }, template, ...spec },
  } as KubeObject);

/** How many pods were created at each moment, a request taking a second. */
function created(object: KubeObject): readonly number[] {
  const cluster = settled([object], {
    timings: { controllerQps: 1e9, controllerBurst: 1e9, apiWriteNs: 1e9 },
  });
  const counts = new Map<string, number>();
  for (const { metadata } of cluster.store.list<Pod>("Pod")) {
    const at = metadata.creationTimestamp ?? "";
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

describe("a slow start", () => {
  it("doubles from one and leaves nothing out", () => {
    fc.assert(
      fc.property(fc.nat(2000), (count) => {
        const sizes = slowStart(count);
        expect(sizes.reduce((a, b) => a + b, 0)).toBe(count);
        for (const [index, size] of sizes.slice(0, -1).entries()) expect(size).toBe(2 ** index);
      }),
    );
  });

  it("makes the pods of a ReplicaSet, a DaemonSet and a parallel StatefulSet", () => {
    expect(created(workload("ReplicaSet", { replicas: 10 }))).toEqual([1, 2, 4, 3]);
    expect(created(workload("DaemonSet", {}))).toEqual([1, 2, 3]);
    const podManagementPolicy = "Parallel";
    expect(created(workload("StatefulSet", { replicas: 6, podManagementPolicy }))).toEqual([
      1, 2, 3,
    ]);
  });
});
