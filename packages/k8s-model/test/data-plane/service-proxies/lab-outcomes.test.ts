import {
  type NewConnection,
  type ProxyVerdict,
  type ServiceProxy,
  serviceProxy,
} from "@k8s-netsim/k8s-model/data-plane";
import { describe, expect, test } from "vitest";
import { LAB_NODE, labPorts } from "./lab.ts";

const A1 = "10.244.1.2";
const NODE = "192.168.0.11";
const CLIENT = "192.168.0.100";

type Origin = NewConnection["origin"];
type Outcome = readonly [ProxyVerdict["verdict"], endpoint?: string, seen?: "client" | "node"];

const B1: Outcome = ["accept", "10.244.1.3:8080", "client"];
const B2: Outcome = ["accept", "10.244.2.3:8080", "client"];
const B2_MASQUERADED: Outcome = ["accept", "10.244.2.3:8080", "node"];

/** What clients saw of a real kube-proxy 1.36.2, both modes alike unless there are two outcomes. */
const SITUATIONS: readonly (readonly [
  what: string,
  origin: Origin,
  source: string,
  destination: string,
  port: number,
  iptables: Outcome,
  nftables?: Outcome,
])[] = [
  ["pod to a pod of its node", "pod", A1, "10.96.0.10", 80, B1],
  ["pod to a pod of the other node", "pod", A1, "10.96.0.11", 80, B2],
  ["pod to itself", "pod", A1, "10.96.0.12", 80, ["accept", `${A1}:8080`, "node"]],
  ["Service without endpoints", "pod", A1, "10.96.0.14", 80, ["reject"]],
  ["the same from the node", "node", NODE, "10.96.0.14", 80, ["reject"]],
  ["its node port", "outside", CLIENT, NODE, 30082, ["reject"]],
  ["internal policy Local without one here", "pod", A1, "10.96.0.18", 80, ["drop"]],
  ["node to a Service", "node", NODE, "10.96.0.11", 80, B2_MASQUERADED],
  ["outside to a ClusterIP", "outside", CLIENT, "10.96.0.11", 80, B2_MASQUERADED],
  ["node port", "outside", CLIENT, NODE, 30080, B2_MASQUERADED],
  ["node port from a pod", "pod", A1, NODE, 30080, B2_MASQUERADED],
  ["node port, Local, none here", "outside", CLIENT, NODE, 30081, ["drop"]],
  ["the same from a pod", "pod", A1, NODE, 30081, B2],
  ["the same from the node", "node", NODE, NODE, 30081, B2_MASQUERADED],
  ["node port at localhost", "node", "127.0.0.1", "127.0.0.1", 30080, B2_MASQUERADED, ["pass"]],
  ["load balancer, client allowed", "outside", "192.168.0.5", "203.0.113.10", 80, B2_MASQUERADED],
  ["load balancer, client not allowed", "outside", CLIENT, "203.0.113.10", 80, ["drop"]],
  ["its node port, not allowed", "outside", CLIENT, NODE, 30083, B2_MASQUERADED],
  ["load balancer from a pod", "pod", A1, "203.0.113.10", 80, ["drop"]],
  ["open load balancer, Local, none here", "outside", CLIENT, "203.0.113.11", 80, ["drop"]],
  ["the same from a pod", "pod", A1, "203.0.113.11", 80, B2],
  ["load balancer, unknown port", "outside", CLIENT, "203.0.113.11", 81, ["pass"]],
  ["external IP", "outside", CLIENT, "198.51.100.5", 80, B2_MASQUERADED],
  ["unknown port of a ClusterIP", "pod", A1, "10.96.0.10", 81, ["pass"], ["reject"]],
  ["address of no Service", "pod", A1, "10.96.0.99", 80, ["pass"], ["drop"]],
  ["node port of no Service", "outside", CLIENT, NODE, 32000, ["pass"]],
  ["another pod, no Service", "pod", A1, "10.244.2.3", 8080, ["pass"]],
];

function lab(kind: "iptables-nft" | "nftables"): ServiceProxy {
  const proxy = serviceProxy(kind, LAB_NODE);
  proxy.program({ ports: labPorts(), changed: new Set(), nowNs: 0 });
  return proxy;
}

