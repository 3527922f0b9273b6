import { formatIP, type IPAddress, parseCIDR, parseIP } from "../../address/index.ts";
import type { IPFamily, Node, Pod, Service } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { podAddresses } from "../../control-plane/index.ts";
import {
  type LabPlan,
  PACKET_LAB,
  type PlannedNode,
  type PodNetwork,
} from "../../data-plane/index.ts";

/** Nodes beyond this are left out: a capture of a few connections needs no more. */
export const MAX_NODES = 40;
const LONGER_OUTER_HEADER_BYTES = 20;
const IPV6_BITS = 128;
const IPV4_BITS = 32;

/** What is made up of one family, where the input does not say. */
interface Habits {
  readonly underlay: string;
  /** The k-th node, from 0. */
  node(k: number): string;
  readonly client: readonly string[];
  /** A user's address on no network of the cluster. */
  readonly outside: string;
  /** The range of a node of which no pod is known. */
  unknownRange(k: number): string;
  /** Length of a node's range around a pod of it. */
  readonly nodeLength: number;
  /** Ranges of pods and Services are at least as wide. */
  readonly podLength: number;
  readonly serviceLength: number;
  readonly serviceRange: string;
}

const HABITS: Readonly<Record<IPFamily, Habits>> = {
  IPv4: {
    underlay: "192.168.0.0/16",
    node: (k) => `192.168.${1 + Math.floor(k / 200)}.${10 + (k % 200)}`,
    client: PACKET_LAB.client.addresses,
    outside: "192.0.2.100",
    unknownRange: (k) => `198.18.${k}.0/24`,
    nodeLength: 24,
    podLength: 16,
    serviceLength: 12,
    serviceRange: "10.96.0.0/12",
  },
  IPv6: {
    underlay: "fd00:c0a8::/64",
    node: (k) => `fd00:c0a8::1:${(k + 1).toString(16)}`,
    client: ["fd00:c0a8::100", "fd00:c0a8::1"],
    outside: "2001:db8:ffff::100",
    unknownRange: (k) => `fd00:c612:0:${k.toString(16)}::/64`,
    nodeLength: 64,
    podLength: 48,
    serviceLength: 108,
    serviceRange: "fd00:10:96::/112",
  },
};

/**
 * Some nodes of a cluster as a plan for the packet lab, without pods. Nodes have their internal addresses
 * where the input tells all of them; else they are made up, as are the pods' ranges of nodes of which
 * nothing is known. The ranges of pods and Services are those that hold all that there are.
 */
export function tracePlan(
  cluster: Cluster,
  nodeIndices: readonly number[],
  network: PodNetwork,
): LabPlan {
  const pods = cluster.store.list<Pod>("Pod").map((pod) => podAddresses(pod));
  const families = familiesAmong(pods);
  const [first = planOf(cluster, "IPv4", []), second] = families.map((family) =>
    planOf(cluster, family, nodeIndices),
  );
  const nodes = first.nodes.map((node, i): PlannedNode => {
    const other = second?.nodes[i];
    if (other === undefined) return node;
    return { ...node, second: { address: other.address, podRange: other.podRange } };
  });
  const { clientAddresses, ...rest } = first;
  const { overlays, podMtu: usualMtu } = PACKET_LAB;
  // Plug-ins give pods the MTU of their tunnel.
  const overlayMtu = network === "routed" ? usualMtu : overlays[network].mtu;
  const longer = network !== "routed" && families[0] === "IPv6" ? LONGER_OUTER_HEADER_BYTES : 0;
  const plan = { ...PACKET_LAB, ...rest, nodes, podMtu: overlayMtu - longer };
  const client = { ...PACKET_LAB.client, addresses: clientAddresses };
  return second === undefined ? { ...plan, client } : { ...plan, client, second };
}

/** Those of the pods; the family that most have first comes first. */
function familiesAmong(pods: readonly (readonly string[])[]): readonly IPFamily[] {
  let firstIPv6 = 0;
  let firstIPv4 = 0;
  const found = new Set<IPFamily>();
  for (const addresses of pods) {
    const [first] = addresses;
    if (first === undefined) continue;
    if (first.includes(":")) firstIPv6 += 1;
    else firstIPv4 += 1;
    for (const address of addresses) found.add(address.includes(":") ? "IPv6" : "IPv4");
  }
  const order: readonly IPFamily[] = firstIPv6 > firstIPv4 ? ["IPv6", "IPv4"] : ["IPv4", "IPv6"];
  const both = order.filter((family) => found.has(family));
  return both.length === 0 ? ["IPv4"] : both;
}

interface FamilyPlan {
  readonly underlay: string;
  readonly clientAddresses: readonly string[];
  readonly defaultRouter: string;
  readonly podRange: string;
  readonly serviceRange: string;
  readonly nodes: readonly PlannedNode[];
}

