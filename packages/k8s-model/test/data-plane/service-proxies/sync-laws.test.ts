import type { EndpointSlice, Service } from "@k8s-netsim/k8s-model/api";
import {
  endpointSet,
  IptablesProxy,
  iptablesDefaults,
  NftablesProxy,
  nftablesDefaults,
  nftRuleText,
  type ProxiedPort,
  proxiedPort,
  ruleText,
  serviceProxy,
  tableLines,
} from "@k8s-netsim/k8s-model/data-plane";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LAB_NODE } from "./lab.ts";

const SECOND = 1_000_000_000;

interface Given {
  readonly endpoints: readonly number[];
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer";
  readonly sticky: boolean;
  readonly local: boolean;
  readonly ranges: boolean;
}

const given: fc.Arbitrary<Given | undefined> = fc.option(
  fc.record({
    endpoints: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 5 }),
    type: fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer"),
    sticky: fc.boolean(),
    local: fc.boolean(),
    ranges: fc.boolean(),
  }),
  { nil: undefined },
);

/** Service number `i`; endpoints with even numbers are on the node. */
function portOf(i: number, one: Given, family: "IPv4" | "IPv6" = "IPv4"): ProxiedPort {
  const v6 = family === "IPv6";
  const port = { name: "p", protocol: "UDP", port: 53, nodePort: 30_000 + i } as const;
  const external = one.type !== "ClusterIP";
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `s${i}`, namespace: "ns" },
    spec: {
      type: one.type,
      clusterIP: v6 ? `fd00:96::${i + 1}` : `10.96.0.${i + 1}`,
      ports: [external ? port : { ...port, nodePort: 0 }],
      ...(one.sticky ? { sessionAffinity: "ClientIP" } : {}),
      ...(one.local && external ? { externalTrafficPolicy: "Local" } : {}),
      ...(one.local ? { internalTrafficPolicy: "Local" } : {}),
      ...(one.ranges ? { loadBalancerSourceRanges: [v6 ? "fd00:1::/64" : "192.168.0.0/24"] } : {}),
    },
    status:
      one.type === "LoadBalancer"
        ? { loadBalancer: { ingress: [{ ip: v6 ? `2001:db8::${i + 1}` : `203.0.113.${i + 1}` }] } }
        : {},
  };
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `s${i}-1`, namespace: "ns" },
    addressType: family,
    ports: [{ name: "p", port: 5353, protocol: "UDP" }],
    endpoints: one.endpoints.map((n) => ({
      addresses: [v6 ? `fd00:244::${n}` : `10.244.${i}.${n}`],
      nodeName: n % 2 === 0 ? "n1" : "n2",
    })),
  };
  const node = { name: "n1", zone: undefined, family };
  return proxiedPort(service, service.spec.ports?.[0] ?? port, endpointSet([slice], "p"), node);
}

type Step = readonly [index: number, one: Given | undefined];
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 3 }), given),
  { minLength: 1, maxLength: 8 },
);

/** Every state that a sequence of changes goes through, with what changed. */
function* states(sequence: readonly Step[]): Iterable<{
  ports: readonly ProxiedPort[];
  changed: ReadonlySet<string>;
}> {
  const ports = new Map<number, ProxiedPort>();
  yield { ports: [], changed: new Set() };
  for (const [i, one] of sequence) {
    if (one === undefined) ports.delete(i);
    else ports.set(i, portOf(i, one));
    const ordered = [...ports].sort(([a], [b]) => a - b).map(([, port]) => port);
    yield { ports: ordered, changed: new Set([`ns/s${i}`]) };
  }
}

