import {
  applyDefaults,
  type Deployment,
  type KubeObject,
  type ReplicaSet,
} from "@k8s-netsim/k8s-model/api";
import type { Cluster } from "@k8s-netsim/k8s-model/cluster";
import { describe, expect, it } from "vitest";
import { podNames, runFor, settled } from "./settled.ts";

function web(image: string, spec: object = {}): Deployment {
  return applyDefaults({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "main", image }] },
      },
      ...spec,
    },
  } as KubeObject) as Deployment;
}

/** A template that no node has room for. */
const tooLarge = {
  template: {
    metadata: { labels: { app: "web" } },
    spec: {
      containers: [{ name: "main", image: "web:2", resources: { requests: { cpu: "999" } } }],
    },
  },
};

function conditions(cluster: Cluster): Record<string, string> {
  const status = cluster.store.get<Deployment>("Deployment", "default/web")?.status as {
    readonly conditions?: readonly { type: string; status: string; reason: string }[];
  };
  return Object.fromEntries(
    (status?.conditions ?? []).map(({ type, status: is, reason }) => [type, `${is} ${reason}`]),
  );
}

const live = (cluster: Cluster): number =>
  [...cluster.pods].filter(({ gone, terminating }) => !gone && !terminating).length;

describe("a Deployment's rollout", () => {
  it("is told as complete when every pod is new and available", () => {
    const cluster = settled([web("web:1")]);
    expect(conditions(cluster)).toEqual({
      Available: "True MinimumReplicasAvailable",
      Progressing: "True NewReplicaSetAvailable",
    });
  });

  it("is told as stuck once it makes no progress for progressDeadlineSeconds", () => {
    const cluster = settled([web("web:1")]);
    cluster.apply(web("web:2", { ...tooLarge, progressDeadlineSeconds: 60 }));
    runFor(cluster, 59);
    expect(conditions(cluster).Progressing).toBe("True ReplicaSetUpdated");
    runFor(cluster, 5);
    expect(conditions(cluster).Progressing).toBe("False ProgressDeadlineExceeded");
    expect(conditions(cluster).Available).toBe("True MinimumReplicasAvailable");
    cluster.apply(web("web:3", { progressDeadlineSeconds: 60 }));
    cluster.settle();
    expect(conditions(cluster).Progressing).toBe("True NewReplicaSetAvailable");
  });

  it("does not keep the cluster from its rest while it is stuck", () => {
    const cluster = settled([web("web:1")]);
    cluster.apply(web("web:2", tooLarge));
    const beforeNs: number = cluster.sim.now;
    expect(cluster.settle().steady).toBe(true);
    expect(cluster.sim.now - beforeNs).toBeLessThan(60e9);
  });

  it("stands still while paused, and says so", () => {
    const cluster = settled([web("web:1")]);
    cluster.apply(web("web:2", { paused: true }));
    cluster.settle();
    expect(cluster.store.list("ReplicaSet")).toHaveLength(1);
    expect(conditions(cluster).Progressing).toBe("Unknown DeploymentPaused");
    cluster.apply(web("web:2"));
    cluster.settle();
    expect(cluster.store.list("ReplicaSet")).toHaveLength(2);
    expect(conditions(cluster).Progressing).toBe("True NewReplicaSetAvailable");
  });

  it("waits minReadySeconds before the next old pods go", () => {
    const cluster = settled([web("web:1")]);
    const fromNs: number = cluster.sim.now;
    const rollingUpdate = { maxSurge: 1, maxUnavailable: 0 };
    const strategy = { type: "RollingUpdate", rollingUpdate };
    cluster.apply(web("web:2", { strategy, minReadySeconds: 20 }));
    let most = 0;
    for (let step = 0; step < 300; step++) {
      runFor(cluster, 0.5);
      most = Math.max(most, live(cluster));
    }
    expect(most).toBe(5);
    cluster.settle();
    expect(cluster.sim.now - fromNs).toBeGreaterThan(80e9);
  });

  it("has no pod of both revisions at one time when it recreates", () => {
    const strategy = { type: "Recreate" };
    const cluster = settled([web("web:1", { strategy })]);
    cluster.apply(web("web:2", { strategy }));
    for (let step = 0; step < 100; step++) {
      runFor(cluster, 0.1);
      const images = cluster.store
        .list<KubeObject & { spec: { containers: { image: string }[] } }>("Pod")
        .map(({ spec }) => spec.containers[0]?.image);
      expect(new Set(images).size).toBeLessThanOrEqual(1);
    }
    expect(podNames(cluster)).toHaveLength(4);
  });

  it("keeps as many empty ReplicaSets as revisionHistoryLimit says", () => {
    const cluster = settled([web("web:1", { revisionHistoryLimit: 1 })]);
    for (const image of ["web:2", "web:3", "web:4"]) {
      cluster.apply(web(image, { revisionHistoryLimit: 1 }));
      cluster.settle();
    }
    const sets = cluster.store.list<ReplicaSet>("ReplicaSet");
    const images = sets.map(({ spec }) => spec.template.spec.containers[0]?.image);
    expect([...images].sort()).toEqual(["web:3", "web:4"]);
  });
});
