import { invariant } from "@k8s-netsim/sim-core";
import type { EndpointPort, EndpointSlice, IPFamily, Service } from "../../api/index.ts";
import { isHeadless, labelsDiffer, sameLabels, sliceLabels } from "./labels.ts";
import { pack } from "./packing.ts";
import { reuseNames, type SliceChanges, type SliceEvent } from "./slice-changes.ts";
import { type FamilyWork, type PodsOfService, wholeFamily } from "./slice-work.ts";
import type { CpuRatios } from "./topology-allocation.ts";
import { familyEvent } from "./topology-events.ts";
import { addTopologyHints, forgetHints, type HintMemory } from "./topology-hints.ts";
import { applyHintRule, hintRule } from "./traffic-distribution.ts";
import { withTriggerTime } from "./trigger-annotation.ts";

/** What a sync knows of a Service beside its pods and slices. */
interface SyncInput {
  readonly service: Service;
  readonly cpuRatios: CpuRatios | undefined;
  readonly hintMemory: HintMemory;
  /** The time that what is written goes back to, as an annotation; without it slices lose theirs. */
  readonly lastChangeTriggerTime?: string | undefined;
  readonly options: ReconcileOptions;
}

/** Everything that one sync of a Service looks at. */
export interface ReconcileInput extends SyncInput, PodsOfService {
  /** Slices of the Service that the controller manages and that are not being deleted. */
  readonly slices: readonly EndpointSlice[];
}

/** A sync that looks only at what changed: the work is told by family. */
export interface PartialInput extends SyncInput {
  readonly families: readonly FamilyWork[];
  readonly missingNodes: readonly string[];
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
  /** Slices that were looked at and are right as they are. */
  readonly unchanged: readonly EndpointSlice[];
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
  const missingNodes = new Set<string>();
  const families = addressFamilies(service);
  const work = families.map((family) => {
    const existing = slices.filter(({ addressType }) => addressType === family);
    return wholeFamily(input, family, existing, missingNodes);
  });
  const retired = slices.filter(({ addressType }) => !families.includes(addressType as IPFamily));
  return reconcileFamilies(input, work, retired, [...missingNodes]);
}

/** The same sync where all that did not change since the last one is known to be right. */
export function reconcileChanges(input: PartialInput): ReconcileOutput {
  return reconcileFamilies(input, input.families, [], input.missingNodes);
}

function reconcileFamilies(
  input: SyncInput,
  families: readonly FamilyWork[],
  retired: readonly EndpointSlice[],
  missingNodes: readonly string[],
): ReconcileOutput {
  const creates: EndpointSlice[] = [];
  const updates: EndpointSlice[] = [];
  const deletes: EndpointSlice[] = [...retired];
  const unchanged: EndpointSlice[] = [];
  const events: SliceEvent[] = [];
  const { lastChangeTriggerTime: triggerTime, options } = input;
  invariant(
    options.maxEndpointsPerSlice >= 1,
    `maxEndpointsPerSlice is ${options.maxEndpointsPerSlice}: kube-controller-manager takes 1 to 1000.`,
  );
  let { hintMemory } = input;
  for (const work of families) {
    const packed = packFamily(input, work);
    const hinted = hint({ ...input, hintMemory }, work.family, packed);
    hintMemory = hinted.memory;
    events.push(...hinted.events);
    const final = reuseNames(hinted.changes, input.service);
    for (const slice of final.creates) creates.push(withTriggerTime(slice, triggerTime));
    for (const slice of final.updates) updates.push(withTriggerTime(slice, triggerTime));
    deletes.push(...final.deletes);
    unchanged.push(...final.unchanged);
  }
  return { creates, updates, deletes, unchanged, events, hintMemory, missingNodes };
}

/** Families for which a Service gets slices; IPv4 where it says nothing. */
export function addressFamilies(service: Service): readonly IPFamily[] {
  const { ipFamilies } = service.spec;
  return ipFamilies === undefined || ipFamilies.length === 0 ? ["IPv4"] : ipFamilies;
}

function packFamily(
  { service, options }: SyncInput,
  { family, existingCount, examined, all, stray, groups }: FamilyWork,
): SliceChanges {
  const labels = sliceLabels(service);
  const creates: EndpointSlice[] = [];
  const updates: EndpointSlice[] = [];
  const deletes: EndpointSlice[] = [...stray];
  for (const group of groups) {
    if (!group.wanted) {
      deletes.push(...group.slices);
      continue;
    }
    const packed = pack(group, {
      maxEndpointsPerSlice: options.maxEndpointsPerSlice,
      newSlice: () => newSlice(service, family, group.ports, labels),
      relabelled: (slice) => relabel(slice, service, labels),
    });
    creates.push(...packed.creates);
    updates.push(...packed.updates);
    deletes.push(...packed.deletes);
  }
  const touched = new Set([...updates, ...deletes].map(({ metadata }) => metadata.name));
  // Topology hints hang on all slices at once.
  const looked = topologyModeIsAuto(service) ? [...all] : examined;
  const unchanged = looked.filter(({ metadata }) => !touched.has(metadata.name));
  return withPlaceholder({ creates, updates, deletes, unchanged }, existingCount, () =>
    newSlice(service, family, [], labels),
  );
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
  { service, cpuRatios, hintMemory, options }: SyncInput,
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