describe("many partial syncs leave what one full sync writes", () => {
  test("in iptables mode", () => {
    const rulesOf = ({ nat, filter }: IptablesProxy): object =>
      [nat, filter].map((table) =>
        [...table.chains()].sort().map((chain) => [chain, table.rules(chain)?.map(ruleText)]),
      );
    fc.assert(
      fc.property(steps, (sequence) => {
        const partial = new IptablesProxy(iptablesDefaults("192.168.0.11", "10.244.0.0/16"));
        let last: Parameters<IptablesProxy["sync"]>[0] | undefined;
        for (const [i, state] of [...states(sequence)].entries()) {
          last = { ...state, nowNs: i * SECOND };
          expect(partial.sync(last).kind).toBe(i === 0 ? "full" : "partial");
        }
        const full = new IptablesProxy(iptablesDefaults("192.168.0.11", "10.244.0.0/16"));
        if (last !== undefined) full.sync(last);
        expect(rulesOf(partial)).toEqual(rulesOf(full));
      }),
    );
  });

  test("in nftables mode, once stale chains are deleted", () => {
    const configuration = nftablesDefaults("192.168.0.11", "10.244.0.0/16", ["10.96.0.0/16"]);
    const contentsOf = ({ table }: NftablesProxy): object => ({
      chains: [...table.chains()]
        .sort()
        .map((chain) => [chain, table.rules(chain)?.map((rule) => nftRuleText(rule, "ip"))]),
      elements: [...table.containers()]
        .sort()
        .map((name) => [name, [...(table.elements(name) ?? [])].sort()]),
    });
    fc.assert(
      fc.property(steps, (sequence) => {
        const partial = new NftablesProxy(configuration, "n1");
        let ports: readonly ProxiedPort[] = [];
        let nowNs = 0;
        for (const state of states(sequence)) {
          partial.sync({ ...state, nowNs });
          ({ ports } = state);
          nowNs += SECOND / 2;
        }
        for (const later of [2, 4]) {
          partial.sync({ ports, changed: new Set(), nowNs: nowNs + later * SECOND });
        }
        const full = new NftablesProxy(configuration, "n1");
        full.sync({ ports, changed: new Set(), nowNs: 0 });
        expect(contentsOf(partial)).toEqual(contentsOf(full));
      }),
    );
  });

  test("a sync without a change writes nothing in nftables mode", () => {
    fc.assert(
      fc.property(given, (one) => {
        const ports = one === undefined ? [] : [portOf(0, one)];
        const proxy = new NftablesProxy(nftablesDefaults("192.168.0.11", undefined, []), "n1");
        proxy.sync({ ports, changed: new Set(), nowNs: 0 });
        const again = proxy.sync({ ports, changed: new Set(), nowNs: 1 });
        expect([again.cleanup, again.transaction]).toEqual([[], []]);
      }),
    );
  });
});

describe("counts are those measured on a real kube-proxy", () => {
  const one: Given = {
    endpoints: [1, 3, 5],
    type: "ClusterIP",
    sticky: false,
    local: false,
    ranges: false,
  };
  /** Services, rules and chains of the restore input, rules and chains of the nft table. */
  const measured = [
    [10, 120, 50, 32, 25],
    [100, 1110, 410, 122, 115],
  ] as const;

  test.each(measured)(
    "%i Services of three endpoints",
    (services, rules, chains, nftRules, nftChains) => {
      const unserved = { ...one, endpoints: [] };
      const ports = [
        ...Array.from({ length: services }, (_, i) => portOf(i, one)),
        portOf(services, unserved),
      ];
      const state = { ports, changed: new Set<string>(), nowNs: 0 };
      const { restore } = new IptablesProxy(iptablesDefaults("192.168.0.11", "10.244.0.0/16")).sync(
        state,
      );
      expect(restore.filter.rules.length + restore.nat.rules.length).toBe(rules);
      expect(restore.filter.chains.length + restore.nat.chains.length).toBe(chains);
      const nft = new NftablesProxy(
        nftablesDefaults("192.168.0.11", "10.244.0.0/16", ["10.96.0.0/16"]),
        "n1",
      );
      nft.sync(state);
      expect([nft.table.ruleCount, nft.table.chainCount]).toEqual([nftRules, nftChains]);
    },
  );
});

