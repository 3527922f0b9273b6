import { describe, expect, it } from "vitest";
import { SchedulerState } from "../../../src/control-plane/index.ts";
import { type NodeFacts, node, type PodFacts, pod } from "./cluster.ts";

const THREE_ZONES: readonly NodeFacts[] = [
  { name: "a1", zone: "a" },
  { name: "b1", zone: "b" },
  { name: "c1", zone: "c" },
];

function cluster(nodes: readonly NodeFacts[], pods: readonly PodFacts[] = []): SchedulerState {
  const scheduler = new SchedulerState();
  for (const facts of nodes) scheduler.addNode(node(facts));
  for (const facts of pods) scheduler.addPod(pod(facts));
  return scheduler;
}

/** Places the pods one after the other and answers where each went. */
function placeAll(
  scheduler: SchedulerState,
  pods: readonly PodFacts[],
  services: readonly { metadata: object; spec: { selector: Record<string, string> } }[] = [],
): readonly (string | undefined)[] {
  return pods.map((facts) => {
    const { node: name } = scheduler.schedule(pod(facts), { services });
    if (name !== undefined) scheduler.addPod(pod({ ...facts, on: name }));
    return name;
  });
}

function replicas(count: number, facts: Omit<PodFacts, "name">): readonly PodFacts[] {
  return Array.from({ length: count }, (_, index) => ({ ...facts, name: `web-${index}` }));
}

const web = { labels: { app: "web" } };
const selector = { labelSelector: { matchLabels: { app: "web" } } };
const byZone = { ...selector, topologyKey: "topology.kubernetes.io/zone" };
const byHost = { ...selector, topologyKey: "kubernetes.io/hostname" };

describe("without any wish", () => {
  it("fills the emptiest node, and of equals the one with the lowest name", () => {
    const scheduler = cluster([{ name: "n2" }, { name: "n1" }, { name: "n3" }]);
    expect(placeAll(scheduler, replicas(4, { cpu: "1" }))).toEqual(["n1", "n2", "n3", "n1"]);
  });

  it("packs the fullest node with MostAllocated", () => {
    const scheduler = new SchedulerState({ scoringStrategy: { type: "MostAllocated" } });
    for (const name of ["n1", "n2"]) scheduler.addNode(node({ name }));
    scheduler.addPod(pod({ name: "old", cpu: "1", on: "n2" }));
    expect(scheduler.schedule(pod({ name: "new", cpu: "1" })).node).toBe("n2");
  });

  it("follows the curve of RequestedToCapacityRatio", () => {
    const scheduler = new SchedulerState({
      scoringStrategy: {
        type: "RequestedToCapacityRatio",
        shape: [
          { utilization: 0, score: 0 },
          { utilization: 50, score: 10 },
          { utilization: 100, score: 0 },
        ],
      },
    });
    for (const name of ["n1", "n2"]) {
      scheduler.addNode(node({ name, cpu: "4", memory: "8000Mi" }));
    }
    scheduler.addPod(pod({ name: "old", cpu: "1", on: "n2" }));
    const { raw } = scheduler.assess(pod({ name: "new", cpu: "1" }));
    // n1: cpu 25 % → 50, memory 2 % → 4; n2: cpu 50 % → 100, memory 5 % → 10.
    expect(raw.NodeResourcesFit).toEqual([27, 55]);
  });

  it("spreads the pods of a Service over hosts and zones by itself", () => {
    const nodes = [...THREE_ZONES, { name: "a2", zone: "a" }, { name: "b2", zone: "b" }];
    const services = [{ metadata: {}, spec: { selector: { app: "web" } } }];
    const placed = placeAll(cluster(nodes), replicas(6, web), services);
    const zones = placed.map((name) => name?.[0]);
    expect(zones.slice(0, 3).sort()).toEqual(["a", "b", "c"]);
    expect(zones.slice(3).sort()).toEqual(["a", "b", "c"]);
  });
});

