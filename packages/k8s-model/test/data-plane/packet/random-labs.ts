import {
  addressOf,
  answerText,
  type Lab,
  type LabPlan,
  type LabService,
  PACKET_LAB,
  type PodNetwork,
  type ProxyMode,
  type Situation,
  type Target,
  tcpExchange,
  udpExchange,
} from "@k8s-netsim/k8s-model/data-plane";
import fc from "fast-check";

/** Where a client sends. */
export interface RandomProbe {
  readonly from: number;
  readonly service: number;
  readonly to: "cluster" | "second" | "node" | "load-balancer" | "external" | "endpoint";
  readonly node: number;
  readonly udp: boolean;
  readonly bytes: number;
}

/** A lab of any shape, with something to happen in it. */
export interface RandomLab {
  readonly plan: LabPlan;
  readonly services: readonly LabService[];
  readonly network: PodNetwork;
  readonly mode: ProxyMode;
  readonly probes: readonly RandomProbe[];
  /** After so many probes the first Service loses, and gains, endpoints. */
  readonly changeAfter: number;
  readonly endpointsAfter: readonly number[];
}

interface Shape {
  readonly nodes: readonly number[];
  readonly net: number;
  readonly pods: number;
  readonly dual: boolean;
  readonly sixFirst: boolean;
  readonly podMtu: number;
  readonly overlayMtu: number;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  nodes: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
  net: fc.integer({ min: 0, max: 250 }),
  pods: fc.integer({ min: 20, max: 250 }),
  dual: fc.boolean(),
  sixFirst: fc.boolean(),
  podMtu: fc.constantFrom(1280, 1400, 1450, 1500),
  // Over IPv6 a tunnel has 20 bytes less, and IPv6 needs 1280 inside.
  overlayMtu: fc.integer({ min: 1300, max: 1420 }),
});

function planOf({ nodes, net, pods, dual, sixFirst, podMtu, overlayMtu }: Shape): LabPlan {
  const { overlays } = PACKET_LAB;
  const hex = net.toString(16);
  const four = {
    underlay: `172.19.${net}.0/24`,
    clientAddresses: [`172.19.${net}.99`, `172.19.${net}.1`],
    defaultRouter: `172.19.${net}.1`,
    podRange: `10.${pods}.0.0/16`,
    serviceRange: "10.11.0.0/16",
  };
  const six = {
    underlay: `fd00:${hex}::/64`,
    clientAddresses: [`fd00:${hex}::99`, `fd00:${hex}::1`],
    defaultRouter: `fd00:${hex}::1`,
    podRange: `fd01:${hex}::/48`,
    serviceRange: "fd02::/108",
  };
  const [first, second] = sixFirst ? [six, four] : [four, six];
  const address = (isIPv6: boolean, k: number): string =>
    isIPv6 ? `fd00:${hex}::a${k}` : `172.19.${net}.${20 + k}`;
  const range = (isIPv6: boolean, k: number): string =>
    isIPv6 ? `fd01:${hex}:0:${k}::/64` : `10.${pods}.${k}.0/24`;
  const pod = (isIPv6: boolean, k: number, i: number): string =>
    isIPv6 ? `fd01:${hex}:0:${k}::${i + 2}` : `10.${pods}.${k}.${i + 2}`;
  const vxlan = { ...overlays.vxlan, mtu: overlayMtu };
  const { clientAddresses, ...rest } = first;
  return {
    ...PACKET_LAB,
    ...rest,
    podMtu,
    client: { name: "cl", addresses: clientAddresses },
    ...(dual ? { second } : {}),
    overlays: { ...overlays, vxlan },
    nodes: nodes.map((count, k) => ({
      name: `n${k}`,
      address: address(sixFirst, k),
      podRange: range(sixFirst, k),
      ...(dual
        ? { second: { address: address(!sixFirst, k), podRange: range(!sixFirst, k) } }
        : {}),
      pods: Array.from({ length: count }, (_, i) => ({
        name: `p${k}${i}`,
        address: pod(sixFirst, k, i),
        ...(dual ? { secondAddress: pod(!sixFirst, k, i) } : {}),
      })),
    })),
  };
}

const service = fc.record({
  endpoints: fc.array(fc.nat(20), { maxLength: 5 }),
  nodePort: fc.boolean(),
  externalLocal: fc.boolean(),
  internalLocal: fc.boolean(),
  balancer: fc.boolean(),
  external: fc.boolean(),
  affinity: fc.boolean(),
  dual: fc.boolean(),
});

const probe: fc.Arbitrary<RandomProbe> = fc.record({
  from: fc.nat(20),
  service: fc.nat(3),
  to: fc.constantFrom("cluster", "second", "node", "load-balancer", "external", "endpoint"),
  node: fc.nat(3),
  udp: fc.boolean(),
  bytes: fc.constantFrom(5, 5, 5, 600, 1500, 4000),
});

