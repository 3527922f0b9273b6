import { describe, expect, it } from "vitest";
import { syntheticNodes } from "../../../src/control-plane/index.ts";

describe("nodes made up", () => {
  it("carry the well-known labels and offer what a node of the size offers", () => {
    const [first] = syntheticNodes({ zones: 2, nodesPerZone: 1, kubernetesVersion: "v1.36.2" });
    expect(first).toEqual({
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: "node-1-zone-a",
        labels: {
          "kubernetes.io/hostname": "node-1-zone-a",
          "topology.kubernetes.io/region": "region-1",
          "topology.kubernetes.io/zone": "zone-a",
        },
      },
      spec: {},
      status: {
        allocatable: { cpu: "4", memory: "16Gi", pods: "110" },
        capacity: { cpu: "4", memory: "16Gi", pods: "110" },
        conditions: [{ type: "Ready", status: "True" }],
        nodeInfo: { kubeletVersion: "v1.36.2" },
      },
    });
  });

  it("sort by name through the zones in turn", () => {
    const nodes = syntheticNodes({ zones: 2, nodesPerZone: 10 });
    const zones = nodes
      .map(({ metadata }) => metadata.name)
      .sort()
      .map((name) => name.slice(-1));
    expect(zones.join("")).toBe("ab".repeat(10));
  });

  it("take the sizes asked for and refuse what is no quantity", () => {
    const [node] = syntheticNodes({ zones: 1, nodesPerZone: 1, cpu: "8", pods: "250" });
    expect(node?.status?.allocatable).toEqual({ cpu: "8", memory: "16Gi", pods: "250" });
    expect(() => syntheticNodes({ zones: 1, nodesPerZone: 1, cpu: "many" })).toThrow(
      '"many" is not a quantity.',
    );
  });
});