describe("topology spread constraints", () => {
  const constraint = { ...byZone, maxSkew: 1, whenUnsatisfiable: "DoNotSchedule" as const };

  it("keep the zones even", () => {
    const pods = replicas(6, { ...web, topologySpreadConstraints: [constraint] });
    const placed = placeAll(cluster(THREE_ZONES), pods);
    expect([...placed].sort()).toEqual(["a1", "a1", "b1", "b1", "c1", "c1"]);
  });

  it("keep a pod waiting when the only room would skew them", () => {
    const nodes = [...THREE_ZONES.slice(0, 2), { name: "c1", zone: "c", pods: "0" }];
    const pods = replicas(3, { ...web, topologySpreadConstraints: [constraint] });
    const scheduler = cluster(nodes);
    expect(placeAll(scheduler, pods)).toEqual(["a1", "b1", undefined]);
    const waiting = pod({ name: "web-2", ...web, topologySpreadConstraints: [constraint] });
    expect(scheduler.schedule(waiting).unschedulable).toBe(
      "0/3 nodes are available: 1 Too many pods, 2 node(s) didn't match pod topology spread constraints.",
    );
  });

  it("let a lost zone go where taints are honoured", () => {
    const lost = {
      name: "c1",
      zone: "c",
      taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoSchedule" }],
    };
    const nodes = [...THREE_ZONES.slice(0, 2), lost];
    const honoured = { ...constraint, nodeTaintsPolicy: "Honor" as const };
    const pods = replicas(3, { ...web, topologySpreadConstraints: [honoured] });
    expect(placeAll(cluster(nodes), pods)).toEqual(["a1", "b1", "a1"]);
  });

  it("treat the fewest as none while there are fewer domains than minDomains", () => {
    const needs = { ...constraint, minDomains: 4 };
    const pods = replicas(4, { ...web, topologySpreadConstraints: [needs] });
    expect(placeAll(cluster(THREE_ZONES), pods).at(-1)).toBeUndefined();
  });

  it("say so when a node lacks the label", () => {
    const scheduler = cluster([{ name: "n1" }]);
    const wanting = pod({ name: "web-0", ...web, topologySpreadConstraints: [constraint] });
    expect(scheduler.schedule(wanting).unschedulable).toBe(
      "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
    );
  });

  it("do not count pods that are on their way out", () => {
    const scheduler = cluster(THREE_ZONES, [
      { name: "old", ...web, on: "a1", terminating: true },
      { name: "mid", ...web, on: "b1" },
    ]);
    const wanting = pod({ name: "new", ...web, topologySpreadConstraints: [constraint] });
    expect(scheduler.assess(wanting).feasible).toEqual(["a1", "c1"]);
  });
});

describe("affinity between pods", () => {
  const anti = {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [byHost] },
  };

  it("keeps one pod per host and says when hosts run out", () => {
    const scheduler = cluster(THREE_ZONES);
    const pods = replicas(4, { ...web, affinity: anti });
    expect(placeAll(scheduler, pods)).toEqual(["a1", "b1", "c1", undefined]);
    expect(scheduler.schedule(pod({ name: "web-3", ...web, affinity: anti })).unschedulable).toBe(
      "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.",
    );
  });

  it("works the other way round: placed pods keep newcomers away", () => {
    const scheduler = cluster(THREE_ZONES, [{ name: "old", affinity: anti, on: "a1" }]);
    const assessment = scheduler.assess(pod({ name: "new", ...web }));
    expect(assessment.feasible).toEqual(["b1", "c1"]);
    expect(assessment.rejected.get("a1")?.reasons).toEqual([
      "node(s) didn't satisfy existing pods anti-affinity rules",
    ]);
  });

  it("lets the first of pods that want to be together choose, and the others follow", () => {
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [byZone] } };
    const placed = placeAll(cluster(THREE_ZONES), replicas(3, { ...web, affinity }));
    expect(new Set(placed).size).toBe(1);
  });

  it("looks at namespaces by their labels", () => {
    const affinity = {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { ...byZone, namespaceSelector: { matchLabels: { team: "x" } } },
        ],
      },
    };
    const scheduler = cluster(THREE_ZONES, [{ name: "db", namespace: "other", ...web, on: "b1" }]);
    const wanting = pod({ name: "new", affinity });
    expect(scheduler.schedule(wanting).node).toBeUndefined();
    scheduler.setNamespace("other", { team: "x" });
    expect(scheduler.schedule(wanting).node).toBe("b1");
  });
});

