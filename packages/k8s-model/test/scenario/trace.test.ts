import {
  cluster,
  deployment,
  openLoop,
  scenario,
  service,
  traceScenario,
} from "@k8s-netsim/k8s-model/scenario";
import { seconds } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";

const shop = scenario("shop", {
  question: "Which way do packets take?",
  vary: { replicas: [2, 5] },
  runs: { replications: 1, warmUp: seconds(0), length: seconds(1) },
  build: ({ replicas }) =>
    cluster({
      zones: { a: { nodes: 2 }, b: { nodes: 2 } },
      objects: [
        deployment("web", { replicas: { a: 1 } }),
        deployment("api", { replicas: { b: replicas } }),
        service("api", { port: 80 }),
      ],
      traffic: [
        openLoop({ from: { deployment: "web-a" }, to: "api:80", ratePerSecond: 1 }),
        openLoop({ from: { zone: "a" }, to: "api:80", ratePerSecond: 1 }),
      ],
    }),
  measure: () => ({}),
});

const options = { seed: "trace", mode: "nftables", network: "vxlan" } as const;

describe("a trace of a scenario", () => {
  const traced = traceScenario(shop, new Map(), options);

  it("has one connection of each kind, and each is answered by a pod of the Service", () => {
    expect(traced.connections.map(({ to }) => to)).toEqual(["default/api:80", "default/api:80"]);
    for (const { outcome } of traced.connections)
      expect(outcome).toMatch(/^answered by default\/api-/);
    expect(traced.leftOut).toEqual([]);
  });

  it("tells the rule that chose the endpoint, and why a user outside is masqueraded", () => {
    const causes = traced.connections.map(({ way }) =>
      (way?.steps ?? []).flatMap((step) => step.causes).join("\n"),
    );
    const [inside = "", outside = ""] = causes;
    expect(inside).toContain("dnat");
    expect(inside).not.toContain("masquerade fully-random");
    expect(outside).toContain("dnat");
    expect(outside).toContain("masquerade fully-random");
    expect(outside).toMatch(/rules before it did not match/);
  });

  it("shows the tunnel between the nodes and the connection's entries", () => {
    const way = traced.connections[0]?.way;
    expect(way?.steps.some(({ packet }) => packet.includes("VXLAN 1 {"))).toBe(true);
    expect(way?.tracking.length).toBe(2);
  });

  it("captures the same bytes under the same seed, and follows a parameter", () => {
    const bytes = (trace: typeof traced): number[][] =>
      trace.capture.frames.map((frame) => [...frame.bytes]);
    expect(bytes(traceScenario(shop, new Map(), options))).toEqual(bytes(traced));
    const more = traceScenario(shop, new Map([["replicas", 5]]), options);
    expect(more.capture.interfaces.length).toBeGreaterThan(traced.capture.interfaces.length);
  });
});

describe("a trace of a cluster whose nodes tell their addresses", () => {
  it("shows them", () => {
    const nodes = ["10.20.0.7", "10.20.3.9"].map((address, i) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: `n${i}`, labels: { "topology.kubernetes.io/zone": "a" } },
      spec: { podCIDR: `10.244.${i}.0/24` },
      status: {
        addresses: [{ type: "InternalIP", address }],
        allocatable: { cpu: "4", memory: "8Gi", pods: "20" },
        conditions: [{ type: "Ready", status: "True" }],
      },
    }));
    const real = scenario("real", {
      question: "Which addresses do nodes have?",
      vary: { pods: [3] },
      runs: { replications: 1, warmUp: seconds(0), length: seconds(1) },
      build: ({ pods }) =>
        cluster({
          objects: [...nodes, deployment("web", { replicas: pods }), service("web", { port: 80 })],
          traffic: [openLoop({ from: { zone: "a" }, to: "web:80", ratePerSecond: 1 })],
        }),
      measure: () => ({}),
    });
    const { connections, capture } = traceScenario(real, new Map(), options);
    expect(connections[0]?.outcome).toMatch(/^answered by default\/web-/);
    const packets = (connections[0]?.way?.steps ?? []).map(({ packet }) => packet).join("\n");
    expect(packets).toContain("192.0.2.100:");
    const interfaces = capture.interfaces.map(({ name, description }) => `${name} ${description}`);
    expect(interfaces).toContain("n0:eth0 10.20.0.7/22, MTU 1500");
    expect(packets).toMatch(/10\.244\.[01]\.\d+:8080/);
  });

  it("reaches pods that are on the nodes' own network, from outside", () => {
    const node = (name: string, address: string) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels: { "topology.kubernetes.io/zone": "a" } },
      status: {
        addresses: [{ type: "InternalIP", address }],
        allocatable: { cpu: "4", memory: "8Gi", pods: "20" },
        conditions: [{ type: "Ready", status: "True" }],
      },
    });
    const pod = (name: string, nodeName: string, podIP: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", labels: { app: name } },
      spec: { nodeName, containers: [{ name: "c", image: "c" }] },
      status: {
        phase: "Running",
        podIP,
        podIPs: [{ ip: podIP }],
        conditions: [{ type: "Ready", status: "True" }],
      },
    });
    const objects = [
      node("n1", "10.0.1.5"),
      node("n2", "10.0.1.9"),
      pod("web", "n1", "10.0.1.20"),
      pod("api", "n2", "10.0.1.21"),
      service("api", { port: 80 }),
    ];
    const flat = scenario("flat", {
      question: "Do pods need a range of their node?",
      vary: { once: [true] },
      runs: { replications: 1, warmUp: seconds(0), length: seconds(1) },
      build: () =>
        cluster({
          objects,
          traffic: [openLoop({ from: { zone: "a" }, to: "api:80", ratePerSecond: 1 })],
        }),
      measure: () => ({}),
    });
    for (const network of ["routed", "vxlan"] as const) {
      const { connections } = traceScenario(flat, new Map(), { ...options, network });
      expect(connections[0]?.outcome).toBe("answered by default/api");
    }
  });
});
