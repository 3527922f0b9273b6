import { LAB_SERVICES } from "./lab-services.ts";
import { probing } from "./probe.ts";
import type { Situation } from "./situation.ts";

const VIP = LAB_SERVICES.find(({ name }) => name === "lb")?.loadBalancerIP ?? "";
const OPEN_VIP = LAB_SERVICES.find(({ name }) => name === "lbopen")?.loadBalancerIP ?? "";
const EXTERNAL = LAB_SERVICES.find(({ name }) => name === "ext")?.externalIPs?.[0] ?? "";

const routed = { network: "routed" } as const;
const vxlan = { network: "vxlan" } as const;
const toVip = { clientRoutes: [{ to: `${VIP}/32`, node: "n1" }] };
const toOpenVip = { clientRoutes: [{ to: `${OPEN_VIP}/32`, node: "n1" }] };

/** From pods and nodes to cluster IPs. */
const INSIDE: readonly Situation[] = [routed, vxlan].flatMap((settings) => [
  probing(
    `tcp-clusterip-same-node-${settings.network}`,
    "A pod reaches a pod of its own node through the cluster IP: connect, ask, close.",
    { from: "a1", to: { service: "same" }, tcp: 80, label: "reply" },
    settings,
  ),
  probing(
    `tcp-clusterip-other-node-${settings.network}`,
    "A pod reaches a pod of the other node through the cluster IP.",
    { from: "a1", to: { service: "remote" }, tcp: 80, label: "reply" },
    settings,
  ),
  probing(
    `udp-clusterip-same-node-${settings.network}`,
    "One datagram and its answer on one node.",
    { from: "a1", to: { service: "same" }, udp: 53, label: "reply" },
    settings,
  ),
  probing(
    `udp-clusterip-other-node-${settings.network}`,
    "One datagram and its answer between nodes.",
    { from: "a1", to: { service: "remote" }, udp: 53, label: "reply" },
    settings,
  ),
  probing(
    `np-cluster-local-${settings.network}`,
    "From outside to the node port of a node that has the endpoint, external policy Cluster.",
    { from: "cl", to: { node: "n2" }, tcp: 30_080, udp: 30_180 },
    settings,
  ),
  probing(
    `np-cluster-nonlocal-${settings.network}`,
    "From outside to the node port of a node without the endpoint, external policy Cluster.",
    { from: "cl", to: { node: "n1" }, tcp: 30_080, udp: 30_180 },
    settings,
  ),
]);

const HAIRPIN: readonly Situation[] = [
  probing("hairpin", "A pod reaches itself through its Service.", {
    from: "a1",
    to: { service: "hairpin" },
    tcp: 80,
    udp: 53,
  }),
  probing("node-to-clusterip-local", "A process of a node reaches a pod of the node.", {
    from: "n1",
    to: { service: "same" },
    tcp: 80,
  }),
  probing("node-to-clusterip-remote", "A process of a node reaches a pod of the other node.", {
    from: "n1",
    to: { service: "remote" },
    tcp: 80,
  }),
  probing(
    "outside-to-clusterip",
    "An outside client that has a route to the cluster IP.",
    { from: "cl", to: { service: "remote" }, tcp: 80 },
    { clientRoutes: [{ to: "10.96.0.0/16", node: "n1" }] },
  ),
];

