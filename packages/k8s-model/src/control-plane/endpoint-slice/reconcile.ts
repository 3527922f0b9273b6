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
import { isHeadless, labelsDiffer, sameLabels, sliceLabels } from "./labels.ts";
import { pack } from "./packing.ts";
import { podEndpoint } from "./pod-endpoints.ts";
import { isOwnedBy, reuseNames, type SliceChanges, type SliceEvent } from "./slice-changes.ts";
import type { CpuRatios } from "./topology-allocation.ts";
import { familyEvent } from "./topology-events.ts";
import { addTopologyHints, forgetHints, type HintMemory } from "./topology-hints.ts";
import { applyHintRule, hintRule } from "./traffic-distribution.ts";

/** Everything that one sync of a Service looks at. */
export interface ReconcileInput {
  readonly service: Service;
  /** Pods that the Service selects, in the order in which new endpoints are to be added. */
  readonly pods: readonly Pod[];
  /** Slices of the Service that the controller manages and that are not being deleted. */
  readonly slices: readonly EndpointSlice[];
  readonly nodeOf: (name: string) => Node | undefined;
  readonly cpuRatios: CpuRatios | undefined;
  readonly hintMemory: HintMemory;
  readonly options: ReconcileOptions;
}

export interface ReconcileOptions {
  /** `--max-endpoints-per-slice`, 100 by default. */
  readonly maxEndpointsPerSlice: number;
  /** Feature gate ServiceTrafficDistribution: on by default from 1.31. */
  readonly trafficDistribution: boolean;
  /** Feature gate PreferSameTrafficDistribution: on by default from 1.34. */
  readonly preferSameTrafficDistribution: boolean;
}

export interface ReconcileOutput {
  readonly creates: readonly EndpointSlice[];
  readonly updates: readonly EndpointSlice[];
  readonly deletes: readonly EndpointSlice[];
  readonly events: readonly SliceEvent[];
  readonly hintMemory: HintMemory;
  /** Nodes that pods name and that do not exist: their pods are left out and the sync is retried. */
  readonly missingNodes: readonly string[];
}

/**
 * One sync of the EndpointSlice controller: the slices to create, update and delete so that the
 * pods of a Service are listed. Equal to `endpointslice.Reconciler.Reconcile` of Kubernetes 1.36;
 * where that depends on the order of a map, pods are taken in the order given.
 */
export function reconcileSlices(input: ReconcileInput): ReconcileOutput {
  const { service, slices } = input;
  const families = addressFamilies(service);
  const output = {
    creates: [] as EndpointSlice[],
    updates: [] as EndpointSlice[],
    deletes: slices.filter(({ addressType }) => !families.includes(addressType as IPFamily)),
    events: [] as SliceEvent[],
  };
  const missingNodes = new Set<string>();
  let hintMemory = input.hintMemory;
  for (const family of families) {
    const existing = slices.filter(({ addressType }) => addressType === family);
    const packed = packFamily(input, family, existing, missingNodes);
    const hinted = hint({ ...input, hintMemory }, family, packed);
    hintMemory = hinted.memory;
    output.events.push(...hinted.events);
    const final = reuseNames(hinted.changes, service);
    output.creates.push(...final.creates);
    output.updates.push(...final.updates);
    output.deletes.push(...final.deletes);
  }
  return { ...output, hintMemory, missingNodes: [...missingNodes] };
}

/** Families for which a Service gets slices; IPv4 where it says nothing. */
export function addressFamilies(service: Service): readonly IPFamily[] {
  const { ipFamilies } = service.spec;
  return ipFamilies === undefined || ipFamilies.length === 0 ? ["IPv4"] : ipFamilies;
}

interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly desired: Map<string, Endpoint>;
}

function packFamily(
  input: ReconcileInput,
  family: IPFamily,
  existing: readonly EndpointSlice[],
  missingNodes: Set<string>,
): SliceChanges {
  const { service, options } = input;
  const labels = sliceLabels(service);
  const slicesByPorts = new Map<string, EndpointSlice[]>();
  const deletes: EndpointSlice[] = [];
  for (const slice of existing) {
    if (!isOwnedBy(slice, service)) deletes.push(slice);
    else append(slicesByPorts, portMapKey(slice.ports), slice);
  }
  const groups = desiredByPorts(input, family, missingNodes);
  const creates: EndpointSlice[] = [];
  const updates: EndpointSlice[] = [];
  for (const [key, { ports, desired }] of groups) {
    const packed = pack(slicesByPorts.get(key) ?? [], desired, {
      maxEndpointsPerSlice: options.maxEndpointsPerSlice,
      newSlice: () => newSlice(service, family, ports, labels),
      relabelled: (slice) => relabel(slice, service, labels),
    });
    creates.push(...packed.creates);
    updates.push(...packed.updates);
    deletes.push(...packed.deletes);
  }
  for (const [key, unwanted] of slicesByPorts) if (!groups.has(key)) deletes.push(...unwanted);
  const touched = new Set([...updates, ...deletes].map(({ metadata }) => metadata.name));
  const unchanged = existing.filter(({ metadata }) => !touched.has(metadata.name));
  return withPlaceholder({ creates, updates, deletes, unchanged }, existing.length, () =>
    newSlice(service, family, [], labels),
  );
}

