import { it } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { SchedulerState } from "../../../src/control-plane/index.ts";
import { enoughNodes } from "../../../src/control-plane/scheduler/node-search.ts";
import { anyNodes, anyPod, node, pod } from "./cluster.ts";

describe("the share of nodes that is looked at", () => {
  it("is that of kube-scheduler: 50 % less one for each 125 nodes, at least 5 %, never below 100", () => {
    const adaptive = [1, 99, 100, 200, 1000, 5000, 6000, 15_000, 130_000];
    expect(adaptive.map((nodes) => enoughNodes(0, nodes))).toEqual([
      1, 99, 100, 100, 420, 500, 300, 750, 6500,
    ]);
    expect([1, 30, 100, 200].map((percentage) => enoughNodes(percentage, 1000))).toEqual([
      100, 300, 1000, 1000,
    ]);
  });

  it("begins where the search before ended and goes round the zones", () => {
    const scheduler = new SchedulerState({ percentageOfNodesToScore: 0 });
    const zones = ["a", "b", "c"];
    // One zone after the other, as clusters are often made.
    for (const zone of zones) {
      for (let index = 0; index < 200; index++) {
        const name = `${zone}-${String(index).padStart(3, "0")}`;
        scheduler.addNode(node({ name, zone }));
      }
    }
    const incoming = pod({ name: "new" });
    const looks = [1, 2, 3].map(() => scheduler.assess(incoming).feasible);
    // 50 % − 600 / 125 = 46 % of 600 nodes.
    for (const look of looks) {
      expect(look).toHaveLength(276);
      const perZone = zones.map((zone) => look.filter((name) => name.startsWith(zone)).length);
      expect(perZone).toEqual([92, 92, 92]);
    }
    const [first, second, third] = looks.map((look) => new Set(look));
    expect([...(first ?? [])].some((name) => second?.has(name))).toBe(false);
    expect(new Set([...(first ?? []), ...(second ?? []), ...(third ?? [])]).size).toBe(600);
  });

  it("is all of them for a pod that fits nowhere", () => {
    const scheduler = new SchedulerState({ percentageOfNodesToScore: 0 });
    for (let index = 0; index < 300; index++) scheduler.addNode(node({ name: `n${index}` }));
    const huge = pod({ name: "huge", containers: [] });
    const placement = scheduler.schedule({
      ...huge,
      spec: { ...huge.spec, nodeName: "elsewhere" },
    });
    expect(placement.unschedulable).toBe(
      "0/300 nodes are available: 300 node(s) didn't match the requested node name.",
    );
  });
});

describe("a node that changes", () => {
  it.prop([anyNodes, anyNodes, anyPod])(
    "counts as if it had been so from the start",
    (nodes, changes, facts) => {
      const incoming = pod({ ...facts, name: "new" });
      const changing = new SchedulerState();
      const fresh = new SchedulerState();
      const now = nodes.map((before, index) => {
        const after = changes[index % changes.length];
        // Its labels stay: only what does not move it in the topology.
        return index % 2 === 0 || after === undefined
          ? before
          : { ...after, name: before.name, zone: before.zone, labels: before.labels };
      });
      for (const one of nodes) changing.addNode(node(one as never));
      changing.assess(incoming);
      for (const one of now) changing.addNode(node(one as never));
      for (const one of now) fresh.addNode(node(one as never));
      expect(changing.assess(incoming)).toEqual(fresh.assess(incoming));
    },
  );
});