/** Node ports, external addresses, load balancers. */
const EXPOSED: readonly Situation[] = [
  probing("np-cluster-from-pod", "A pod uses its node's node port, policy Cluster.", {
    from: "a1",
    to: { node: "n1" },
    tcp: 30_080,
  }),
  probing(
    "np-local-from-pod",
    "A pod uses its node's node port, policy Local, no endpoint there.",
    {
      from: "a1",
      to: { node: "n1" },
      tcp: 30_081,
    },
  ),
  probing("np-local-from-pod-other-node", "A pod uses the other node's node port, policy Local.", {
    from: "a1",
    to: { node: "n2" },
    tcp: 30_081,
  }),
  probing("np-local-from-node", "A process of a node uses its node port, policy Local.", {
    from: "n1",
    to: { node: "n1" },
    tcp: 30_081,
  }),
  probing("np-local-with-endpoint", "From outside, policy Local, to the node with the endpoint.", {
    from: "cl",
    to: { node: "n2" },
    tcp: 30_081,
    udp: 30_181,
  }),
  probing("np-local-without-endpoint", "From outside, policy Local, to the node without one.", {
    from: "cl",
    to: { node: "n1" },
    tcp: 30_081,
    udp: 30_181,
  }),
  probing("np-localhost", "A process of a node uses 127.0.0.1 and a node port.", {
    from: "n1",
    to: { address: "127.0.0.1" },
    tcp: 30_080,
  }),
  probing("unused-nodeport", "A port of the node port range that no Service has.", {
    from: "cl",
    to: { node: "n1" },
    tcp: 31_999,
  }),
  probing(
    "externalip",
    "From outside to an external IP, by way of a node.",
    { from: "cl", to: { address: EXTERNAL }, tcp: 80 },
    { clientRoutes: [{ to: `${EXTERNAL}/32`, node: "n1" }] },
  ),
  probing(
    "lb-in-range",
    "A client of the allowed source range reaches the load balancer's address.",
    { from: "cl", to: { address: VIP }, tcp: 80, source: "192.168.0.5" },
    toVip,
  ),
  probing(
    "lb-out-of-range",
    "A client outside of the allowed source range.",
    { from: "cl", to: { address: VIP }, tcp: 80 },
    toVip,
  ),
  probing("lb-out-of-range-nodeport", "The same client at the node port of that Service.", {
    from: "cl",
    to: { node: "n1" },
    tcp: 30_083,
  }),
  probing("lb-from-pod", "A pod reaches for a load balancer with source ranges.", {
    from: "a1",
    to: { address: VIP },
    tcp: 80,
  }),
  probing("lb-local-from-pod", "A pod reaches for a load balancer with policy Local.", {
    from: "a1",
    to: { address: OPEN_VIP },
    tcp: 80,
  }),
  probing(
    "lb-local-without-endpoint",
    "From outside to a load balancer with policy Local, by way of a node without endpoint.",
    { from: "cl", to: { address: OPEN_VIP }, tcp: 80 },
    toOpenVip,
  ),
  probing(
    "lb-wrong-port",
    "A port of the load balancer's address that the Service does not have.",
    { from: "cl", to: { address: OPEN_VIP }, tcp: 81 },
    toOpenVip,
  ),
];

/** Nobody there: refused, dropped, leaked. */
const NOBODY: readonly Situation[] = [
  probing(
    "empty-clusterip",
    "A Service without endpoints; the node has told this pod of refusals just before.",
    { from: "a1", to: { service: "empty" }, tcp: 80, udp: 53 },
    { budgets: [{ node: "n1", to: "a1", tokens: 1 }] },
  ),
  probing(
    "empty-nodeport",
    "The node port of a Service without endpoints; the client has been refused just before.",
    { from: "cl", to: { node: "n1" }, tcp: 30_082, udp: 30_182 },
    { budgets: [{ node: "n1", to: "cl", tokens: 1 }] },
  ),
  probing("empty-from-node", "A process of a node at a Service without endpoints.", {
    from: "n1",
    to: { service: "empty" },
    tcp: 80,
    udp: 53,
  }),
  probing("empty-itp-local", "Internal policy Local, the endpoint is on the other node.", {
    from: "a1",
    to: { service: "itl" },
    tcp: 80,
    udp: 53,
  }),
  probing("closed-backend-port", "The pod is there, but nothing listens.", {
    from: "a1",
    to: { service: "closedport" },
    tcp: 80,
    udp: 53,
  }),
  probing("dead-endpoint-ip", "The slice lists an address that no pod has.", {
    from: "a1",
    to: { service: "ghost" },
    tcp: 80,
    udp: 53,
    tcpTimeoutMs: 4000,
  }),
  probing("unknown-clusterip", "An address of the Service range that no Service has.", {
    from: "a1",
    to: { address: "10.96.99.99" },
    tcp: 80,
    udp: 53,
  }),
  probing("unknown-port", "A cluster IP, but a port that the Service does not have.", {
    from: "a1",
    to: { service: "same" },
    tcp: 81,
    udp: 99,
  }),
];

const ON_BRIDGE: readonly Situation[] = [
  ...[false, true].map((callsRules) =>
    probing(
      `bridge-same-node-nf-call-${callsRules ? 1 : 0}`,
      `Two pods on one bridge, one reaches the other through the cluster IP; bridged packets ${
        callsRules ? "see" : "do not see"
      } the node's rules.`,
      { from: "c1", to: { service: "bridged" }, tcp: 80, udp: 53 },
      {
        bridge: { callsRules },
        services: [{ name: "bridged", clusterIP: "10.96.0.40", endpoints: ["10.244.1.203"] }],
      },
    ),
  ),
  ...[false, true].map((hairpin) =>
    probing(
      `bridge-hairpin-self-mode-${hairpin ? "on" : "off"}`,
      `A pod on a bridge reaches itself through its Service, hairpin mode ${hairpin ? "on" : "off"}.`,
      { from: "c1", to: { service: "selfsame" }, tcp: 80 },
      {
        bridge: { hairpin },
        services: [{ name: "selfsame", clusterIP: "10.96.0.41", endpoints: ["10.244.1.202"] }],
      },
    ),
  ),
];

/** Situations in which nothing changes while the client asks. */
export const STEADY_SITUATIONS: readonly Situation[] = [
  ...INSIDE,
  ...HAIRPIN,
  ...EXPOSED,
  ...NOBODY,
  ...ON_BRIDGE,
];
