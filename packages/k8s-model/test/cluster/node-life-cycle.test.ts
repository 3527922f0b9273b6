import { applyDefaults, type KubeObject, type Node, type Pod } from "@k8s-netsim/k8s-model/api";
import type { Cluster } from "@k8s-netsim/k8s-model/cluster";
import { describe, expect, it } from "vitest";
import { runFor, settled } from "./settled.ts";

const web: KubeObject = applyDefaults({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 6,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "main", image: "web:1" }] },
    },
  },
} as KubeObject);

const nodesOf = (cluster: Cluster): readonly Node[] => cluster.store.list<Node>("Node");

/** Taints by node, those of nodes without any left out. */
function taints(cluster: Cluster): Record<string, readonly string[]> {
  const found = nodesOf(cluster).map(({ metadata, spec }): [string, string[]] => [
    metadata.name,
    (spec?.taints ?? []).map(({ key, effect }) => `${key.split("/").at(-1)}:${effect}`).sort(),
  ]);
  return Object.fromEntries(found.filter(([, list]) => list.length > 0));
}

const noExecute = (cluster: Cluster): number =>
  Object.values(taints(cluster)).filter((list) => list.includes("unreachable:NoExecute")).length;

const uids = (cluster: Cluster): readonly (string | undefined)[] =>
  cluster.store.list<Pod>("Pod").map(({ metadata }) => metadata.uid);

describe("the node life cycle", () => {
  it("taints a node for its conditions and its cordon, and takes these taints back", () => {
    const cluster = settled([]);
    const [first] = nodesOf(cluster);
    const name = first?.metadata.name ?? "";
    const pressed = { type: "MemoryPressure", status: "True" as const };
    const ready = { type: "Ready", status: "True" as const };
    cluster.store.update<Node>("Node", name, (draft) => {
      draft.spec = { ...draft.spec, unschedulable: true };
      draft.status = { ...draft.status, conditions: [ready, pressed] };
    });
    cluster.settle();
    expect(taints(cluster)).toEqual({
      [name]: ["memory-pressure:NoSchedule", "unschedulable:NoSchedule"],
    });
    cluster.store.update<Node>("Node", name, (draft) => {
      draft.spec = { ...draft.spec, unschedulable: false };
      draft.status = { ...draft.status, conditions: [ready] };
    });
    cluster.settle();
    expect(taints(cluster)).toEqual({});
  });

  it("taints a lost zone's nodes NoExecute a look later, one in ten seconds", () => {
    const cluster = settled([web]);
    cluster.failZone("a");
    runFor(cluster, 50);
    while (Object.keys(taints(cluster)).length === 0) runFor(cluster, 0.1);
    expect(noExecute(cluster)).toBe(0);
    runFor(cluster, 6);
    expect(noExecute(cluster)).toBe(1);
    runFor(cluster, 14);
    expect(noExecute(cluster)).toBe(2);
    cluster.recoverZone("a");
    runFor(cluster, 11);
    expect(taints(cluster)).toEqual({});
  });

  it("evicts nobody while every node is silent, and grants a new grace when one is back", () => {
    const cluster = settled([web]);
    const before = uids(cluster);
    for (const zone of ["a", "b", "c"]) cluster.failZone(zone);
    runFor(cluster, 1200);
    expect(noExecute(cluster)).toBe(0);
    expect(uids(cluster)).toEqual(before);
    for (const zone of ["a", "b", "c"]) cluster.recoverZone(zone);
    cluster.settle();
    expect(taints(cluster)).toEqual({});
    expect(uids(cluster)).toEqual(before);
  });
});