describe.each(["iptables-nft", "nftables"] as const)("%s does what was measured", (kind) => {
  const proxy = lab(kind);

  test.each(SITUATIONS.map((one) => ({ title: one[0], one })))("$title", ({ one }) => {
    const [, origin, source, destination, destinationPort, both, nftables = both] = one;
    const { verdict, endpoint, sourceSeen } = proxy.route(
      { protocol: "TCP", origin, source, sourcePort: 40_000, destination, destinationPort },
      { nowNs: 0, random: () => 0 },
    );
    const expected = kind === "nftables" ? nftables : both;
    expect(verdict === "accept" ? [verdict, endpoint, sourceSeen] : [verdict]).toEqual(expected);
  });
});

test("a verdict tells the rules that made it, as the mode writes them", () => {
  const ask = (kind: "iptables-nft" | "nftables"): ProxyVerdict =>
    lab(kind).route(
      {
        protocol: "TCP",
        origin: "outside",
        source: CLIENT,
        sourcePort: 40000,
        destination: "203.0.113.10",
        destinationPort: 80,
      },
      { nowNs: 0, random: () => 0 },
    );
  expect(ask("iptables-nft")).toMatchInlineSnapshot(`
    {
      "connectNs": 44919,
      "endpoint": undefined,
      "reason": "Dropped by the rule: -A KUBE-PROXY-FIREWALL -m comment --comment "default/lb:t traffic not accepted by KUBE-FW-JN3UJ6PEWBBKADVO" -m tcp -p tcp -d 203.0.113.10 --dport 80 -j DROP",
      "sourceSeen": "client",
      "trail": [
        "-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES",
        "-A KUBE-SERVICES -m comment --comment "default/lb:t loadbalancer IP" -m tcp -p tcp -d 203.0.113.10 --dport 80 -j KUBE-FW-JN3UJ6PEWBBKADVO",
        "-A KUBE-FW-JN3UJ6PEWBBKADVO -m comment --comment "other traffic to default/lb:t will be dropped by KUBE-PROXY-FIREWALL"",
        "-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL",
        "-A KUBE-PROXY-FIREWALL -m comment --comment "default/lb:t traffic not accepted by KUBE-FW-JN3UJ6PEWBBKADVO" -m tcp -p tcp -d 203.0.113.10 --dport 80 -j DROP",
      ],
      "verdict": "drop",
    }
  `);
  expect(ask("nftables")).toMatchInlineSnapshot(`
    {
      "connectNs": 38462,
      "endpoint": undefined,
      "reason": "Dropped by the rule: firewall-ONUKEOQM-default/lb/tcp/t: ip saddr != { 192.168.0.0/28, 203.0.113.10 } drop",
      "sourceSeen": "client",
      "trail": [
        "filter-prerouting-pre-dnat: ct state new jump firewall-check",
        "firewall-check: ip daddr . meta l4proto . th dport vmap @firewall-ips",
        "firewall-ONUKEOQM-default/lb/tcp/t: ip saddr != { 192.168.0.0/28, 203.0.113.10 } drop",
      ],
      "verdict": "drop",
    }
  `);
});

describe("UDP, SCTP and TCP ports of one address are apart", () => {
  test.each(["iptables-nft", "nftables"] as const)("in %s mode", (kind) => {
    const proxy = lab(kind);
    const ask = (
      protocol: NewConnection["protocol"],
      destination: string,
      port: number,
    ): string => {
      const route = proxy.route(
        {
          protocol,
          origin: "pod",
          source: A1,
          sourcePort: 40000,
          destination,
          destinationPort: port,
        },
        { nowNs: 0, random: () => 0 },
      );
      return route.endpoint ?? route.verdict;
    };
    expect(ask("UDP", "10.96.0.10", 53)).toBe("10.244.1.3:5353");
    expect(ask("TCP", "10.96.0.10", 53)).toBe(kind === "nftables" ? "reject" : "pass");
    expect(ask("SCTP", "10.96.0.27", 9899)).toBe("10.244.2.3:9899");
    expect(ask("TCP", "10.96.0.27", 9899)).toBe(kind === "nftables" ? "reject" : "pass");
  });
});
