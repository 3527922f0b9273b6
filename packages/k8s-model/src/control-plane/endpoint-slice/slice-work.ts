import type {
  Endpoint,
  EndpointPort,
  EndpointSlice,
  IPFamily,
  Node,
  Pod,
  Service,
} from "../../api/index.ts";
import { belongsInSlices, endpointIdentity, portMapKey } from "./endpoint-of-pod.ts";
import { podEndpoint } from "./pod-endpoints.ts";
import { isOwnedBy } from "./slice-changes.ts";

/** The endpoints that slices of one kind are to hold, as one sync uses them up. */
export interface DesiredEndpoints {
  /** The endpoint wanted under an identity, the first time that it is asked for. */
  take(identity: string): Endpoint | undefined;
  /** Those that no examined or settled slice holds, in the order of their pods; ask last. */
  rest(): Map<string, Endpoint>;
}

/** Slices of one Service and family with the same ports, and what belongs in them. */
export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  /** False where no pod has these ports: its slices go. */
  readonly wanted: boolean;
  readonly desired: DesiredEndpoints;
  /** Slices that may have to change, in the order in which they came. */
  readonly examined: readonly EndpointSlice[];
  /** All slices of the group, in the order in which they came. */
  readonly slices: Iterable<EndpointSlice>;
  /**
   * The slice that `count` more endpoints fill best without overflow, of equals the one that came
   * first; `busy` ones change already.
   */
  sliceToFill(
    count: number,
    max: number,
    busy: ReadonlySet<EndpointSlice>,
  ): EndpointSlice | undefined;
}

/** All that a sync has to look at for one family: everything, or what changed since the last one. */
export interface FamilyWork {
  readonly family: IPFamily;
  /** Slices of the family, examined or not. */
  readonly existingCount: number;
  readonly examined: readonly EndpointSlice[];
  /** All slices of the family, in the order in which they came. */
  readonly all: Iterable<EndpointSlice>;
  /** Slices of another owner. */
  readonly stray: readonly EndpointSlice[];
  /** In the order of their ports, as text. */
  readonly groups: readonly PortGroup[];
}

/** Pods of a Service with what is known of their nodes. */
export interface PodsOfService {
  readonly service: Service;
  /** Pods that the Service selects, in the order in which new endpoints are to be added. */
  readonly pods: readonly Pod[];
  readonly nodeOf: (name: string) => Node | undefined;
}

/** The work of a family where nothing is known of an earlier sync: all pods, all slices. */
export function wholeFamily(
  input: PodsOfService,
  family: IPFamily,
  existing: readonly EndpointSlice[],
  missingNodes: Set<string>,
): FamilyWork {
  const groups = desiredByPorts(input, family, missingNodes);
  const stray: EndpointSlice[] = [];
  for (const slice of existing) {
    if (isOwnedBy(slice, input.service)) groupOf(groups, slice.ports ?? []).slices.push(slice);
    else stray.push(slice);
  }
  const keys = [...groups.keys()].sort();
  return {
    family,
    existingCount: existing.length,
    examined: existing,
    all: existing,
    stray,
    groups: keys.map((key) => {
      const { ports, desired, slices } = groups.get(key) as WholeGroup;
      const take = (identity: string): Endpoint | undefined => {
        const endpoint = desired.get(identity);
        if (endpoint !== undefined) desired.delete(identity);
        return endpoint;
      };
      const wanted = desired.size > 0;
      return {
        ports,
        wanted,
        desired: { take, rest: () => desired },
        examined: slices,
        slices,
        sliceToFill: (count, max, busy) => sliceToFill(slices, count, max, busy),
      };
    }),
  };
}

interface WholeGroup {
  readonly ports: readonly EndpointPort[];
  readonly desired: Map<string, Endpoint>;
  readonly slices: EndpointSlice[];
}

type WholeGroups = Map<string, WholeGroup>;

function desiredByPorts(
  { service, pods, nodeOf }: PodsOfService,
  family: IPFamily,
  missingNodes: Set<string>,
): WholeGroups {
  const groups: WholeGroups = new Map();
  for (const pod of pods) {
    const node = nodeOf(pod.spec.nodeName ?? "");
    if (lacksNode(pod, node, service)) missingNodes.add(pod.spec.nodeName ?? "");
    else if (belongsInSlices(pod)) {
      const { endpoint, ports, portsKey } = podEndpoint(pod, node, service, family);
      if (endpoint === undefined) continue;
      groupOf(groups, ports, portsKey).desired.set(endpointIdentity(endpoint), endpoint);
    }
  }
  return groups;
}

/** Whether a pod is left out, and the sync retried, because its node is not known. */
export function lacksNode(pod: Pod, node: Node | undefined, service: Service): boolean {
  return (
    node === undefined && service.spec.publishNotReadyAddresses !== true && belongsInSlices(pod)
  );
}

function groupOf(
  groups: WholeGroups,
  ports: readonly EndpointPort[],
  key: string = portMapKey(ports),
): WholeGroup {
  let group = groups.get(key);
  if (group === undefined) {
    group = { ports, desired: new Map(), slices: [] };
    groups.set(key, group);
  }
  return group;
}

/** Looks through all slices for the one that `count` more endpoints fill best. */
export function sliceToFill(
  slices: Iterable<EndpointSlice>,
  count: number,
  max: number,
  busy: ReadonlySet<EndpointSlice>,
): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  let leastRoom = max;
  for (const slice of slices) {
    const room = max - (slice.endpoints?.length ?? 0) - count;
    if (room < 0 || room >= leastRoom || busy.has(slice)) continue;
    best = slice;
    leastRoom = room;
    if (room === 0) break;
  }
  return best;
}
