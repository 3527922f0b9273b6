import type { EndpointSlice, Pod, Service } from "@k8s-netsim/k8s-model/api";
import {
  belongsInSlices,
  NO_HINT_MEMORY,
  type ReconcileInput,
  reconcileSlices,
} from "@k8s-netsim/k8s-model/control-plane";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const service: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default", uid: "s" },
  spec: { clusterIP: "10.96.0.1", selector: { app: "web" }, ports: [{ name: "http", port: 80 }] },
};

function pod(id: number, ready = true): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `web-${id}`, namespace: "default", uid: `u${id}` },
    spec: { nodeName: "n", containers: [{ name: "main" }] },
    status: {
      podIPs: [{ ip: `10.0.${id >> 8}.${id & 255}` }],
      conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    },
  };
}

function input(
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
  max: number,
): ReconcileInput {
  return {
    service,
    pods,
    slices,
    nodeOf: () => ({ apiVersion: "v1", kind: "Node", metadata: { name: "n" } }),
    cpuRatios: undefined,
    hintMemory: NO_HINT_MEMORY,
    options: {
      maxEndpointsPerSlice: max,
      trafficDistribution: true,
      preferSameTrafficDistribution: true,
    },
  };
}

/** The slices after a sync, as the API server would hold them. */
function synced(given: ReconcileInput, names: { next: number }): EndpointSlice[] {
  const { creates, updates, deletes } = reconcileSlices(given);
  const after = new Map(given.slices.map((slice) => [slice.metadata.name, slice]));
  for (const { metadata } of deletes) after.delete(metadata.name);
  for (const slice of updates) after.set(slice.metadata.name, slice);
  for (const slice of creates) {
    const name = `web-${names.next++}`;
    after.set(name, { ...slice, metadata: { ...slice.metadata, name } });
  }
  return [...after.values()];
}

describe("syncs of the EndpointSlice controller", () => {
  it("list every pod once, never overfill a slice, and have nothing to do the second time", () => {
    const step = fc.record({ pods: fc.uniqueArray(fc.nat(40)), notReady: fc.array(fc.nat(40)) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        (steps, max) => {
          const names = { next: 0 };
          let slices: EndpointSlice[] = [];
          for (const { pods: ids, notReady } of steps) {
            const pods = ids.map((id) => pod(id, !notReady.includes(id)));
            slices = synced(input(pods, slices, max), names);
            const listed = slices.flatMap(({ endpoints }) => endpoints ?? []);
            expect(listed.map(({ targetRef }) => targetRef?.uid).sort()).toEqual(
              pods.map(({ metadata }) => metadata.uid).sort(),
            );
            expect(
              Math.max(...slices.map(({ endpoints }) => endpoints?.length ?? 0)),
            ).toBeLessThanOrEqual(max);
            const again = reconcileSlices(input(pods, slices, max));
            expect([again.creates, again.updates, again.deletes]).toEqual([[], [], []]);
          }
        },
      ),
    );
  });

  it("leave their input as it was", () => {
    const slices = synced(input([pod(1), pod(2), pod(3)], [], 2), { next: 0 });
    const before = JSON.stringify(slices);
    reconcileSlices(input([pod(2, false), pod(4)], slices, 2));
    expect(JSON.stringify(slices)).toBe(before);
  });

  it("keep one empty slice without ports for a Service without pods", () => {
    const [only, ...others] = synced(input([], [], 100), { next: 0 });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ endpoints: [], ports: [], addressType: "IPv4" });
  });

  it("leave out pods that have ended or have no address", () => {
    const ended = { ...pod(1), status: { ...pod(1).status, phase: "Succeeded" as const } };
    const bare = { ...pod(2), status: {} };
    expect([ended, bare, pod(3)].map(belongsInSlices)).toEqual([false, false, true]);
  });

  it("is refused for slices that could hold nothing, which would never come to an end", () => {
    expect(() => reconcileSlices(input([pod(1)], [], 0))).toThrow(
      "maxEndpointsPerSlice is 0: kube-controller-manager takes 1 to 1000.",
    );
  });
});
