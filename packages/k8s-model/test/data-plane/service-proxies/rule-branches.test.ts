import type { ServicePort } from "@k8s-netsim/k8s-model/api";
import {
  ConntrackCleaner,
  endpointSet,
  type IptablesConfiguration,
  IptablesProxy,
  iptablesDefaults,
  isProxied,
  NftablesProxy,
  nftablesDefaults,
  nftRuleText,
  type ProxiedPort,
  ruleText,
} from "@k8s-netsim/k8s-model/data-plane";
import { describe, expect, test } from "vitest";
import { AWAY, type GivenService, HERE, portsOf, serviceOf, sliceOf } from "./one-service.ts";

const NODE_IP = "192.168.0.2";
const PODS = "10.0.0.0/8";

/** The rules that one sync writes, as text, without the comments. */
function written(
  ports: readonly ProxiedPort[],
  more: Partial<IptablesConfiguration> = {},
): string[] {
  const family = more.family ?? "IPv4";
  const proxy = new IptablesProxy({ ...iptablesDefaults(NODE_IP, PODS, family), ...more });
  const { filter, nat } = proxy.sync({ ports, changed: new Set(), nowNs: 0 }).restore;
  return [...filter.rules, ...nat.rules].map((rule) =>
    ruleText(rule).replace(/ -m comment --comment (?:"[^"]*"|\S+)/g, ""),
  );
}

function nft(ports: readonly ProxiedPort[], more: object = {}): NftablesProxy {
  const proxy = new NftablesProxy(
    { ...nftablesDefaults(NODE_IP, PODS, ["172.30.0.0/16"]), ...more },
    "n0",
  );
  proxy.sync({ ports, changed: new Set(), nowNs: 0 });
  return proxy;
}

function nftRules(proxy: NftablesProxy, prefix: string): string[] {
  return [...proxy.table.chains()]
    .filter((chain) => chain.startsWith(prefix))
    .flatMap((chain) => proxy.table.rules(chain) ?? [])
    .map((rule) => nftRuleText(rule, "ip"));
}

/** Rules of chains of one kind, the hash cut off. */
function chainsOf(rules: readonly string[], kind: string): string[] {
  return rules
    .filter((rule) => new RegExp(`^-A KUBE-${kind}[- ]`).test(rule))
    .map((rule) => rule.replace(/-[A-Z2-7]{16}/g, ""));
}

const balanced = (more: Partial<GivenService> = {}): GivenService => ({
  ...more,
  vips: more.vips ?? ["203.0.113.1"],
  spec: { type: "LoadBalancer", ...more.spec },
  ports: [{ name: "p", protocol: "TCP", port: 80, nodePort: 30_000 }],
});

describe("whose address an endpoint sees", () => {
  test("--masquerade-all marks every packet to the cluster IP", () => {
    const rules = written(portsOf({ endpoints: [HERE] }), { masqueradeAll: true });
    expect(chainsOf(rules, "SVC")[0]).toBe(
      "-A KUBE-SVC -m tcp -p tcp -d 172.30.0.1 --dport 80 -j KUBE-MARK-MASQ",
    );
    const masquerading = nft(portsOf({ endpoints: [HERE] }), { masqueradeAll: true });
    expect(nftRules(masquerading, "services")[0]).toBe(
      'ip daddr @cluster-ips meta mark set meta mark | 0x00004000 comment "masquerade all clusterIP traffic"',
    );
  });

  test("without a pods' range nothing to the cluster IP is marked, and policy Local has no short cut for pods", () => {
    const ports = portsOf(
      balanced({ spec: { externalTrafficPolicy: "Local" }, endpoints: [HERE] }),
    );
    const rules = written(ports, { localRange: undefined });
    expect(chainsOf(rules, "SVC").some((rule) => rule.endsWith("KUBE-MARK-MASQ"))).toBe(false);
    expect(chainsOf(rules, "EXT")).toEqual([
      "-A KUBE-EXT -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ",
      "-A KUBE-EXT -m addrtype --src-type LOCAL -j KUBE-SVC",
      "-A KUBE-EXT -j KUBE-SVL",
    ]);
    const proxy = nft(ports, { localRange: undefined });
    expect(nftRules(proxy, "external-")).toHaveLength(3);
    expect(nftRules(proxy, "services").some((rule) => rule.includes("mark set"))).toBe(false);
  });
});

describe("node ports", () => {
  const ports = portsOf({
    spec: { type: "NodePort" },
    ports: [{ name: "p", protocol: "TCP", port: 80, nodePort: 30_000 }],
    endpoints: [HERE],
  });
  const last = (rules: readonly string[]): string[] =>
    rules.filter((rule) => rule.startsWith("-A KUBE-SERVICES") && rule.endsWith("KUBE-NODEPORTS"));
  const guarded = (rules: readonly string[]): boolean =>
    rules.some((rule) => rule.startsWith("-A KUBE-FIREWALL"));

  test("answer on every address of the node, localhost included, as the flags stand", () => {
    const rules = written(ports);
    expect(last(rules)).toEqual([
      "-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS",
    ]);
    expect(guarded(rules)).toBe(true);
    expect(chainsOf(rules, "NODEPORTS")).toHaveLength(2);
  });

  test("leave localhost out with --iptables-localhost-nodeports=false, with nothing left to guard or count", () => {
    const rules = written(ports, { localhostNodePorts: false });
    expect(last(rules)).toEqual([
      "-A KUBE-SERVICES -m addrtype --dst-type LOCAL ! -d 127.0.0.0/8 -j KUBE-NODEPORTS",
    ]);
    expect(guarded(rules)).toBe(false);
    expect(chainsOf(rules, "NODEPORTS")).toHaveLength(1);
  });

  test("have a rule for each address of --nodeport-addresses; without 127.0.0.0/8 among them localhost is out", () => {
    const one = written(ports, { nodePortAddresses: ["192.168.0.2", "10.0.0.1"] });
    expect(last(one)).toEqual([
      "-A KUBE-SERVICES -d 192.168.0.2 -j KUBE-NODEPORTS",
      "-A KUBE-SERVICES -d 10.0.0.1 -j KUBE-NODEPORTS",
    ]);
    expect(guarded(one)).toBe(false);
    const both = written(ports, { nodePortAddresses: ["127.0.0.1", "192.168.0.2"] });
    expect(last(both)).toHaveLength(2);
    expect(guarded(both)).toBe(true);
    const refused = written(ports, {
      nodePortAddresses: ["127.0.0.1", "192.168.0.2"],
      localhostNodePorts: false,
    });
    expect(last(refused)).toEqual(["-A KUBE-SERVICES -d 192.168.0.2 -j KUBE-NODEPORTS"]);
  });

  test("never answer on localhost over IPv6", () => {
    const rules = written([], { family: "IPv6" });
    expect(last(rules)).toEqual([
      "-A KUBE-SERVICES -m addrtype --dst-type LOCAL ! -d ::1/128 -j KUBE-NODEPORTS",
    ]);
    expect(guarded(rules)).toBe(false);
  });
});

test("packets that connection tracking calls invalid are dropped, unless the node is liberal about TCP", () => {
  const invalid = "-A KUBE-FORWARD -m conntrack --ctstate INVALID";
  const dropped = (more: Partial<IptablesConfiguration>): string | undefined =>
    written([], more).find((rule) => rule.startsWith(invalid));
  expect(dropped({ countsInvalidPackets: false })).toBe(`${invalid} -j DROP`);
  expect(dropped({ dropsInvalidPackets: false })).toBeUndefined();
});

describe("without endpoints", () => {
  const filterOf = (given: GivenService): string[] =>
    written(portsOf(given)).filter((rule) =>
      /^-A KUBE-(SERVICES|EXTERNAL-SERVICES|NODEPORTS) .*-j (DROP|REJECT|ACCEPT)$/.test(rule),
    );

  test("anywhere: everything is refused", () => {
    expect(filterOf(balanced({ spec: { externalIPs: ["1.2.3.4"] } }))).toEqual([
      "-A KUBE-SERVICES -m tcp -p tcp -d 172.30.0.1 --dport 80 -j REJECT",
      "-A KUBE-EXTERNAL-SERVICES -m tcp -p tcp -d 1.2.3.4 --dport 80 -j REJECT",
      "-A KUBE-EXTERNAL-SERVICES -m tcp -p tcp -d 203.0.113.1 --dport 80 -j REJECT",
      "-A KUBE-EXTERNAL-SERVICES -m addrtype --dst-type LOCAL -m tcp -p tcp --dport 30000 -j REJECT",
    ]);
  });

  test("on this node, policy Local outside: dropped from outside, and the node's own way stays", () => {
    const given = balanced({ spec: { externalTrafficPolicy: "Local" }, endpoints: [AWAY] });
    expect(filterOf(given)).toEqual([
      "-A KUBE-EXTERNAL-SERVICES -m tcp -p tcp -d 203.0.113.1 --dport 80 -j DROP",
      "-A KUBE-EXTERNAL-SERVICES -m addrtype --dst-type LOCAL -m tcp -p tcp --dport 30000 -j DROP",
    ]);
    expect(chainsOf(written(portsOf(given)), "EXT")).toEqual([
      "-A KUBE-EXT -s 10.0.0.0/8 -j KUBE-SVC",
      "-A KUBE-EXT -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ",
      "-A KUBE-EXT -m addrtype --src-type LOCAL -j KUBE-SVC",
    ]);
  });

  test("on this node, policy Local inside: the cluster IP drops, a node port works", () => {
    const spec = { type: "NodePort", internalTrafficPolicy: "Local" } as const;
    const ports = [{ name: "p", protocol: "TCP", port: 80, nodePort: 30_000 }] as const;
    const given = { spec, ports, endpoints: [AWAY] };
    expect(filterOf(given)).toEqual([
      "-A KUBE-SERVICES -m tcp -p tcp -d 172.30.0.1 --dport 80 -j DROP",
    ]);
    expect(chainsOf(written(portsOf(given)), "EXT").at(-1)).toBe("-A KUBE-EXT -j KUBE-SVC");
    const { table } = nft(portsOf(given));
    expect([...(table.elements("no-endpoint-services") ?? [])]).toEqual([
      ["172.30.0.1 . tcp . 80", "drop"],
    ]);
  });

  test("but for terminating ones that serve: those are used, here and elsewhere apart", () => {
    const ending = { ready: false, serving: true, terminating: true };
    const spec = { externalTrafficPolicy: "Local" } as const;
    const [port] = portsOf(balanced({ spec, endpoints: [{ ...HERE, ...ending }, AWAY] }));
    expect(port?.cluster.map(({ key }) => key)).toEqual(["10.180.1.1:8080"]);
    expect(port?.local.map(({ key }) => key)).toEqual(["10.180.0.1:8080"]);
    expect(port?.reachable).toHaveLength(2);
  });

  test("the health check's node port is open all the same", () => {
    const spec = { externalTrafficPolicy: "Local", healthCheckNodePort: 31_000 } as const;
    expect(filterOf(balanced({ spec }))).toContain(
      "-A KUBE-NODEPORTS -m tcp -p tcp --dport 31000 -j ACCEPT",
    );
    expect(
      filterOf(balanced({ spec: { ...spec, externalTrafficPolicy: "Cluster" } })),
    ).toHaveLength(3);
  });
});

describe("source ranges", () => {
  const ranged = (ranges: readonly string[], more: Partial<GivenService> = {}): GivenService =>
    balanced({ endpoints: [HERE], ...more, spec: { loadBalancerSourceRanges: ranges } });

  test("hold for load balancer addresses alone: neither external IPs nor node ports pass the firewall", () => {
    const rules = written(portsOf(ranged([" 10.1.2.3/16 "])));
    expect(chainsOf(rules, "FW")).toEqual(["-A KUBE-FW -s 10.1.0.0/16 -j KUBE-EXT", "-A KUBE-FW"]);
    expect(chainsOf(rules, "NODEPORTS").every((rule) => rule.endsWith("KUBE-EXT"))).toBe(true);
  });

  test("with the node inside let the node reach the balancer's address by that address", () => {
    const rules = written(portsOf(ranged(["192.168.0.0/24"])));
    expect(chainsOf(rules, "FW")).toContain("-A KUBE-FW -s 203.0.113.1 -j KUBE-EXT");
    expect(nftRules(nft(portsOf(ranged(["192.168.0.0/24"]))), "firewall-")).toContain(
      "ip saddr != { 192.168.0.0/24, 203.0.113.1 } drop",
    );
  });

  test("of the other family, or over everything, restrict nobody", () => {
    expect(chainsOf(written(portsOf(ranged(["fd00::/8"]))), "FW")).toEqual([]);
    expect(chainsOf(written(portsOf(ranged(["10.0.0.0/8", "0.0.0.0/0"]))), "FW")).toEqual([]);
    expect(chainsOf(written(portsOf(ranged(["10.0.0.0/8", "::/0"]))), "FW")).toHaveLength(2);
  });

  test("without endpoints stand in nftables mode only: iptables refuses before", () => {
    const ports = portsOf(ranged(["10.1.0.0/16"], { endpoints: [] }));
    expect(chainsOf(written(ports), "FW")).toEqual([]);
    expect(nftRules(nft(ports), "firewall-")).toContain("ip saddr != 10.1.0.0/16 drop");
  });
});

describe("one Service, two families", () => {
  const dual = {
    clusterIP: "172.30.0.1",
    clusterIPs: ["172.30.0.1", "fd00:30::1"],
    ipFamilies: ["IPv4", "IPv6"],
    externalIPs: ["2001:DB8:0:0::7"],
  } as const;

  test("an external IP of one family does not open the Service in the other", () => {
    const [four] = portsOf({ spec: dual, endpoints: [HERE] });
    expect(four?.externallyAccessible).toBe(false);
    expect(chainsOf(written(portsOf({ spec: dual, endpoints: [HERE] })), "EXT")).toEqual([]);
    const [six] = portsOf({
      spec: dual,
      family: "IPv6",
      endpoints: [{ ip: "fd00:180:0::1", node: "n0" }],
    });
    expect(six).toMatchObject({
      clusterIP: "fd00:30::1",
      externalIPs: ["2001:db8::7"],
      externallyAccessible: true,
    });
    expect(six?.reachable.map(({ key }) => key)).toEqual(["[fd00:180::1]:8080"]);
  });

  test("a Service without an address of the family has no rules in it", () => {
    expect(isProxied(serviceOf({}), "IPv4")).toBe(true);
    expect(isProxied(serviceOf({}), "IPv6")).toBe(false);
    expect(isProxied(serviceOf({ spec: dual }), "IPv6")).toBe(true);
  });

  test("service ranges of the other family are left out of the check of cluster IPs", () => {
    const proxy = nft([], { serviceRanges: ["172.30.0.0/16", "fd00:30::/112"] });
    expect(nftRules(proxy, "cluster-ips-check").at(-1)).toContain("ip daddr 172.30.0.0/16 drop");
  });
});

test("headless Services, names outside and Services of another proxy have no rules", () => {
  expect(isProxied(serviceOf({ spec: { clusterIP: "None" } }), "IPv4")).toBe(false);
  expect(isProxied(serviceOf({ spec: { type: "ExternalName", clusterIP: "" } }), "IPv4")).toBe(
    false,
  );
  const labels = { "service.kubernetes.io/service-proxy-name": "other" };
  expect(isProxied(serviceOf({ labels }), "IPv4")).toBe(false);
});

describe("endpoints of a port", () => {
  test("are those of its name and protocol: a Service that changes from TCP to UDP waits for its slices", () => {
    const udp = [{ name: "p", protocol: "UDP", port: 80 }] as const;
    const waiting = portsOf({ ports: udp, sliceProtocol: "TCP", endpoints: [HERE] });
    expect(waiting[0]?.hasEndpoints).toBe(false);
    expect(portsOf({ ports: udp, endpoints: [HERE] })[0]?.hasEndpoints).toBe(true);
  });

  test("an address that a new pod took over is the new pod's, wherever the old one is listed", () => {
    const old = { ip: "10.180.0.1", node: "n0", ready: false, serving: true, terminating: true };
    const young = { ip: "10.180.0.1", node: "n1" };
    for (const endpoints of [
      [old, young],
      [young, old],
    ]) {
      const set = endpointSet([sliceOf({ endpoints })], "p");
      expect(set.endpoints).toMatchObject([{ nodeName: "n1", ready: true, terminating: false }]);
    }
  });
});

describe("session affinity", () => {
  test("has a list for each endpoint of each port, and a time-out of three hours if none is given", () => {
    const ports = [
      { name: "a", protocol: "TCP", port: 80 },
      { name: "b", protocol: "TCP", port: 81 },
    ] as const;
    const given = {
      ports,
      spec: { sessionAffinity: "ClientIP" as const },
      endpoints: [HERE, AWAY],
    };
    const rules = written(portsOf(given));
    const lists = rules.flatMap((rule) => /--name (\S+) --rcheck/.exec(rule)?.[1] ?? []);
    expect(new Set(lists).size).toBe(4);
    expect(rules.filter((rule) => rule.includes("--rcheck --seconds 10800 --reap"))).toHaveLength(
      4,
    );
    const proxy = nft(portsOf(given));
    expect([...proxy.table.containers()].filter((one) => one.startsWith("affinity-"))).toHaveLength(
      4,
    );
  });
});

describe("a large cluster", () => {
  const withEndpoints = (count: number): readonly ProxiedPort[] =>
    portsOf({
      endpoints: Array.from({ length: count }, (_, i) => ({
        ip: `10.180.${i >> 8}.${i & 255}`,
        node: "n1",
      })),
    });
  const sync = (proxy: IptablesProxy, ports: readonly ProxiedPort[], nowNs: number) =>
    proxy.sync({ ports, changed: new Set(["ns/s"]), nowNs });

  test("begins at 1,001 endpoints: then rules for endpoints have no comments", () => {
    for (const [count, large] of [
      [1000, false],
      [1001, true],
    ] as const) {
      const proxy = new IptablesProxy(iptablesDefaults(NODE_IP, PODS));
      const { largeCluster, restore } = sync(proxy, withEndpoints(count), 0);
      expect(largeCluster).toBe(large);
      const rule = restore.nat.rules.find(({ target }) => target?.kind === "destination-nat");
      expect(rule?.matches.some(({ kind }) => kind === "comment")).toBe(!large);
    }
  });

  test("looks for stale chains once in 30 seconds", () => {
    const proxy = new IptablesProxy(iptablesDefaults(NODE_IP, PODS));
    const deleted = (count: number, second: number): number =>
      sync(proxy, withEndpoints(count), second * 1e9).restore.nat.deletedChains.length;
    expect(deleted(1003, 0)).toBe(0);
    expect(deleted(1002, 10)).toBe(0);
    expect(deleted(1001, 30)).toBe(0);
    expect(deleted(1001, 31)).toBe(2);
  });
});

test("a deleted Service takes its chains with it in a partial sync", () => {
  const proxy = new IptablesProxy(iptablesDefaults(NODE_IP, PODS));
  const ports = portsOf(balanced({ endpoints: [HERE, AWAY] }));
  proxy.sync({ ports, changed: new Set(), nowNs: 0 });
  const after = proxy.sync({ ports: [], changed: new Set(["ns/s"]), nowNs: 1e9 });
  expect(after.kind).toBe("partial");
  expect(after.restore.nat.deletedChains.map((chain) => chain.slice(5, 8)).sort()).toEqual([
    "EXT",
    "SEP",
    "SEP",
    "SVC",
  ]);
});

test("two Services with one external IP and port both write rules: the first in order gets the packets", () => {
  const spec = { externalIPs: ["1.2.3.4"] };
  const ports = [
    ...portsOf({ name: "one", spec, endpoints: [HERE] }),
    ...portsOf({ name: "two", spec: { ...spec, clusterIP: "172.30.0.2" }, endpoints: [AWAY] }),
  ];
  const rules = written(ports).filter((rule) => rule.includes("-d 1.2.3.4"));
  expect(rules).toHaveLength(2);
  const { table } = nft(ports);
  // A map holds one verdict for a key: the last write stands.
  expect(table.elements("service-ips")?.get("1.2.3.4 . tcp . 80")).toContain("ns/two/tcp/p");
});

test("a UDP flow is stale by the node port of its number as well as by its own address", () => {
  const udp = (port: number, nodePort = 0): ServicePort => ({
    name: "p",
    protocol: "UDP",
    port,
    nodePort,
  });
  const one = { name: "one", ports: [udp(30_000)], endpoints: [HERE] };
  const two = {
    name: "two",
    ports: [udp(53, 30_000)],
    endpoints: [AWAY],
    spec: { clusterIP: "172.30.0.2" },
  };
  const known = [one, two].map((given) => ({
    service: serviceOf(given),
    slices: [sliceOf(given)],
  }));
  const flow = {
    protocol: "UDP",
    originalDestination: "172.30.0.1:30000",
    replySource: "10.180.0.1:38000",
  } as const;
  expect(new ConntrackCleaner(known.slice(0, 1)).isStale(flow)).toBe(false);
  expect(new ConntrackCleaner(known).isStale(flow)).toBe(true);
  expect(new ConntrackCleaner(known, "IPv6").isStale(flow)).toBe(false);
});

test("SCTP ports are dispatched like the others, in words of their own", () => {
  const ports = portsOf({
    ports: [{ name: "p", protocol: "SCTP", port: 99 }],
    endpoints: [HERE],
  });
  expect(chainsOf(written(ports), "SEP").at(-1)).toBe(
    "-A KUBE-SEP -m sctp -p sctp -j DNAT --to-destination 10.180.0.1:8099",
  );
  const { table } = nft(ports);
  expect(table.elements("service-ips")?.has("172.30.0.1 . sctp . 99")).toBe(true);
});