function desiredByPorts(
  { service, pods, nodeOf }: ReconcileInput,
  family: IPFamily,
  missingNodes: Set<string>,
): Map<string, PortGroup> {
  const groups = new Map<string, PortGroup>();
  for (const pod of pods) {
    if (!belongsInSlices(pod)) continue;
    const nodeName = pod.spec.nodeName ?? "";
    const node = nodeOf(nodeName);
    if (node === undefined && service.spec.publishNotReadyAddresses !== true) {
      missingNodes.add(nodeName);
      continue;
    }
    const { endpoint, ports, portsKey } = podEndpoint(pod, node, service, family);
    if (endpoint === undefined) continue;
    let group = groups.get(portsKey);
    if (group === undefined) {
      group = { ports, desired: new Map() };
      groups.set(portsKey, group);
    }
    group.desired.set(endpointIdentity(endpoint), endpoint);
  }
  return groups;
}

/** A Service without endpoints keeps one empty slice without ports. */
function withPlaceholder(
  changes: SliceChanges,
  existingCount: number,
  placeholder: () => EndpointSlice,
): SliceChanges {
  const { creates, deletes } = changes;
  if (existingCount !== deletes.length || creates.length > 0) return changes;
  const wanted = placeholder();
  const [only] = deletes;
  if (deletes.length === 1 && only !== undefined && isSamePlaceholder(only, wanted)) {
    return { ...changes, deletes: [], unchanged: [only] };
  }
  return { ...changes, creates: [wanted] };
}

function isSamePlaceholder(slice: EndpointSlice, wanted: EndpointSlice): boolean {
  return (
    (slice.endpoints ?? []).length === 0 &&
    (slice.ports ?? []).length === 0 &&
    slice.addressType === wanted.addressType &&
    slice.metadata.namespace === wanted.metadata.namespace &&
    sameLabels(slice.metadata.labels, wanted.metadata.labels)
  );
}

function hint(
  { service, cpuRatios, hintMemory, options }: ReconcileInput,
  family: IPFamily,
  changes: SliceChanges,
): { changes: SliceChanges; memory: HintMemory; events: readonly SliceEvent[] } {
  if (topologyModeIsAuto(service)) {
    return addTopologyHints(cpuRatios, hintMemory, family, changes);
  }
  const events = hintMemory.populated
    ? [
        familyEvent(
          "Normal",
          "TopologyAwareHintsDisabled",
          "Topology Aware Hints has been disabled",
          family,
        ),
      ]
    : [];
  const wanted = options.trafficDistribution ? service.spec.trafficDistribution : undefined;
  const rule = hintRule(wanted, options.preferSameTrafficDistribution);
  return {
    changes: applyHintRule(changes, rule),
    memory: forgetHints(hintMemory, family),
    events,
  };
}

const TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";
const TOPOLOGY_AWARE_HINTS = "service.kubernetes.io/topology-aware-hints";

/** Whether an annotation asks for topology hints; the older name counts while it is there. */
export function topologyModeIsAuto({ metadata }: Service): boolean {
  const annotations = metadata.annotations ?? {};
  const value = annotations[TOPOLOGY_AWARE_HINTS] ?? annotations[TOPOLOGY_MODE];
  return value === "Auto" || value === "auto";
}

function newSlice(
  service: Service,
  family: IPFamily,
  ports: readonly EndpointPort[],
  labels: Readonly<Record<string, string>>,
): EndpointSlice {
  const { name, namespace, uid = "" } = service.metadata;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "",
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      ownerReferences: [
        {
          apiVersion: "v1",
          kind: "Service",
          name,
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    addressType: family,
    endpoints: [],
    ports,
  };
}

function relabel(
  slice: EndpointSlice,
  service: Service,
  labels: Readonly<Record<string, string>>,
): EndpointSlice | undefined {
  const headlessChanged =
    Object.hasOwn(slice.metadata.labels ?? {}, "service.kubernetes.io/headless") !==
    isHeadless(service);
  if (!labelsDiffer(slice, service) && !headlessChanged) return undefined;
  return { ...slice, metadata: { ...slice.metadata, labels } };
}

function append(groups: Map<string, EndpointSlice[]>, key: string, slice: EndpointSlice): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [slice]);
  else group.push(slice);
}