test("IPv6 has rules of its own words", () => {
  const given6: Given = {
    endpoints: [1, 2],
    type: "LoadBalancer",
    sticky: true,
    local: true,
    ranges: true,
  };
  const ports = [portOf(0, given6, "IPv6")];
  const proxy = new IptablesProxy(iptablesDefaults("fd00:1::11", "fd00:244::/48", "IPv6"));
  const { restore } = proxy.sync({ ports, changed: new Set(), nowNs: 0 });
  const lines = tableLines(restore.nat);
  expect(
    lines.filter((line) => line.includes("DNAT")).map((line) => line.split(" ").at(-1)),
  ).toEqual(["[fd00:244::1]:5353", "[fd00:244::2]:5353"]);
  expect(lines.at(-1)).toContain("--dst-type LOCAL ! -d ::1/128 -j KUBE-NODEPORTS");
  const nft = new NftablesProxy(
    nftablesDefaults("fd00:1::11", "fd00:244::/48", ["fd00:96::/112"], "IPv6"),
    "n1",
  );
  nft.sync({ ports, changed: new Set(), nowNs: 0 });
  expect([...nft.table.chains()].filter((chain) => chain.startsWith("endpoint-"))).toEqual([
    expect.stringMatching(/__fd00\.244\.\.1\/5353$/),
    expect.stringMatching(/__fd00\.244\.\.2\/5353$/),
  ]);
});

test.each(["iptables-nft", "nftables", "ipvs", "ebpf", "userspace"] as const)(
  "%s sends connections to endpoints of the Service alone, whatever it is like",
  (kind) => {
    fc.assert(
      fc.property(
        steps,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (sequence, draw) => {
          const proxy = serviceProxy(kind, LAB_NODE);
          let ports: readonly ProxiedPort[] = [];
          let nowNs = 0;
          for (const state of states(sequence)) {
            proxy.program({ ...state, nowNs });
            ({ ports } = state);
            nowNs += SECOND;
          }
          for (const port of ports) {
            const { verdict, endpoint } = proxy.route(
              {
                protocol: "UDP",
                origin: "pod",
                source: "10.244.9.9",
                sourcePort: 5000,
                destination: port.clusterIP,
                destinationPort: 53,
              },
              { nowNs, random: () => draw },
            );
            const list = port.internalPolicyLocal ? port.local : port.cluster;
            if (list.length === 0) expect(["reject", "drop"]).toContain(verdict);
            else expect(list.map(({ key }) => key)).toContain(endpoint);
          }
        },
      ),
      { numRuns: 40 },
    );
  },
);

test.each(["iptables-nft", "nftables"] as const)("%s routes IPv6 as IPv4", (kind) => {
  const one: Given = {
    endpoints: [1, 2],
    type: "LoadBalancer",
    sticky: false,
    local: false,
    ranges: true,
  };
  const proxy = serviceProxy(kind, {
    nodeName: "n1",
    addresses: ["fd00:1::11"],
    nodePortAddresses: ["fd00:1::11"],
    podRange: "fd00:244::/48",
    serviceRanges: ["fd00:96::/112"],
  });
  proxy.program({ ports: [portOf(0, one, "IPv6")], changed: new Set(), nowNs: 0 });
  const ask = (origin: "pod" | "outside", source: string, destination: string, port: number) => {
    const connection = { protocol: "UDP", origin, source, sourcePort: 5000, destination } as const;
    const context = { nowNs: 0, random: () => 0.9 };
    const answer = proxy.route({ ...connection, destinationPort: port }, context);
    return [answer.verdict, answer.endpoint, answer.sourceSeen];
  };
  const second = "[fd00:244::2]:5353";
  expect(ask("pod", "fd00:244::9", "fd00:96::1", 53)).toEqual(["accept", second, "client"]);
  expect(ask("pod", "fd00:244::2", "fd00:96::1", 53)).toEqual(["accept", second, "node"]);
  expect(ask("outside", "fd00:1::5", "2001:db8::1", 53)).toEqual(["accept", second, "node"]);
  expect(ask("outside", "fd00:2::5", "2001:db8::1", 53)[0]).toBe("drop");
  expect(ask("outside", "fd00:2::5", "fd00:1::11", 30_000)).toEqual(["accept", second, "node"]);
});