/** Pods by number, as often as there are some. */
function podNames({ nodes }: LabPlan): readonly string[] {
  return nodes.flatMap(({ pods }) => pods.map(({ name }) => name));
}

function pick<T>(items: readonly T[], n: number): T | undefined {
  return items.length === 0 ? undefined : items[n % items.length];
}

export const randomLab: fc.Arbitrary<RandomLab> = fc
  .record({
    shape,
    services: fc.array(service, { minLength: 1, maxLength: 4 }),
    network: fc.constantFrom<PodNetwork>("routed", "vxlan", "geneve", "ipip", "wireguard"),
    mode: fc.constantFrom<ProxyMode>("iptables", "nftables"),
    probes: fc.array(probe, { minLength: 1, maxLength: 10 }),
    changeAfter: fc.nat(10),
    endpointsAfter: fc.array(fc.nat(20), { maxLength: 3 }),
  })
  .map(({ shape: given, services, ...rest }) => {
    const plan = planOf(given);
    const names = podNames(plan);
    const sixFirst = given.sixFirst;
    return {
      ...rest,
      plan,
      services: services.map((one, i): LabService => {
        const [four, six] = [`10.11.0.${10 + i}`, `fd02::${10 + i}`];
        const endpoints = new Set(one.endpoints.flatMap((n) => pick(names, n) ?? []));
        return {
          name: `s${i}`,
          clusterIP: sixFirst ? six : four,
          ...(given.dual && one.dual ? { secondClusterIP: sixFirst ? four : six } : {}),
          endpoints: [...endpoints],
          externalPolicyLocal: one.externalLocal,
          internalPolicyLocal: one.internalLocal,
          ...(one.nodePort ? { nodePorts: { tcp: 30_000 + i, udp: 31_000 + i } } : {}),
          ...(one.balancer
            ? { loadBalancerIP: sixFirst ? `2001:db8::${i}` : `203.0.113.${i}` }
            : {}),
          ...(one.external
            ? { externalIPs: [sixFirst ? `2001:db8:1::${i}` : `198.51.100.${i}`] }
            : {}),
          ...(one.affinity ? { affinitySeconds: 10 } : {}),
        };
      }),
    };
  });

/** Everything that is to happen in a random lab, as a situation. */
export function situationOf({ probes, changeAfter, endpointsAfter, plan }: RandomLab): Situation {
  return {
    id: "random",
    about: "Anything.",
    *play(lab) {
      for (const [i, one] of probes.entries()) {
        if (i === changeAfter) {
          const names = podNames(plan);
          lab.change("s0", [...new Set(endpointsAfter.flatMap((n) => pick(names, n) ?? []))]);
          yield 300_000_000;
        }
        const target = targetOf(lab, one);
        if (target === undefined) continue;
        const head = `big ${one.bytes} `;
        const text = one.udp || one.bytes < 20 ? "hello" : head.padEnd(one.bytes, "x");
        const answer = one.udp
          ? yield* udpExchange(lab, { ...target, timeoutMs: 200 }, text)
          : yield* tcpExchange(lab, { ...target, timeoutMs: 1100 }, { text });
        lab.note(`${i}`, answerText(answer));
      }
    },
  };
}

function targetOf(lab: Lab, { from, service: n, to, node, udp }: RandomProbe): Target | undefined {
  const { plan } = lab;
  const service = pick(lab.services, n);
  const home = pick(plan.nodes, node);
  const hosts = [...podNames(plan), ...plan.nodes.map(({ name }) => name), "cl"];
  const host = pick(hosts, from);
  if (service === undefined || home === undefined || host === undefined) return undefined;
  const port = udp ? 53 : 80;
  const at = (address: string | undefined, number: number = port): Target | undefined =>
    address === undefined ? undefined : { from: host, address, port: number };
  if (host === "cl") {
    for (const address of [service.clusterIP, service.loadBalancerIP, service.externalIPs?.[0]]) {
      if (address === undefined) continue;
      const { routes } = lab.host("cl").namespace;
      const length = address.includes(":") ? 128 : 32;
      routes.remove(`${address}/${length}`);
      routes.add({ to: `${address}/${length}`, device: "eth0", via: addressOf(lab, home.name) });
    }
  }
  switch (to) {
    case "cluster":
      return at(service.clusterIP);
    case "second":
      return host === "cl" ? undefined : at(service.secondClusterIP);
    case "node":
      return at(home.address, (udp ? service.nodePorts?.udp : service.nodePorts?.tcp) ?? 32_700);
    case "load-balancer":
      return at(service.loadBalancerIP);
    case "external":
      return at(service.externalIPs?.[0]);
    case "endpoint": {
      const name = service.endpoints[0];
      return at(name === undefined ? undefined : addressOf(lab, name), udp ? 5353 : 8080);
    }
  }
}
