import type { EndpointSlice, Service } from "@k8s-netsim/k8s-model/api";
import {
  endpointSet,
  IptablesProxy,
  iptablesDefaults,
  NftablesProxy,
  nftablesDefaults,
  type ProxiedPort,
  proxiedPort,
} from "@k8s-netsim/k8s-model/data-plane";
import fc from "fast-check";
import { expect, test } from "vitest";

const NODE_IP = "192.168.0.2";

const endpoint = fc.record({
  node: fc.constantFrom("n0", "n1", "n2"),
  ready: fc.constantFrom(true, false, null),
  serving: fc.constantFrom(true, false, null),
  terminating: fc.constantFrom(true, false, null),
  zone: fc.constantFrom("a", "b", undefined),
});

const shape = fc.record({
  type: fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
  endpoints: fc.array(endpoint, { maxLength: 6 }),
  internalLocal: fc.boolean(),
  externalLocal: fc.boolean(),
  sticky: fc.boolean(),
  externalIPs: fc.integer({ min: 0, max: 2 }),
  vips: fc.integer({ min: 0, max: 2 }),
  ranges: fc.subarray(["10.1.0.0/16", "192.168.0.0/24", "0.0.0.0/0"]),
  healthCheck: fc.boolean(),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

function portOf(i: number, one: Shape): ProxiedPort {
  const external = one.type !== "ClusterIP";
  const isBalanced = one.type === "LoadBalancer";
  const nodePort = external ? 30_000 + i : 0;
  const port = { name: "p", protocol: "TCP", port: 80, nodePort } as const;
  const addresses = (count: number, net: string): string[] =>
    Array.from({ length: count }, (_, k) => `${net}.${i}.${k + 1}`);
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `s${i}`, namespace: "ns" },
    spec: {
      type: one.type,
      clusterIP: `172.30.0.${i + 1}`,
      ports: [port],
      internalTrafficPolicy: one.internalLocal ? "Local" : "Cluster",
      ...(external || one.externalIPs > 0
        ? { externalTrafficPolicy: one.externalLocal ? "Local" : "Cluster" }
        : {}),
      ...(one.sticky ? { sessionAffinity: "ClientIP" } : {}),
      externalIPs: addresses(one.externalIPs, "1.2"),
      loadBalancerSourceRanges: isBalanced ? one.ranges : [],
      healthCheckNodePort: one.healthCheck ? 31_000 + i : 0,
    },
    status: {
      loadBalancer: {
        ingress: addresses(isBalanced ? one.vips : 0, "5.6").map((ip) => ({ ip })),
      },
    },
  };
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `s${i}-1`, namespace: "ns" },
    addressType: "IPv4",
    ports: [{ name: "p", port: 8080, protocol: "TCP" }],
    endpoints: one.endpoints.map(({ node, ready, serving, terminating, zone }, k) => ({
      addresses: [`10.180.${i}.${k + 1}`],
      nodeName: node,
      conditions: { ready, serving, terminating },
      ...(zone === undefined ? {} : { hints: { forZones: [{ name: zone }] } }),
    })),
  };
  const node = { name: "n0", zone: "a", family: "IPv4" } as const;
  return proxiedPort(service, port, endpointSet([slice], "p"), node);
}

/** Counts by the closed form that the makers of the vectors found to hold on all their 918 syncs. */
function closedForm(port: ProxiedPort): { rules: number; chains: number; filter: number } {
  const bit = (flag: boolean): number => (flag ? 1 : 0);
  const c = port.cluster.length;
  const l = port.local.length;
  const a = port.reachable.length;
  const h = bit(port.hasEndpoints);
  const hi = bit(port.hasEndpoints && !(port.internalPolicyLocal && l === 0));
  const he = bit(port.hasEndpoints && !(port.externalPolicyLocal && l === 0));
  const X = port.externalIPs.length;
  const V = port.loadBalancerIPs.length;
  const S = port.sourceRanges.length;
  const np = bit(port.nodePort !== 0);
  const fw = bit(h === 1 && V > 0 && S > 0);
  const affinity = port.affinitySeconds === undefined ? 1 : 2;
  const out = h * bit(port.externallyAccessible);
  const nodeIsIn = bit(port.sourceRanges.some(({ first }) => first === 0xc0a80000));
  return {
    rules:
      2 * hi +
      h * (X + V + np) +
      out * ((port.externalPolicyLocal ? 3 : 1) + he) +
      fw * (S + 1 + nodeIsIn * V) +
      affinity * (c + l) +
      2 * a,
    chains: out + fw + bit(c > 0) + bit(l > 0) + a,
    filter: 1 - hi + (1 - he) * (X + V + np) + V * fw + bit(port.healthCheckNodePort !== 0),
  };
}

test("iptables rules and chains are as many as the closed form says, for whatever Services", () => {
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 5 }), (shapes) => {
      const ports = shapes.map((one, i) => portOf(i, one));
      const proxy = new IptablesProxy({
        ...iptablesDefaults(NODE_IP, "10.0.0.0/8"),
        countsLocalhostNodePorts: false,
      });
      const { restore } = proxy.sync({ ports, changed: new Set(), nowNs: 0 });
      const sum = (what: "rules" | "chains" | "filter"): number =>
        ports.reduce((total, port) => total + closedForm(port)[what], 0);
      expect(restore.nat.rules.length).toBe(5 + sum("rules"));
      expect(restore.nat.chains.length).toBe(4 + sum("chains"));
      expect(restore.filter.rules.length).toBe(4 + sum("filter"));
      expect(proxy.nat.ruleCount).toBe(8 + sum("rules"));
      expect(proxy.nat.chainCount).toBe(8 + sum("chains"));
    }),
    { numRuns: 300 },
  );
});

test("every rule leads to a chain or map that stands, in both modes", () => {
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 5 }), (shapes) => {
      const ports = shapes.map((one, i) => portOf(i, one));
      const iptables = new IptablesProxy(iptablesDefaults(NODE_IP, "10.0.0.0/8"));
      iptables.sync({ ports, changed: new Set(), nowNs: 0 });
      for (const table of [iptables.nat, iptables.filter]) {
        for (const chain of table.chains()) {
          for (const { target } of table.rules(chain) ?? []) {
            if (target?.kind === "jump") expect(table.rules(target.chain)).toBeDefined();
          }
        }
      }
      const nftables = new NftablesProxy(
        nftablesDefaults(NODE_IP, "10.0.0.0/8", ["172.30.0.0/16"]),
        "n0",
      );
      nftables.sync({ ports, changed: new Set(), nowNs: 0 });
      const { table } = nftables;
      const containers = new Set(table.containers());
      for (const chain of table.chains()) {
        for (const { statements } of table.rules(chain) ?? []) {
          for (const one of statements) {
            if ("chain" in one) expect(table.rules(one.chain)).toBeDefined();
            if ("set" in one) expect(containers.has(one.set)).toBe(true);
            if ("map" in one) expect(containers.has(one.map)).toBe(true);
          }
        }
      }
      for (const name of containers) {
        for (const verdict of table.elements(name)?.values() ?? []) {
          if (verdict.startsWith("goto ")) {
            expect(table.rules(verdict.slice("goto ".length))).toBeDefined();
          }
        }
      }
    }),
  );
});
