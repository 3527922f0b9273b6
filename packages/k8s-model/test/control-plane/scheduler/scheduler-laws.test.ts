import { fc, it } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { type Assessment, SchedulerState } from "../../../src/control-plane/index.ts";
import { anyNodes, anyPod, type NodeFacts, node, type PodFacts, pod } from "./cluster.ts";

const services = [{ metadata: {}, spec: { selector: { app: "web" } } }];

/** Placed pods: where they are is a number, taken modulo the nodes. */
const anyPlaced = fc.array(fc.tuple(anyPod, fc.nat(99)), { maxLength: 12 });

function placed(
  list: readonly (readonly [Omit<PodFacts, "name">, number])[],
  nodes: readonly NodeFacts[],
): readonly PodFacts[] {
  return list.map(([facts, where], index) => ({
    ...facts,
    name: `p${index}`,
    on: nodes[where % nodes.length]?.name ?? "",
  }));
}

function schedulerOf(nodes: readonly NodeFacts[], pods: readonly PodFacts[]): SchedulerState {
  const scheduler = new SchedulerState();
  for (const facts of nodes) scheduler.addNode(node(facts));
  for (const facts of pods) scheduler.addPod(pod(facts));
  return scheduler;
}

function byNode({ feasible, total }: Assessment): Readonly<Record<string, number | undefined>> {
  return Object.fromEntries(feasible.map((name, index) => [name, total[index]]));
}

describe("what the scheduler remembers never changes what it decides", () => {
  it.prop([anyNodes, anyPlaced, anyPod, fc.array(fc.nat(99), { maxLength: 8 })])(
    "counts kept up to date are the counts made afresh",
    (nodes, list, facts, leaving) => {
      const pods = placed(list, nodes);
      const incoming = pod({ ...facts, name: "new", terminating: false });
      const remembering = schedulerOf(nodes, []);
      remembering.assess(incoming, { services });
      for (const one of pods) {
        remembering.addPod(pod(one));
        remembering.assess(incoming, { services });
      }
      const gone = new Set(leaving.map((which) => pods[which % Math.max(pods.length, 1)]));
      for (const one of gone) {
        if (one !== undefined) remembering.removePod(`${one.namespace}/${one.name}`);
      }
      const staying = pods.filter((one) => !gone.has(one));
      const fresh = schedulerOf(nodes, staying);
      expect(remembering.assess(incoming, { services })).toEqual(
        fresh.assess(incoming, { services }),
      );
    },
  );

  it.prop([anyNodes, anyPlaced, anyPod])(
    "the order in which nodes and pods become known does not matter",
    (nodes, list, facts) => {
      const pods = placed(list, nodes);
      const incoming = pod({ ...facts, name: "new", terminating: false });
      const backwards = new SchedulerState();
      for (const one of pods.toReversed()) backwards.addPod(pod(one));
      for (const one of nodes.toReversed()) backwards.addNode(node(one));
      expect(backwards.assess(incoming, { services })).toEqual(
        schedulerOf(nodes, pods).assess(incoming, { services }),
      );
    },
  );

  it.prop([anyNodes, anyPlaced, anyPod])(
    "a node that went and came back is as if it had stayed",
    (nodes, list, facts) => {
      const pods = placed(list, nodes);
      const incoming = pod({ ...facts, name: "new", terminating: false });
      const scheduler = schedulerOf(nodes, pods);
      const before = scheduler.assess(incoming);
      for (const one of nodes) scheduler.removeNode(one.name);
      expect(scheduler.schedule(incoming).unschedulable).toBe(
        "no nodes available to schedule pods",
      );
      for (const one of nodes) scheduler.addNode(node(one));
      expect(scheduler.assess(incoming)).toEqual(before);
    },
  );
});

describe("names carry no meaning", () => {
  it.prop([anyNodes, anyPlaced, anyPod])(
    "renaming nodes renames the verdicts and leaves the totals",
    (nodes, list, facts) => {
      const renamed = nodes.map((one) => ({ ...one, name: `x${9 - Number(one.name.slice(1))}` }));
      const newName = new Map(nodes.map((one, i) => [one.name, renamed[i]?.name ?? ""]));
      const incoming = pod({ ...facts, name: "new", terminating: false });
      const before = schedulerOf(nodes, placed(list, nodes)).assess(incoming, { services });
      const after = schedulerOf(renamed, placed(list, renamed)).assess(incoming, { services });
      const translated = Object.entries(byNode(before)).map(([name, total]) => [
        newName.get(name),
        total,
      ]);
      expect(byNode(after)).toEqual(Object.fromEntries(translated));
      for (const [name, rejection] of before.rejected) {
        expect(after.rejected.get(newName.get(name) ?? "")).toEqual(rejection);
      }
    },
  );
});

describe("a decision and its explanation agree", () => {
  it.prop([anyNodes, anyPlaced, anyPod])(
    "schedule picks a node that assess calls feasible, with the highest total",
    (nodes, list, facts) => {
      const scheduler = schedulerOf(nodes, placed(list, nodes));
      const incoming = pod({ ...facts, name: "new", terminating: false });
      const placement = scheduler.schedule(incoming, { services });
      const assessment = scheduler.assess(incoming, { services });
      expect(placement).toEqual(assessment.placement);
      expect(assessment.feasible.length + assessment.rejected.size).toBe(nodes.length);
      if (placement.node === undefined) {
        expect(placement.unschedulable).toMatch(/^0\/\d+ nodes are available: .*\.$/);
      } else {
        const totals = byNode(assessment);
        expect(totals[placement.node]).toBe(Math.max(...assessment.total));
      }
    },
  );

  it.prop([anyNodes, anyPlaced, anyPod])(
    "a full node outside every domain changes no filter's verdict on the others",
    (nodes, list, facts) => {
      const pods = placed(list, nodes);
      const incoming = pod({ ...facts, name: "new", terminating: false });
      const before = schedulerOf(nodes, pods).assess(incoming);
      const scheduler = schedulerOf(nodes, pods);
      // Without labels it lies in no domain: not even spreading takes notice of it.
      const tiny = node({ name: "tiny", cpu: "0", pods: "0" });
      scheduler.addNode({ ...tiny, metadata: { name: "tiny" } });
      const after = scheduler.assess(incoming);
      expect(after.feasible).toEqual(before.feasible);
      expect(after.rejected.size).toBe(before.rejected.size + 1);
    },
  );
});
