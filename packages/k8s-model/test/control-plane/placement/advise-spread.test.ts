import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../src/api/index.ts";
import { adviseSpread, syntheticNodes } from "../../../src/control-plane/index.ts";
import { node, pod } from "../scheduler/cluster.ts";

function deployment(replicas: number, cpu = "1"): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", resources: { requests: { cpu } } }] },
      },
    },
  };
}

describe("advice on spreading", () => {
  it("asks for as many replicas as it takes, and shows what each zone then has", () => {
    const nodes = syntheticNodes({ zones: 3, nodesPerZone: 2 });
    const advice = adviseSpread({ workload: deployment(1), nodes, pods: [] });
    expect(advice.replicas).toBe(3);
    expect([...advice.perZone]).toEqual([
      ["zone-a", 1],
      ["zone-b", 1],
      ["zone-c", 1],
    ]);
    // Two nodes of 4 CPUs, one of them already taken.
    expect([...advice.headroom.values()]).toEqual([7, 7, 7]);
    expect(advice.closedZones).toEqual([]);
    expect(advice.unschedulable).toBeUndefined();
    expect(advice.patch).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "shop" },
      spec: {
        replicas: 3,
        template: {
          spec: {
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: "topology.kubernetes.io/zone",
                whenUnsatisfiable: "DoNotSchedule",
                labelSelector: { matchLabels: { app: "web" } },
                nodeTaintsPolicy: "Honor",
                matchLabelKeys: ["pod-template-hash"],
              },
            ],
          },
        },
      },
    });
  });

  it("keeps replicas that are enough and spreads them, wherever the old ones are", () => {
    const nodes = syntheticNodes({ zones: ["x", "y"], nodesPerZone: 1 });
    const old = Array.from({ length: 4 }, (_, i) =>
      pod({ name: `o${i}`, namespace: "shop", labels: { app: "web" }, cpu: "1", on: "node-1-x" }),
    );
    const advice = adviseSpread({ workload: deployment(4), nodes, pods: old, minPerZone: 2 });
    expect(advice.replicas).toBe(4);
    expect([...advice.perZone]).toEqual([
      ["x", 2],
      ["y", 2],
    ]);
  });

  it("leaves out zones that no such pod may enter", () => {
    const taints = [{ key: "gpu", effect: "NoSchedule" }];
    const nodes = [
      node({ name: "n1", zone: "a" }),
      node({ name: "n2", zone: "b" }),
      node({ name: "n3", zone: "c", taints }),
    ];
    const advice = adviseSpread({ workload: deployment(1), nodes, pods: [] });
    expect(advice.closedZones).toEqual(["c"]);
    expect(advice.replicas).toBe(2);
    expect([...advice.perZone.values()]).toEqual([1, 1]);
  });

  it("says when a zone is too full for its share", () => {
    const nodes = [node({ name: "n1", zone: "a" }), node({ name: "n2", zone: "b" })];
    const pods = [pod({ name: "hog", cpu: "3500m", on: "n2" })];
    const advice = adviseSpread({ workload: deployment(2), nodes, pods });
    expect(advice.unschedulable).toBe(
      "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints.",
    );
    expect([...advice.perZone]).toEqual([
      ["a", 1],
      ["b", 0],
    ]);
    expect(advice.headroom.get("b")).toBe(0);
  });
});
