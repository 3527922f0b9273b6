import type { Deployment, Node, Pod } from "@k8s-netsim/k8s-model/api";
import { Cluster, explainRoute } from "@k8s-netsim/k8s-model/cluster";
import { Simulation } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";
import { deployment, node, nodes, service } from "./objects.ts";
import { podNames, route, runFor, settled } from "./settled.ts";

describe("a cluster", () => {
  it("runs a Deployment behind a Service and routes to its pods from every node", () => {
    const cluster = settled([service("web"), deployment("web", 6)]);
    for (const { name } of cluster.nodes) {
      const { verdict, endpoints, rule } = route(cluster, name, "web");
      expect({ verdict, rule, count: endpoints.length }).toEqual({
        verdict: "accept",
        rule: "all-ready",
        count: 6,
      });
      expect(endpoints.every((pod) => cluster.isServing(pod))).toBe(true);
    }
  });

  it("keeps traffic in the zone with PreferSameZone", () => {
    const objects = [
      service("web", { trafficDistribution: "PreferSameZone" }),
      deployment("web", 6),
    ];
    const cluster = settled(objects);
    for (const { name, zone } of cluster.nodes) {
      const { endpoints, rule } = route(cluster, name, "web");
      expect(rule).toBe("zone-hints");
      const zones = endpoints.map(
        (pod) => cluster.nodes.at(cluster.pods.at(pod)?.nodeIndex ?? -1)?.zone,
      );
      expect(zones).toEqual([zone, zone]);
    }
  });

  it("leaves hints of the newer values away before Kubernetes 1.34", () => {
    const objects = [
      service("web", { trafficDistribution: "PreferSameZone" }),
      deployment("web", 6),
    ];
    const cluster = settled(objects, { kubernetesVersion: "1.32" });
    expect(route(cluster, "a-0", "web").rule).toBe("all-ready");
  });

  it("tells why topology hints were refused", () => {
    const web = service("web");
    const annotations = { "service.kubernetes.io/topology-mode": "Auto" };
    const annotated = { ...web, metadata: { ...web.metadata, annotations } };
    const cluster = settled([annotated, deployment("web", 4)]);
    expect(cluster.serviceEvents("default/web").at(-1)).toMatchObject({
      type: "Warning",
      reason: "TopologyAwareHintsDisabled",
    });
  });

  it("reports pods that fit nowhere with the scheduler's sentence", () => {
    const cluster = settled([
      deployment("big", 1, {
        template: {
          metadata: { labels: { app: "big" } },
          spec: { containers: [{ name: "main", resources: { requests: { cpu: "64" } } }] },
        },
      }),
    ]);
    const [only] = cluster.unschedulable();
    expect(only?.reason).toMatch(/6 Insufficient cpu/);
  });

  it("schedules what waited as soon as a node comes that it fits on", () => {
    const cluster = settled([
      deployment("web", 1, {
        template: {
          metadata: { labels: { app: "web" } },
          spec: {
            nodeSelector: { "kubernetes.io/hostname": "late" },
            containers: [{ name: "main" }],
          },
        },
      }),
    ]);
    expect(cluster.unschedulable()).toHaveLength(1);
    cluster.apply(node("late", "a"));
    cluster.settle();
    expect(cluster.unschedulable()).toEqual([]);
    expect([...cluster.pods].at(-1)?.answering).toBe(true);
  });

  it("does the same twice, write by write", () => {
    const log = (): string[] => {
      const cluster = settled([service("web"), deployment("web", 7)], { historyWindowNs: 1e15 });
      cluster.failZone("b");
      cluster.settle();
      return cluster.store.list<Pod>("Pod").map((pod) => JSON.stringify(pod));
    };
    expect(log()).toEqual(log());
  });

  it("gives a Deployment's pods the same names whatever else is in the cluster", () => {
    const alone = podNames(settled([deployment("web", 3)]));
    const together = podNames(
      settled([deployment("other", 5), service("web"), deployment("web", 3)]),
    );
    expect(together.filter((name) => name.startsWith("web-"))).toEqual(alone);
  });
});

