import type { EndpointSlice, KubeObject, Pod, ReplicaSet } from "@k8s-netsim/k8s-model/api";
import { describe, expect, it } from "vitest";
import { deployment, service } from "./objects.ts";
import { podNames, route, settled } from "./settled.ts";

/** A running pod of a dump, by default with a ReplicaSet for owner. */
function runningPod(name: string, nodeName: string, ip: string, owned = true): Pod {
  const owner = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    name: "web-5d4f",
    uid: "11111111-aaaa",
    controller: true,
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      uid: `uid-${name}`,
      creationTimestamp: "2026-01-02T03:04:05Z",
      labels: { app: "web", ...(owned ? { "pod-template-hash": "5d4f" } : {}) },
      ...(owned ? { ownerReferences: [owner] } : {}),
    },
    spec: { nodeName, containers: [{ name: "main", image: "example/web:1" }] },
    status: {
      phase: "Running",
      podIP: ip,
      podIPs: [{ ip }],
      conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-02T03:04:09Z" }],
    },
  };
}

function dumpedSlice(): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "web-abcde",
      namespace: "default",
      labels: {
        "kubernetes.io/service-name": "web",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      ownerReferences: [
        { apiVersion: "v1", kind: "Service", name: "web", uid: "another", controller: true },
      ],
    },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: [
      {
        addresses: ["10.244.1.5"],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: "a-0",
        zone: "a",
        targetRef: { kind: "Pod", namespace: "default", name: "web-5d4f-1", uid: "uid-web-5d4f-1" },
      },
    ],
  };
}

const pods = [
  runningPod("web-5d4f-1", "a-0", "10.244.1.5"),
  runningPod("web-5d4f-2", "b-0", "10.244.2.5"),
];

describe("objects of a dump", () => {
  it("keeps running pods where they are and creates only the shortfall", () => {
    const cluster = settled([service("web"), deployment("web", 3), ...pods]);
    const names = podNames(cluster);
    expect(names).toHaveLength(3);
    expect(names).toEqual(expect.arrayContaining(["web-5d4f-1", "web-5d4f-2"]));
    expect(cluster.pods.byKey("default/web-5d4f-1")).toMatchObject({
      ip: "10.244.1.5",
      answering: true,
      workload: "Deployment/default/web",
    });
  });

  it("makes the ReplicaSet that pods name and the dump lacks, and says so", () => {
    const cluster = settled([service("web"), deployment("web", 2), ...pods]);
    const sets = cluster.store.list<ReplicaSet>("ReplicaSet");
    expect(sets.map(({ metadata }) => metadata.name)).toEqual(["web-5d4f"]);
    expect(podNames(cluster)).toEqual(["web-5d4f-1", "web-5d4f-2"]);
    expect(cluster.reconciled()).toEqual([
      "ReplicaSet default/web-5d4f is not in the input: made for its 2 pods from their Deployment.",
    ]);
  });

  it("deletes the surplus", () => {
    const cluster = settled([deployment("web", 1), ...pods]);
    expect(podNames(cluster)).toHaveLength(1);
    expect(cluster.reconciled().at(-1)).toBe(
      "Deployment default/web: 2 pods in the input, 1 deleted.",
    );
  });

  it("adopts pods that name no owner by the selector of their Deployment", () => {
    const orphans = ["1", "2"].map((name) =>
      runningPod(`web-${name}`, "a-1", `10.244.1.1${name}`, false),
    );
    const cluster = settled([service("web"), deployment("web", 3), ...orphans]);
    expect(podNames(cluster)).toHaveLength(3);
    expect(podNames(cluster)).toEqual(expect.arrayContaining(["web-1", "web-2"]));
    expect(route(cluster, "c-0", "web").endpoints).toHaveLength(3);
    expect(cluster.pods.byKey("default/web-1")?.workload).toBe("Deployment/default/web");
  });

  it("adopts an existing slice, reconciles it and reports the difference", () => {
    const cluster = settled([service("web"), deployment("web", 2), ...pods, dumpedSlice()]);
    const slices = cluster.store.list<EndpointSlice>("EndpointSlice");
    expect(slices.map(({ metadata }) => metadata.name)).toEqual(["web-abcde"]);
    expect(slices[0]?.endpoints).toHaveLength(2);
    expect(cluster.reconciled().at(-1)).toBe(
      "EndpointSlice default/web-abcde: 1 endpoint in the input, 1 added.",
    );
  });

  it("leaves alone the pods of owners that it does not know", () => {
    const job: KubeObject = {
      ...runningPod("job-1", "c-0", "10.244.3.7", false),
      metadata: {
        ...runningPod("job-1", "c-0", "10.244.3.7", false).metadata,
        ownerReferences: [
          { apiVersion: "batch/v1", kind: "Job", name: "job", uid: "j", controller: true },
        ],
      },
    };
    const cluster = settled([job]);
    expect(podNames(cluster)).toEqual(["job-1"]);
    expect(cluster.reconciled()).toEqual([]);
  });
});
