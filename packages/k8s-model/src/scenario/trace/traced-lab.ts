import { formatIPv4, parseCIDR } from "../../address/index.ts";
import type { EndpointSlice, KubeObject, Node, Service } from "../../api/index.ts";
import { objectKey } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { type LabPlan, PACKET_LAB, type PlannedNode } from "../../data-plane/index.ts";
import { InvalidTrace } from "./invalid-trace.ts";

/** Nodes beyond this are left out: a capture of a few connections needs no more. */
const MAX_NODES = 40;
const UNDERLAY = "192.168.0.0/16";
/** The default of `--service-cluster-ip-range` in kubeadm. */
const SERVICE_RANGE = "10.96.0.0/12";

/** A Service of the cluster with its slices. */
export interface TracedService {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
}

/** The Services with their slices, by key. */
export function tracedServices(cluster: Cluster): ReadonlyMap<string, TracedService> {
  const slices = cluster.store.list<EndpointSlice>("EndpointSlice");
  const services = cluster.store.list<Service>("Service");
  return new Map(
    services.map((service) => {
      const own = slices.filter(
        ({ metadata: { namespace, labels } }) =>
          namespace === service.metadata.namespace &&
          labels?.["kubernetes.io/service-name"] === service.metadata.name,
      );
      return [objectKey(service), { service, slices: own }] as const;
    }),
  );
}

/**
 * The part of a cluster that some connections touch, as a plan for the packet lab: the nodes of the
 * clients and of all endpoints and those where users enter, up to 40 nodes. Node addresses that the input does not give are made up.
 */
export function labPlanOf(
  cluster: Cluster,
  pods: ReadonlySet<number>,
  entries: readonly number[],
): LabPlan {
  const homes = [...pods].map((pod) => cluster.pods.at(pod)?.nodeIndex ?? -1);
  const indices = new Set([...entries, ...homes]);
  const kept = [...indices].filter((index) => index >= 0).slice(0, MAX_NODES);
  const objects = new Map(cluster.store.list<Node>("Node").map((node) => [objectKey(node), node]));
  const nodes = kept.flatMap((index, i) => {
    const entry = cluster.nodes.at(index);
    if (entry === undefined) return [];
    const node = objects.get(entry.name) ?? [...objects.values()].find(byName(entry.name));
    return [plannedNode(cluster, pods, { index, name: entry.name, zone: entry.zone, node }, i)];
  });
  const podRange = coveringRange(nodes.map((node) => node.podRange));
  return { ...PACKET_LAB, underlay: UNDERLAY, serviceRange: SERVICE_RANGE, podRange, nodes };
}

/** The Services with those of their endpoints alone that the plan has a pod for. */
export function withinPlan(
  services: ReadonlyMap<string, TracedService>,
  { nodes }: LabPlan,
): ReadonlyMap<string, TracedService> {
  const addresses = new Set(nodes.flatMap(({ pods }) => pods.map(({ address }) => address)));
  const kept = [...services].map(([key, { service, slices }]) => {
    const own = slices.map((slice) => ({
      ...slice,
      endpoints: (slice.endpoints ?? []).filter((endpoint) =>
        endpoint.addresses.some((address) => addresses.has(address)),
      ),
    }));
    return [key, { service, slices: own }] as const;
  });
  return new Map(kept);
}

/** The smallest range that holds all of these: what kube-proxy takes for the pods' (`--cluster-cidr`). */
function coveringRange(ranges: readonly string[]): string {
  const parsed = ranges.flatMap((text) => {
    const range = parseCIDR(text);
    return range?.family === "IPv4" ? [range] : [];
  });
  const [first] = parsed;
  if (first === undefined) return PACKET_LAB.podRange;
  let length = first.prefixLength;
  for (const { first: value, prefixLength } of parsed) {
    length = Math.min(length, prefixLength, Math.clz32((value ^ first.first) >>> 0));
  }
  return `${formatIPv4(first.first)}/${length}`;
}

function byName(name: string): (object: KubeObject) => boolean {
  return ({ metadata }) => metadata.name === name;
}

function plannedNode(
  cluster: Cluster,
  chosen: ReadonlySet<number>,
  of: { index: number; name: string; zone: string | undefined; node: Node | undefined },
  place: number,
): PlannedNode {
  const pods = [...chosen].flatMap((pod) => {
    const entry = cluster.pods.at(pod);
    if (entry === undefined || entry.nodeIndex !== of.index || entry.ip === undefined) return [];
    if (entry.ip.includes(":")) {
      throw new InvalidTrace(
        "ipv6-only",
        `Pod "${entry.key}" has an IPv6 address first: ${entry.ip}.`,
        "trace a cluster whose pods have IPv4 addresses; the packet lab routes IPv4 only.",
      );
    }
    return [{ name: entry.key, address: entry.ip }];
  });
  const range =
    of.node?.spec?.podCIDR ?? `${(pods[0]?.address ?? "10.0.0.0").replace(/\.\d+$/, "")}.0/24`;
  return {
    name: of.name,
    zone: of.zone,
    address: `192.168.${1 + Math.floor(place / 200)}.${10 + (place % 200)}`,
    podRange: range,
    pods,
  };
}