describe("a rolling update", () => {
  it("keeps about as many pods available as it must, and never has more than it may", () => {
    const cluster = settled([service("web"), deployment("web", 8)]);
    const next = structuredClone(deployment("web", 8)) as { spec: Deployment["spec"] } & Deployment;
    const container = next.spec.template.spec.containers[0] as { image?: string };
    container.image = "example/web:2";
    cluster.apply(next);
    let [least, most] = [8, 0];
    for (let step = 0; step < 400; step++) {
      runFor(cluster, 0.05);
      const pods = cluster.store.list<Pod>("Pod");
      const live = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const ready = live.filter(({ metadata }) => cluster.pods.byUid(metadata.uid ?? "")?.ready);
      least = Math.min(least, ready.length);
      most = Math.max(most, live.length);
    }
    // 6 are to stay available; a sync may count by a status some milliseconds old, as in life.
    expect(least).toBeGreaterThanOrEqual(5);
    expect(most).toBeLessThanOrEqual(10);
    const images = cluster.store.list<Pod>("Pod").map(({ spec }) => spec.containers[0]?.image);
    expect(images).toEqual(Array(8).fill("example/web:2"));
  });

  it("with Recreate starts no new pod before the old ones are gone", () => {
    const spec = { strategy: { type: "Recreate" as const } };
    const cluster = settled([deployment("web", 3, spec)]);
    const before = podNames(cluster);
    const next = structuredClone(deployment("web", 3, spec)) as Deployment;
    (next.spec.template.spec.containers[0] as { image?: string }).image = "example/web:2";
    cluster.apply(next);
    for (let step = 0; step < 200; step++) {
      runFor(cluster, 0.05);
      const names = podNames(cluster);
      const old = names.filter((name) => before.includes(name)).length;
      expect(old === 0 || old === names.length).toBe(true);
    }
    expect(podNames(cluster)).toHaveLength(3);
  });
});

describe("a zone outage", () => {
  const objects = [service("web", { trafficDistribution: "PreferSameZone" }), deployment("web", 6)];

  it("leaves dead endpoints in force until the node life cycle gives the nodes up", () => {
    const cluster = settled(objects);
    cluster.failZone("a");
    const dead = (): number =>
      route(cluster, "a-0", "web").endpoints.filter((pod) => !cluster.isServing(pod)).length;
    expect(dead()).toBe(2);
    runFor(cluster, 39);
    expect(dead()).toBe(2);
    runFor(cluster, 25);
    expect(dead()).toBe(0);
    expect(route(cluster, "a-0", "web")).toMatchObject({ verdict: "accept", rule: "all-ready" });
  });

  it("replaces the pods elsewhere after 300 seconds of toleration", () => {
    const cluster = settled(objects);
    cluster.failZone("a");
    runFor(cluster, 330);
    expect(podNames(cluster)).toHaveLength(6);
    runFor(cluster, 90);
    const answering = [...cluster.pods].filter((pod) => pod.answering);
    expect(answering).toHaveLength(6);
    const zones = answering.map(({ nodeIndex }) => cluster.nodes.at(nodeIndex)?.zone);
    expect(zones).not.toContain("a");
  });

  it("ends well when the zone comes back before anything is evicted", () => {
    const cluster = settled(objects);
    const before = podNames(cluster);
    cluster.failZone("a");
    runFor(cluster, 120);
    cluster.recoverZone("a");
    cluster.settle();
    expect(podNames(cluster)).toEqual(before);
    expect([...cluster.pods].every((pod) => pod.answering && pod.ready)).toBe(true);
    const tainted = cluster.store
      .list<Node>("Node")
      .filter(({ spec }) => (spec?.taints ?? []).length > 0);
    expect(tainted).toEqual([]);
    expect(route(cluster, "a-0", "web").rule).toBe("zone-hints");
  });
});

describe("an explained route", () => {
  it("names the view, the rule and the pod behind each endpoint", () => {
    const cluster = settled([
      service("web", { trafficDistribution: "PreferSameZone" }),
      deployment("web", 3),
    ]);
    const answer = explainRoute(cluster, { fromNode: "b-0", service: "default/web", port: "http" });
    if (!("explained" in answer)) throw new Error(answer.refused.sentence);
    const { choice, podIndices, view } = answer.explained;
    expect(choice.routing.rule).toBe("zone-hints");
    expect(view).toMatchObject({ servicesBehind: 0, slicesBehind: 0 });
    const kept = choice.endpoints.flatMap(({ kept }, index) => (kept ? [podIndices[index]] : []));
    expect(kept).toEqual(choice.routing.endpoints);
  });

  it("refuses what it does not know, and says what there is", () => {
    const cluster = settled([service("web")]);
    const answer = explainRoute(cluster, { fromNode: "b-0", service: "default/web", port: 81 });
    expect(answer).toEqual({
      refused: {
        code: "unknown-port",
        sentence: 'Service "default/web" has no port "81".',
        remedy: "Its ports are: http (80).",
      },
    });
  });
});

describe("fifteen thousand nodes", () => {
  it("share one copy of every endpoint list", () => {
    const cluster = new Cluster(new Simulation({ seed: "1" }), { check: true });
    for (const one of nodes(["a", "b", "c"], 5000)) cluster.apply(one);
    cluster.apply(service("web"));
    cluster.apply(deployment("web", 6));
    expect(cluster.settle().steady).toBe(true);
    const first = route(cluster, "a-0", "web").endpoints;
    expect(first).toHaveLength(6);
    for (const { name } of cluster.nodes) expect(route(cluster, name, "web").endpoints).toBe(first);
  });
});