describe("nodes that are out of the question", () => {
  it("are named with the first objection each, in the scheduler's words", () => {
    const scheduler = cluster(
      [
        { name: "cordoned", unschedulable: true },
        { name: "tainted", taints: [{ key: "dedicated", value: "x", effect: "NoExecute" }] },
        { name: "small", cpu: "500m" },
        { name: "busy", labels: { disk: "ssd" } },
        { name: "other" },
      ],
      [{ name: "filler", cpu: "3500m", on: "busy" }],
    );
    const wanting = pod({ name: "new", cpu: "1", nodeSelector: { disk: "ssd" } });
    expect(scheduler.schedule(wanting).unschedulable).toBe(
      "0/5 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), " +
        "1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector.",
    );
    const { rejected } = scheduler.assess(pod({ name: "new", cpu: "1" }));
    expect(rejected.get("small")).toEqual({
      plugin: "NodeResourcesFit",
      code: "UnschedulableAndUnresolvable",
      reasons: ["Insufficient cpu"],
      insufficient: ["cpu"],
    });
    expect(rejected.get("busy")?.code).toBe("Unschedulable");
  });

  it("are tolerated where the pod says so", () => {
    const taints = [{ key: "dedicated", value: "x", effect: "NoSchedule" }];
    const scheduler = cluster([{ name: "n1", taints }]);
    const going = (toleration: object) =>
      scheduler.schedule(pod({ name: "new", tolerations: [toleration] })).node;
    expect(going({ key: "dedicated", operator: "Exists" })).toBe("n1");
    expect(going({ key: "dedicated", value: "x" })).toBe("n1");
    expect(going({ operator: "Exists" })).toBe("n1");
    expect(going({ key: "dedicated", value: "y" })).toBeUndefined();
    expect(going({ key: "dedicated", operator: "Exists", effect: "NoExecute" })).toBeUndefined();
  });

  it("have their host port taken", () => {
    const ports = (hostIP?: string) => ({
      containers: [
        {
          name: "app",
          ports: [{ containerPort: 80, hostPort: 80, ...(hostIP === undefined ? {} : { hostIP }) }],
        },
      ],
    });
    const scheduler = cluster([{ name: "n1" }], [{ name: "old", ...ports("10.0.0.1"), on: "n1" }]);
    expect(scheduler.schedule(pod({ name: "new", ...ports("10.0.0.2") })).node).toBe("n1");
    expect(scheduler.schedule(pod({ name: "new", ...ports() })).unschedulable).toBe(
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
    );
  });

  it("are not even looked at when the pod names another", () => {
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: "metadata.name", operator: "In" as const, values: ["gone"] }] },
          ],
        },
      },
    };
    const assessment = cluster(THREE_ZONES).assess(pod({ name: "new", affinity }));
    expect(assessment.restrictedTo).toEqual(["gone"]);
    expect(assessment.rejected.size).toBe(0);
    expect(assessment.placement.unschedulable).toBe(
      "0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity].",
    );
  });
});

describe("what takes room", () => {
  const resources = (cpu: string) => ({ resources: { requests: { cpu } } });

  it("is the larger of the containers and the hungriest start, sidecars included", () => {
    const scheduler = cluster([{ name: "n1", cpu: "3" }]);
    const starting = (init: string, sidecar: string): PodFacts => ({
      name: "new",
      containers: [{ name: "app", ...resources("1") }],
      initContainers: [
        { name: "proxy", restartPolicy: "Always", ...resources(sidecar) },
        { name: "setup", ...resources(init) },
      ],
    });
    expect(scheduler.schedule(pod(starting("2", "1"))).node).toBe("n1");
    expect(scheduler.schedule(pod(starting("2100m", "1"))).node).toBeUndefined();
    expect(scheduler.schedule(pod(starting("1", "2100m"))).node).toBeUndefined();
  });

  it("is given back when a pod ends or is removed", () => {
    const full = { name: "old", cpu: "4", on: "n1" };
    const scheduler = cluster([{ name: "n1" }], [full]);
    const wanting = pod({ name: "new", cpu: "4" });
    expect(scheduler.schedule(wanting).node).toBeUndefined();
    scheduler.addPod({ ...pod(full), status: { phase: "Succeeded" } });
    expect(scheduler.schedule(wanting).node).toBe("n1");
    scheduler.addPod(pod(full));
    expect(scheduler.schedule(wanting).node).toBeUndefined();
    scheduler.removePod("default/old");
    expect(scheduler.schedule(wanting).node).toBe("n1");
  });

  it("is the limit where a container has no request, as the API server would have filled in", () => {
    const limits = [{ name: "app", resources: { limits: { cpu: "5" } } }];
    expect(cluster([{ name: "n1" }]).schedule(pod({ name: "new", containers: limits })).node).toBe(
      undefined,
    );
  });
});

describe("a pod that could not have been stored", () => {
  it("is unschedulable with the reason, not a crash", () => {
    const scheduler = cluster([{ name: "n1" }]);
    expect(scheduler.schedule(pod({ name: "new", cpu: "lots" })).unschedulable).toBe(
      '"lots" is not a quantity.',
    );
  });
});
