import { Cluster } from "@k8s-netsim/k8s-model";
import { Simulation } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";
import { deployment, nodes, service } from "./objects.ts";

describe("a cluster", () => {
  it("runs a Deployment behind a Service and routes to its pods from every node", () => {
    const cluster = new Cluster(new Simulation({ seed: "1" }), { autoFreeze: true });
    for (const one of nodes(["a", "b", "c"], 2)) cluster.apply(one);
    cluster.apply(service("web"));
    cluster.apply(deployment("web", 6));
    expect(cluster.settle().steady).toBe(true);
    const index = cluster.serviceIndex("default/web");
    const port = cluster.portIndex(index, "http");
    for (const { index: node } of cluster.nodes) {
      const { verdict, endpoints, rule } = cluster.route(node, index, port);
      expect({ verdict, rule, count: endpoints.length }).toEqual({
        verdict: "accept",
        rule: "all-ready",
        count: 6,
      });
      expect(endpoints.every((pod) => cluster.isServing(pod))).toBe(true);
    }
  });
});
