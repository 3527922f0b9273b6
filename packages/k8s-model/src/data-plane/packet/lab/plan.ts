import type { IPFamily } from "../../../api/index.ts";
import type { Encapsulation } from "../link/index.ts";
import { canonicalAddress } from "../wire/index.ts";

/** A pod of the lab, by address. */
export interface PlannedPod {
  readonly name: string;
  /** Of the first family. */
  readonly address: string;
  /** Of the second family, where there is one. */
  readonly secondAddress?: string;
}

export interface PlannedNode {
  readonly name: string;
  readonly address: string;
  readonly podRange: string;
  readonly second?: { readonly address: string; readonly podRange: string };
  readonly pods: readonly PlannedPod[];
  readonly zone?: string | undefined;
}

/** The second family of a dual-stack lab: what the plan says of the first one, again. */
export interface SecondFamily {
  readonly underlay: string;
  readonly clientAddresses: readonly string[];
  readonly defaultRouter: string;
  readonly podRange: string;
  readonly serviceRange: string;
}

/** Pods on a Linux bridge of the first node, beside those with a cable of their own. */
export interface PlannedBridge {
  readonly device: string;
  /** With prefix length. */
  readonly address: string;
  readonly pods: readonly PlannedPod[];
  readonly callsRules: boolean;
  readonly hairpin: boolean;
}

/** Everything that a lab is built from: a few nodes on one network, pods, an outside client. */
export interface LabPlan {
  readonly underlay: string;
  readonly underlayMtu: number;
  readonly podMtu: number;
  readonly nodes: readonly PlannedNode[];
  readonly client: { readonly name: string; readonly addresses: readonly string[] };
  /** Where packets for nobody go; one of the client's addresses makes it the nodes' default router. */
  readonly defaultRouter: string;
  readonly podRange: string;
  readonly serviceRange: string;
  /** Everything above is of one family, whichever; this is the other one of dual-stack. */
  readonly second?: SecondFamily;
  readonly overlays: Readonly<Record<Encapsulation, OverlayPlan>>;
  /** Where the servers in the pods listen. */
  readonly serverPorts: { readonly tcp: number; readonly udp: number; readonly sctp: number };
}

/** One family of a plan, in which everything has its address. */
export interface PlannedFamily extends SecondFamily {
  readonly family: IPFamily;
  nodeAddress(node: PlannedNode): string | undefined;
  nodePodRange(node: PlannedNode): string | undefined;
  podAddress(pod: PlannedPod): string | undefined;
}

/** The one or two families of a plan, the first one first; addresses are canonical. */
export function familiesOf(plan: LabPlan): readonly PlannedFamily[] {
  const { client, second } = plan;
  const first: PlannedFamily = {
    ...plan,
    family: familyOf(plan.serviceRange),
    clientAddresses: client.addresses.map(canonicalAddress),
    nodeAddress: ({ address }) => canonicalAddress(address),
    nodePodRange: ({ podRange }) => podRange,
    podAddress: ({ address }) => canonicalAddress(address),
  };
  if (second === undefined) return [first];
  return [
    first,
    {
      ...second,
      family: familyOf(second.serviceRange),
      clientAddresses: second.clientAddresses.map(canonicalAddress),
      nodeAddress: (node) => node.second && canonicalAddress(node.second.address),
      nodePodRange: (node) => node.second?.podRange,
      podAddress: ({ secondAddress: one }) => one && canonicalAddress(one),
    },
  ];
}

/** The family of an address or range. */
export function familyOf(text: string): IPFamily {
  return text.includes(":") ? "IPv6" : "IPv4";
}

export interface OverlayPlan {
  readonly device: string;
  /** 0 where the encapsulation has none. */
  readonly vni: number;
  readonly port: number;
  readonly mtu: number;
}

/**
 * Devices and ports of flannel (VXLAN), Open vSwitch (Geneve), Calico (IP in IP) and WireGuard, with
 * MTUs for an IPv4 underlay of 1500.
 */
const OVERLAYS: Readonly<Record<Encapsulation, OverlayPlan>> = {
  vxlan: { device: "flannel.1", vni: 1, port: 8472, mtu: 1450 },
  geneve: { device: "genev_sys_6081", vni: 1, port: 6081, mtu: 1450 },
  ipip: { device: "tunl0", vni: 0, port: 0, mtu: 1480 },
  wireguard: { device: "wg0", vni: 0, port: 51_820, mtu: 1440 },
};

/** Two nodes with two pods each, on which the situations are played. */
export const PACKET_LAB: LabPlan = {
  underlay: "192.168.0.0/24",
  underlayMtu: 1500,
  podMtu: 1500,
  nodes: [
    {
      name: "n1",
      address: "192.168.0.11",
      podRange: "10.244.1.0/24",
      pods: [
        { name: "a1", address: "10.244.1.2" },
        { name: "b1", address: "10.244.1.3" },
      ],
    },
    {
      name: "n2",
      address: "192.168.0.12",
      podRange: "10.244.2.0/24",
      pods: [
        { name: "a2", address: "10.244.2.2" },
        { name: "b2", address: "10.244.2.3" },
      ],
    },
  ],
  client: { name: "cl", addresses: ["192.168.0.100", "192.168.0.1", "192.168.0.5"] },
  defaultRouter: "192.168.0.1",
  podRange: "10.244.0.0/16",
  serviceRange: "10.96.0.0/16",
  overlays: OVERLAYS,
  serverPorts: { tcp: 8080, udp: 5353, sctp: 9899 },
};

/** The bridge on node n1 of some situations. */
export const LAB_BRIDGE: PlannedBridge = {
  device: "cni0",
  address: "10.244.1.201/29",
  pods: [
    { name: "c1", address: "10.244.1.202" },
    { name: "d1", address: "10.244.1.203" },
  ],
  callsRules: true,
  hairpin: false,
};
