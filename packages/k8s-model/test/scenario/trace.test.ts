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
