import type { Pod, PodDisruptionBudget } from "@k8s-netsim/k8s-model/api";
import type { Cluster, Drain } from "@k8s-netsim/k8s-model/cluster";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deployment, service } from "./objects.ts";
import { runFor, settled } from "./settled.ts";

const S = 1_000_000_000;

const budget = (
  spec: PodDisruptionBudget["spec"],
  name = "web",
  app = "web",
): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: "default" },
  spec: { selector: { matchLabels: { app } }, ...spec },
});

const podsOn = (cluster: Cluster, node: string): readonly Pod[] =>
  cluster.store.list<Pod>("Pod").filter(({ spec }) => spec.nodeName === node);

/** Fewest pods of the namespace that were ready and not ending, as time went by. */
function fewestHealthy(cluster: Cluster): () => number {
  const healthy = (): number => {
    let count = 0;
    for (const pod of cluster.pods) if (pod.ready && !pod.terminating && !pod.gone) count++;
    return count;
  };
  let fewest = healthy();
  cluster.onChange({
    podChanged: () => {
      fewest = Math.min(fewest, healthy());
    },
  });
  return () => fewest;
}

describe("a drain", () => {
  it("never takes more pods than the budget allows, and ends where pods find room", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 14 }),
        fc.oneof(
          fc.integer({ min: 1, max: 5 }).map((maxUnavailable) => ({ maxUnavailable })),
          fc.integer({ min: 10, max: 60 }).map((share) => ({ maxUnavailable: `${share}%` })),
          fc.integer({ min: 10, max: 80 }).map((share) => ({ minAvailable: `${share}%` })),
        ),
        fc.constantFrom("a-0", "b-1", "c-0"),
        (replicas, spec, node) => {
          const cluster = settled([deployment("web", replicas), service("web"), budget(spec)]);
          const fewest = fewestHealthy(cluster);
          const drain = cluster.maintenance.drain(node);
          runFor(cluster, 400);
          const status = cluster.store.get<PodDisruptionBudget>(
            "PodDisruptionBudget",
            "default/web",
          )?.status;
          expect(drain.isDone).toBe(true);
          expect(podsOn(cluster, node)).toEqual([]);
          expect(fewest()).toBeGreaterThanOrEqual(status?.desiredHealthy ?? Number.NaN);
          expect(status?.currentHealthy).toBe(replicas);
          expect(cluster.store.list("Pod")).toHaveLength(replicas);
        },
      ),
      { numRuns: 12 },
    );
  });

  it("asks again every five seconds while a budget refuses, and gives up at its time-out", () => {
    const cluster = settled([deployment("web", 6), budget({ maxUnavailable: 0 })]);
    const before = cluster.sim.now;
    const drain = cluster.maintenance.drain("a-0", { timeoutNs: 33 * S });
    runFor(cluster, 60);
    expect(drain.endedNs).toBe(before + 33 * S);
    expect(drain.isDone).toBe(false);
    expect(drain.pods.length).toBeGreaterThan(0);
    for (const pod of drain.pods) {
      expect(pod).toMatchObject({ budget: "default/web", refusals: 7 });
      expect(pod.reason).toBe("it needs 6 healthy pods and has 6");
    }
    expect(podsOn(cluster, "a-0")).toHaveLength(drain.pods.length);
  });

  it("takes all pods at once where no budget selects them, and leaves those of DaemonSets", () => {
    const cluster = settled([
      deployment("web", 6),
      budget({ maxUnavailable: 0 }, "other", "other"),
      { ...budget({ maxUnavailable: 0 }), metadata: { name: "web", namespace: "elsewhere" } },
      daemonSet(),
    ]);
    const drain = cluster.maintenance.drain("a-0");
    runFor(cluster, 0.1);
    const evicted = new Set(drain.pods.map(({ evictedNs }) => evictedNs));
    expect(evicted.size).toBe(1);
    runFor(cluster, 60);
    expect(drain.isDone).toBe(true);
    expect(podsOn(cluster, "a-0").map(({ metadata }) => metadata.labels?.app)).toEqual(["agent"]);
  });

  it("never takes a pod that two budgets select", () => {
    const cluster = settled([
      deployment("web", 6),
      budget({ maxUnavailable: 6 }),
      budget({ maxUnavailable: 6 }, "web-too"),
    ]);
    const drain: Drain = cluster.maintenance.drain("a-0");
    runFor(cluster, 60);
    expect(drain.isDone).toBe(false);
    for (const pod of drain.pods) {
      expect(pod.reason).toBe("the pod has more than one budget (default/web, default/web-too)");
      expect(pod.refusals).toBe(1);
    }
  });
});

