import {
  applyDefaults,
  type DaemonSet,
  type KubeObject,
  type StatefulSet,
} from "@k8s-netsim/k8s-model/api";
import { describe, expect, it } from "vitest";
import { node } from "./objects.ts";
import { podNames, runFor, settled } from "./settled.ts";

const template = (image: string): StatefulSet["spec"]["template"] => ({
  metadata: { labels: { app: "db" } },
  spec: { containers: [{ name: "main", image }] },
});

function statefulSet(replicas: number, image = "db:1", spec: object = {}): StatefulSet {
  return applyDefaults({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "default" },
    spec: {
      replicas,
      serviceName: "db",
      selector: { matchLabels: { app: "db" } },
      template: template(image),
      ...spec,
    },
  } as KubeObject) as StatefulSet;
}

function daemonSet(image = "agent:1", spec: object = {}): DaemonSet {
  return applyDefaults({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "agent", namespace: "default" },
    spec: { selector: { matchLabels: { app: "db" } }, template: template(image), ...spec },
  } as KubeObject) as DaemonSet;
}

describe("a StatefulSet", () => {
  it("makes its pods by ordinal, each after the one before is ready", () => {
    const cluster = settled([statefulSet(3)]);
    expect(podNames(cluster)).toEqual(["db-0", "db-1", "db-2"]);
    const created = [...cluster.pods].map(({ key }) => key);
    expect(created).toEqual(["default/db-0", "default/db-1", "default/db-2"]);
    expect(cluster.sim.now).toBeGreaterThan(6e9);
  });

  it("updates from the highest ordinal down and leaves those below the partition", () => {
    const cluster = settled([statefulSet(3)]);
    const updateStrategy = { type: "RollingUpdate", rollingUpdate: { partition: 1 } };
    cluster.apply(statefulSet(3, "db:2", { updateStrategy }));
    cluster.settle();
    const images = cluster.store
      .list<KubeObject & { spec: { containers: { image: string }[] } }>("Pod")
      .map(({ metadata, spec }) => [metadata.name, spec.containers[0]?.image])
      .sort();
    expect(images).toEqual([
      ["db-0", "db:1"],
      ["db-1", "db:2"],
      ["db-2", "db:2"],
    ]);
    const order = [...cluster.pods].slice(3).map(({ key }) => key);
    expect(order).toEqual(["default/db-2", "default/db-1"]);
  });

  it("takes replicas away from the highest ordinal down", () => {
    const cluster = settled([statefulSet(3)]);
    cluster.apply(statefulSet(1));
    cluster.settle();
    expect(podNames(cluster)).toEqual(["db-0"]);
  });
});

describe("a DaemonSet", () => {
  it("runs on every node, also on those that come later", () => {
    const cluster = settled([daemonSet()]);
    expect([...cluster.pods].map(({ nodeIndex }) => nodeIndex).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    cluster.apply(node("late", "a"));
    cluster.settle();
    expect(podNames(cluster)).toHaveLength(7);
  });

  it("keeps to the nodes that its selector and tolerations allow", () => {
    const spec = {
      template: {
        ...template("agent:1"),
        spec: {
          ...template("agent:1").spec,
          nodeSelector: { "topology.kubernetes.io/zone": "b" },
        },
      },
    };
    const cluster = settled([daemonSet("agent:1", spec)]);
    expect(podNames(cluster)).toHaveLength(2);
  });

  it("is updated one node at a time by default", () => {
    const cluster = settled([daemonSet()]);
    cluster.apply(daemonSet("agent:2"));
    let least = 6;
    for (let step = 0; step < 900; step++) {
      runFor(cluster, 0.1);
      least = Math.min(
        least,
        [...cluster.pods].filter(({ ready, terminating, gone }) => ready && !terminating && !gone)
          .length,
      );
    }
    expect(least).toBe(5);
    const images = cluster.store
      .list<KubeObject & { spec: { containers: { image: string }[] } }>("Pod")
      .map(({ spec }) => spec.containers[0]?.image);
    expect(images).toEqual(Array(6).fill("agent:2"));
  });
});
