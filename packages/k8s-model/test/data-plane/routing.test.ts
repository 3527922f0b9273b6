import type { Endpoint, EndpointSlice, Service } from "@k8s-netsim/k8s-model/api";
import { explainRouting, PortView } from "@k8s-netsim/k8s-model/data-plane";
import { describe, expect, it } from "vitest";

interface Given {
  readonly zones: readonly (string | undefined)[];
  readonly conditions?: Endpoint["conditions"];
  readonly spec?: Partial<Service["spec"]>;
  readonly nodeHints?: boolean;
}

/** One endpoint on node `n<index>` per zone, each hinted for its zone unless that is undefined. */
function portView({ zones, conditions, spec, nodeHints = false }: Given): PortView {
  const port = { name: "http", port: 80 };
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: { clusterIP: "10.96.0.1", ports: [port], ...spec },
  };
  const endpoints = zones.map((zone, index): Endpoint => {
    const forZones = zone === undefined ? {} : { forZones: [{ name: zone }] };
    const forNodes = nodeHints ? { forNodes: [{ name: `n${index}` }] } : {};
    return {
      addresses: [`10.0.0.${index + 1}`],
      nodeName: `n${index}`,
      conditions: conditions ?? { ready: true, serving: true, terminating: false },
      hints: { ...forZones, ...forNodes },
    };
  });
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default" },
    addressType: "IPv4",
    endpoints,
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
  };
  return new PortView(service, port, [slice], ({ address }) => Number(address.slice(7)) - 1);
}

describe("routing on a node", () => {
  it("keeps connections in the zone when every ready endpoint has a hint and one is for it", () => {
    const view = portView({ zones: ["a", "b", "b"] });
    expect(view.routing("x", "b", "internal")).toEqual({
      verdict: "accept",
      endpoints: [1, 2],
      rule: "zone-hints",
    });
  });

  it("uses all endpoints in a zone that has none", () => {
    const view = portView({ zones: ["a", "a", "a", "a", "b", "b", "b", "b"] });
    const { rule, endpoints } = view.routing("x", "c", "internal");
    expect({ rule, count: endpoints.length }).toEqual({ rule: "all-ready", count: 8 });
  });

  it("ignores all hints when one ready endpoint has none", () => {
    const view = portView({ zones: ["a", "b", undefined] });
    expect(view.routing("x", "a", "internal").rule).toBe("all-ready");
  });

  it("prefers the endpoints of the node itself, and elsewhere those of the zone", () => {
    const view = portView({ zones: ["a", "b", "b"], nodeHints: true });
    expect(view.routing("n1", "b", "internal")).toMatchObject({
      rule: "node-hints",
      endpoints: [1],
    });
    expect(view.routing("x", "b", "internal")).toMatchObject({
      rule: "zone-hints",
      endpoints: [1, 2],
    });
  });

  it("falls back to terminating endpoints that still serve", () => {
    const conditions = { ready: false, serving: true, terminating: true };
    const view = portView({ zones: ["a", "b"], conditions });
    expect(view.routing("x", "a", "internal")).toMatchObject({
      verdict: "accept",
      rule: "terminating-fallback",
      endpoints: [0, 1],
    });
  });

  it("refuses where there is no endpoint and drops where a Local policy finds none on the node", () => {
    const none = portView({ zones: [] });
    expect(none.routing("x", "a", "internal")).toMatchObject({ verdict: "reject" });
    const local = portView({ zones: ["a"], spec: { internalTrafficPolicy: "Local" } });
    expect(local.routing("x", "a", "internal")).toMatchObject({
      verdict: "drop",
      rule: "no-local-endpoints",
    });
    expect(local.routing("n0", "a", "internal")).toMatchObject({
      verdict: "accept",
      rule: "local-policy",
    });
  });

  it("hands all nodes of a zone the same array", () => {
    const view = portView({ zones: ["a", "b", "b"] });
    expect(view.routing("x", "b", "internal").endpoints).toBe(
      view.routing("y", "b", "internal").endpoints,
    );
  });
});

describe("an explained routing", () => {
  it("names the rule that kept or dropped each endpoint", () => {
    const { steps, endpoints } = explainRouting(
      portView({ zones: ["a", "b"] }),
      "x",
      "b",
      "internal",
    );
    expect(steps).toEqual([
      "2 of 2 endpoints are ready",
      "Node hints: no ready endpoint has one",
      "Zone hints: used, 1 of 2 ready endpoints are hinted for zone b",
    ]);
    expect(endpoints.map(({ kept, reason }) => [kept, reason])).toEqual([
      [false, "hinted for zone a, not for b"],
      [true, "hinted for zone b"],
    ]);
  });

  it("says why hints are ignored", () => {
    const { steps } = explainRouting(portView({ zones: ["a", undefined] }), "x", "a", "internal");
    expect(steps.slice(2)).toEqual([
      "Zone hints: ignored, because 1 of 2 ready endpoints have none",
      "All ready endpoints are used",
    ]);
  });
});