function planOf(cluster: Cluster, family: IPFamily, nodeIndices: readonly number[]): FamilyPlan {
  const habits = HABITS[family];
  const byNode = new Map<string, string>();
  const known: string[] = [];
  for (const pod of cluster.store.list<Pod>("Pod")) {
    const own = podAddresses(pod).find((address) => address.includes(":") === (family === "IPv6"));
    if (own === undefined) continue;
    known.push(own);
    const node = pod.spec.nodeName ?? "";
    if (!byNode.has(node)) byNode.set(node, rangeAround(own, habits.nodeLength));
  }
  const objects = new Map(cluster.store.list<Node>("Node").map((node) => [nameOf(node), node]));
  const taken = new Set<string>();
  const underlay = underlayOf(
    nodeIndices.map((index) => objects.get(cluster.nodes.at(index)?.name ?? "")),
    family,
    known,
  );
  const nodes = nodeIndices.map((index, k): PlannedNode => {
    const { name = `node-${index}`, zone } = cluster.nodes.at(index) ?? {};
    const given = rangeOf(objects.get(name), family) ?? byNode.get(name);
    // Pods whose nodes share one range, or that are on the nodes' network, have routes of their own.
    const isOwn = given !== undefined && !taken.has(given) && !overlap(given, underlay.range);
    const podRange = isOwn ? given : habits.unknownRange(k);
    taken.add(podRange);
    return { name, zone, address: underlay.nodes[k] ?? habits.node(k), podRange, pods: [] };
  });
  const services = cluster.store.list<Service>("Service").flatMap(({ spec }) => {
    const all = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
    return all.filter((address) => parseIP(address)?.family === family);
  });
  const ranges = nodes.map((node) => node.podRange.slice(0, node.podRange.indexOf("/")));
  const certain = ranges.filter((_, k) => nodes[k]?.podRange !== habits.unknownRange(k));
  return {
    underlay: underlay.range,
    clientAddresses: underlay.client,
    defaultRouter: underlay.client[1] ?? "",
    podRange: coveringRange([...known, ...certain], habits.podLength) ?? habits.unknownRange(0),
    serviceRange: coveringRange(services, habits.serviceLength) ?? habits.serviceRange,
    nodes,
  };
}

interface Underlay {
  readonly range: string;
  /** In the order of the nodes; empty where they are to be made up. */
  readonly nodes: readonly string[];
  readonly client: readonly string[];
}

/** The network between nodes, with an address that nobody has for their router. */
function underlayOf(
  nodes: readonly (Node | undefined)[],
  family: IPFamily,
  pods: readonly string[],
): Underlay {
  const habits = HABITS[family];
  const made = { range: habits.underlay, nodes: [], client: habits.client };
  const own = nodes.flatMap((node) => internalAddress(node, family) ?? []);
  const range = coveringRange(own, habits.nodeLength);
  const parsed = range === undefined ? undefined : parseCIDR(range);
  const isWhole = own.length === nodes.length && new Set(own).size === own.length;
  if (range === undefined || parsed === undefined || !isWhole) return made;
  const taken = new Set([...own, ...pods]);
  let router = 1n;
  const addressOf = (n: bigint): string => addressAt(parsed.family, BigInt(parsed.first) + n);
  while (taken.has(addressOf(router))) router += 1n;
  // Users are behind the router: on the nodes' network they might be taken for pods.
  return { range, nodes: own, client: [habits.outside, addressOf(router)] };
}

function addressAt(family: IPFamily, value: bigint): string {
  return family === "IPv4"
    ? formatIP({ family, value: Number(value) })
    : formatIP({ family, value });
}

function internalAddress(node: Node | undefined, family: IPFamily): string | undefined {
  for (const { type, address } of node?.status?.addresses ?? []) {
    const parsed = type === "InternalIP" ? parseIP(address) : undefined;
    if (parsed?.family === family) return formatIP(parsed);
  }
  return undefined;
}

function overlap(text: string, other: string): boolean {
  const [range, second] = [parseCIDR(text), parseCIDR(other)];
  if (range === undefined || second?.family !== range.family) return false;
  const bits = range.family === "IPv4" ? IPV4_BITS : IPV6_BITS;
  const free = BigInt(bits - Math.min(range.prefixLength, second.prefixLength));
  return (BigInt(range.first) ^ BigInt(second.first)) >> free === 0n;
}

function nameOf({ metadata }: Node): string {
  return metadata.name;
}

function rangeOf(node: Node | undefined, family: IPFamily): string | undefined {
  const { podCIDR, podCIDRs = podCIDR === undefined ? [] : [podCIDR] } = node?.spec ?? {};
  return podCIDRs.find((range) => parseCIDR(range)?.family === family);
}

function rangeAround(address: string, length: number): string {
  const range = parseCIDR(`${address}/${length}`);
  if (range === undefined) return `${address}/${length}`;
  return `${formatIP({ family: range.family, value: range.first } as IPAddress)}/${length}`;
}

/** The smallest range that holds all addresses, no narrower than `longest`; undefined of none. */
function coveringRange(addresses: readonly string[], longest: number): string | undefined {
  const values = addresses.flatMap((text) => {
    const address = parseIP(text);
    return address === undefined ? [] : [BigInt(address.value)];
  });
  const [first] = values;
  const [text] = addresses;
  if (first === undefined || text === undefined) return undefined;
  const bits = text.includes(":") ? IPV6_BITS : IPV4_BITS;
  let length = longest;
  for (const value of values) {
    while (length > 0 && (value ^ first) >> BigInt(bits - length) !== 0n) length -= 1;
  }
  return rangeAround(text, length);
}