describe("a pod that is not ready", () => {
  const world = (
    policy: "IfHealthyBudget" | "AlwaysAllow" | undefined,
    minAvailable: number,
  ): Cluster => {
    const cluster = settled([
      deployment("web", 4),
      budget({
        minAvailable,
        ...(policy === undefined ? {} : { unhealthyPodEvictionPolicy: policy }),
      }),
    ]);
    const [first] = cluster.store.list<Pod>("Pod");
    cluster.store.update<Pod>("Pod", `default/${first?.metadata.name}`, (draft) => {
      const ready = draft.status?.conditions?.find(({ type }) => type === "Ready");
      if (ready !== undefined) ready.status = "False";
    });
    runFor(cluster, 1);
    return cluster;
  };
  const evictFirst = (cluster: Cluster): string => {
    const unready = [...cluster.pods].find(({ ready }) => !ready);
    return cluster.maintenance.evict(unready?.key ?? "").verdict;
  };

  it("goes where the budget is met without it, or where its policy says always", () => {
    expect(evictFirst(world(undefined, 3))).toBe("evicted");
    expect(evictFirst(world(undefined, 4))).toBe("wait");
    expect(evictFirst(world("IfHealthyBudget", 4))).toBe("wait");
    expect(evictFirst(world("AlwaysAllow", 4))).toBe("evicted");
  });
});

describe("budgets", () => {
  it("count what a recount says, however pods, labels and selectors change", () => {
    const steps = fc.array(
      fc.record({
        what: fc.constantFrom("scale", "delete", "relabel", "reselect", "drain", "crash"),
        which: fc.nat(5),
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(steps, (given) => {
        const cluster = settled([
          deployment("web", 5),
          deployment("cart", 3),
          budget({ minAvailable: 1 }),
          budget({ minAvailable: 2, selector: {} }, "all"),
          budget({ minAvailable: 1 }, "cart", "cart"),
        ]);
        for (const { what, which } of given) {
          const pod = cluster.pods.at(which);
          if (what === "scale") cluster.apply(deployment("web", which));
          else if (what === "delete") cluster.delete("Pod", pod?.key ?? "");
          else if (what === "drain")
            cluster.maintenance.drain(["a-0", "b-0", "c-1"][which % 3] ?? "");
          else if (what === "crash") cluster.failNode(["a-1", "b-1"][which % 2] ?? "");
          else if (what === "reselect") {
            cluster.apply(budget({ minAvailable: 1 }, "cart", which % 2 === 0 ? "web" : "cart"));
          } else if (pod !== undefined && cluster.store.get("Pod", pod.key) !== undefined) {
            cluster.store.update<Pod>("Pod", pod.key, (draft) => {
              draft.metadata.labels = { ...draft.metadata.labels, app: which % 2 ? "cart" : "web" };
            });
          }
          runFor(cluster, 7 * which);
        }
        runFor(cluster, 500);
        const pods = cluster.store.list<Pod>("Pod");
        for (const one of cluster.store.list<PodDisruptionBudget>("PodDisruptionBudget")) {
          const app = one.spec?.selector?.matchLabels?.app;
          const own = pods.filter(
            ({ metadata }) => app === undefined || metadata.labels?.app === app,
          );
          const healthy = own.filter(
            ({ metadata, status }) =>
              metadata.deletionTimestamp === undefined &&
              status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
          );
          expect(one.status).toMatchObject({
            expectedPods: own.length,
            currentHealthy: healthy.length,
          });
        }
      }),
      { numRuns: 25 },
    );
  });

  it("hold up no deletion, no scaling and no cordon", () => {
    const cluster = settled([deployment("web", 6), budget({ maxUnavailable: 0 })]);
    const [pod] = cluster.pods;
    cluster.delete("Pod", pod?.key ?? "");
    runFor(cluster, 0.1);
    expect(cluster.pods.at(0)?.terminating).toBe(true);
    cluster.apply(deployment("web", 2));
    cluster.maintenance.cordon("a-0");
    cluster.settle();
    expect(cluster.store.list("Pod")).toHaveLength(2);
    cluster.maintenance.uncordon("a-0");
    cluster.apply(deployment("web", 60));
    cluster.settle();
    expect(podsOn(cluster, "a-0").length).toBeGreaterThan(0);
  });
});

function daemonSet(): Parameters<Cluster["apply"]>[0] {
  const { template } = deployment("agent", 1).spec;
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "default" },
    spec: { selector: { matchLabels: { app: "agent" } }, template },
  };
}
