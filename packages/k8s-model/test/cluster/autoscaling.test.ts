import {
  applyDefaults,
  type Deployment,
  type HorizontalPodAutoscaler,
  type KubeObject,
} from "@k8s-netsim/k8s-model/api";
import type { Cluster } from "@k8s-netsim/k8s-model/cluster";
import { describe, expect, it } from "vitest";
import { runFor, settled } from "./settled.ts";

const web = (replicas: number): Deployment =>
  applyDefaults({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [{ name: "main", image: "web:1", resources: { requests: { cpu: "100m" } } }],
        },
      },
    },
  } as KubeObject) as Deployment;

const autoscaler = (spec: object): HorizontalPodAutoscaler => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "web", namespace: "default" },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    minReplicas: 2,
    maxReplicas: 10,
    metrics: [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
      },
    ],
    ...spec,
  },
});

/** Each pod works so many thousandths of a CPU from the time at which it answers. */
function load(cluster: Cluster, milliPerPod: () => number): void {
  let lastNs: number = cluster.sim.now;
  const used = new Map<string, number>();
  cluster.controlPlane.autoscaler.measure({
    read() {
      const passedNs = cluster.sim.now - lastNs;
      lastNs = cluster.sim.now;
      const counters = new Map<string, number>();
      for (const { key, answering } of cluster.pods) {
        if (!answering) continue;
        used.set(key, (used.get(key) ?? 0) + (passedNs * milliPerPod()) / 1000);
        counters.set(key, used.get(key) as number);
      }
      return counters;
    },
  });
}

const replicas = (cluster: Cluster): number | undefined =>
  cluster.store.get<Deployment>("Deployment", "default/web")?.spec.replicas;

const conditions = (cluster: Cluster): Record<string, string | undefined> =>
  Object.fromEntries(
    (
      cluster.store.get<HorizontalPodAutoscaler>("HorizontalPodAutoscaler", "default/web")?.status
        ?.conditions ?? []
    ).map(({ type, status, reason }) => [type, `${status} ${reason}`]),
  );

describe("a HorizontalPodAutoscaler", () => {
  it("does nothing without metrics, and says why", () => {
    const cluster = settled([web(3)]);
    cluster.apply(autoscaler({}));
    runFor(cluster, 60);
    expect(replicas(cluster)).toBe(3);
    expect(conditions(cluster)).toEqual({
      AbleToScale: "True SucceededGetScale",
      ScalingActive: "False FailedGetResourceMetric",
    });
  });

  it("brings replicas within its limits without any metric", () => {
    const cluster = settled([web(1)]);
    cluster.apply(autoscaler({}));
    runFor(cluster, 60);
    expect(replicas(cluster)).toBe(2);
  });

  it("scales up at the second look at the load, by what the use is above the target", () => {
    const cluster = settled([web(3)]);
    runFor(cluster, 400);
    load(cluster, () => 100);
    cluster.apply(autoscaler({}));
    runFor(cluster, 14);
    expect(replicas(cluster)).toBe(3);
    runFor(cluster, 20);
    expect(replicas(cluster)).toBe(6);
    expect(conditions(cluster)).toEqual({
      AbleToScale: "True SucceededRescale",
      ScalingActive: "True ValidMetricFound",
      ScalingLimited: "False DesiredWithinRange",
    });
  });

  it("scales down only when the window has passed since more pods were wanted", () => {
    const cluster = settled([web(6)]);
    runFor(cluster, 400);
    let milli = 50;
    load(cluster, () => milli);
    cluster.apply(autoscaler({}));
    runFor(cluster, 60);
    expect(replicas(cluster)).toBe(6);
    milli = 10;
    runFor(cluster, 240);
    expect(replicas(cluster)).toBe(6);
    runFor(cluster, 120);
    expect(replicas(cluster)).toBe(2);
  });

  it("keeps to its flags", () => {
    const cluster = settled([web(3)], { autoscaler: { syncPeriodNs: 5e9, tolerance: 2 } });
    runFor(cluster, 400);
    load(cluster, () => 100);
    runFor(cluster, 40);
    cluster.apply(autoscaler({}));
    runFor(cluster, 6);
    expect(conditions(cluster).ScalingActive).toBe("True ValidMetricFound");
    expect(replicas(cluster)).toBe(3);
  });

  it("does not keep the cluster from its rest, and ends with its object", () => {
    const cluster = settled([web(3)]);
    cluster.apply(autoscaler({}));
    expect(cluster.settle().steady).toBe(true);
    cluster.delete("HorizontalPodAutoscaler", "default/web");
    runFor(cluster, 1);
    cluster.apply(web(1));
    runFor(cluster, 60);
    expect(replicas(cluster)).toBe(1);
  });
});
