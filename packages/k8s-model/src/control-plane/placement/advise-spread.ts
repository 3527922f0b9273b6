import {
  type Deployment,
  type Node,
  type Pod,
  type ReplicaSet,
  type StatefulSet,
  selectorFromObject,
  selectorMatches,
  type TopologySpreadConstraint,
  ZONE_LABEL,
} from "../../api/index.ts";
import { SchedulerState, type SchedulingContext } from "../scheduler/index.ts";

export interface SpreadQuestion {
  readonly workload: Deployment | StatefulSet | ReplicaSet;
  readonly nodes: readonly Node[];
  /** All placed pods; the workload's own are taken away first, as a rollout does. */
  readonly pods: readonly Pod[];
  /** How many pods every zone is to have at least; 1 unless told. */
  readonly minPerZone?: number;
  readonly services?: SchedulingContext["services"];
}

/** A change of a workload that gives every zone its endpoints, tried out on the cluster as it is. */
export interface SpreadAdvice {
  readonly replicas: number;
  readonly constraint: TopologySpreadConstraint;
  /** Strategic merge patch of the workload, as `kubectl patch` takes it. */
  readonly patch: SpreadPatch;
  /** Pods per zone after the change, by zone name. */
  readonly perZone: ReadonlyMap<string, number>;
  /** How many more such pods each zone has room for after the change. */
  readonly headroom: ReadonlyMap<string, number>;
  /** Zones where no node takes such a pod however empty: the advice cannot reach them. */
  readonly closedZones: readonly string[];
  /** Set where not every replica finds a place: the scheduler's sentence about the first. */
  readonly unschedulable?: string;
}

export interface SpreadPatch {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly spec: { readonly topologySpreadConstraints: readonly TopologySpreadConstraint[] };
    };
  };
}

/** More headroom than this is not counted. */
const MAX_HEADROOM = 1_000;

/**
 * The replicas and the spread constraint that give every zone at least `minPerZone` pods of a
 * workload, and what the zones would then look like: all its pods are placed anew by the scheduler on
 * the given nodes, beside the other pods. Deterministic; the input is not changed.
 *
 * The constraint is binding, so that the promise holds; nodes with taints that the pods do not
 * tolerate do not count as a zone, so that a lost zone keeps no replacement waiting.
 */
export function adviseSpread(question: SpreadQuestion): SpreadAdvice {
  const { workload, nodes, minPerZone = 1 } = question;
  const { open, closed } = zonesFor(workload, nodes);
  const replicas = Math.max(workload.spec.replicas ?? 1, open.length * minPerZone);
  const constraint = zoneConstraint(workload);
  const changed = withConstraint(workload, constraint);
  const trial = placeAll(changed, replicas, question);
  return {
    replicas,
    constraint,
    patch: patchOf(workload, replicas, constraint),
    perZone: new Map(open.map((zone) => [zone, trial.perZone.get(zone) ?? 0])),
    headroom: new Map(open.map((zone) => [zone, headroomIn(zone, changed, nodes, trial.pods)])),
    closedZones: closed,
    ...(trial.unschedulable === undefined ? {} : { unschedulable: trial.unschedulable }),
  };
}

type Spreadable = SpreadQuestion["workload"];

function zoneConstraint({ kind, spec }: Spreadable): TopologySpreadConstraint {
  return {
    maxSkew: 1,
    topologyKey: ZONE_LABEL,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: spec.selector,
    nodeTaintsPolicy: "Honor",
    // Without it the pods of the old template would count during a rollout.
    ...(kind === "Deployment" ? { matchLabelKeys: ["pod-template-hash"] } : {}),
  };
}

/** A patch merges constraints by topology key: the others of the workload stay. */
function withConstraint(workload: Spreadable, constraint: TopologySpreadConstraint): Spreadable {
  const { template } = workload.spec;
  const others = (template.spec.topologySpreadConstraints ?? []).filter(
    ({ topologyKey }) => topologyKey !== ZONE_LABEL,
  );
  const spec = { ...template.spec, topologySpreadConstraints: [...others, constraint] };
  return {
    ...workload,
    spec: { ...workload.spec, template: { ...template, spec } },
  } as Spreadable;
}

function patchOf(
  { apiVersion, kind, metadata }: Spreadable,
  replicas: number,
  constraint: TopologySpreadConstraint,
): SpreadPatch {
  const { name, namespace } = metadata;
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: { replicas, template: { spec: { topologySpreadConstraints: [constraint] } } },
  };
}

function zonesFor(
  workload: Spreadable,
  nodes: readonly Node[],
): { readonly open: readonly string[]; readonly closed: readonly string[] } {
  const empty = new SchedulerState();
  for (const node of nodes) empty.addNode(node);
  const alone = withoutSpread(podOf(workload, 0));
  const feasible = new Set(empty.assess(alone).feasible);
  const zones = new Set(nodes.flatMap((node) => zoneOf(node) ?? []));
  const open = new Set(
    nodes.filter(({ metadata }) => feasible.has(metadata.name)).flatMap((one) => zoneOf(one) ?? []),
  );
  const sorted = [...zones].sort();
  return {
    open: sorted.filter((zone) => open.has(zone)),
    closed: sorted.filter((zone) => !open.has(zone)),
  };
}

function placeAll(
  workload: Spreadable,
  replicas: number,
  { nodes, pods, services }: SpreadQuestion,
): {
  readonly perZone: ReadonlyMap<string, number>;
  readonly pods: readonly Pod[];
  readonly unschedulable?: string;
} {
  const scheduler = new SchedulerState();
  const zones = new Map(nodes.map((node) => [node.metadata.name, zoneOf(node)]));
  for (const node of nodes) scheduler.addNode(node);
  const placed = pods.filter((pod) => !isOf(workload, pod));
  for (const pod of placed) scheduler.addPod(pod);
  const context = { services: services ?? [], controllerSelector: workload.spec.selector };
  const perZone = new Map<string, number>();
  for (let index = 0; index < replicas; index++) {
    const pod = podOf(workload, index);
    const { node, unschedulable } = scheduler.schedule(pod, context);
    if (node === undefined) return { perZone, pods: placed, unschedulable };
    const bound = { ...pod, spec: { ...pod.spec, nodeName: node } };
    scheduler.addPod(bound);
    placed.push(bound);
    const zone = zones.get(node);
    if (zone !== undefined) perZone.set(zone, (perZone.get(zone) ?? 0) + 1);
  }
  return { perZone, pods: placed };
}

/** Places further pods on the zone's nodes alone, spreading apart, until none fits. */
function headroomIn(
  zone: string,
  workload: Spreadable,
  nodes: readonly Node[],
  pods: readonly Pod[],
): number {
  const scheduler = new SchedulerState();
  const inZone = nodes.filter((node) => zoneOf(node) === zone);
  const names = new Set(inZone.map(({ metadata }) => metadata.name));
  for (const node of inZone) scheduler.addNode(node);
  for (const pod of pods) if (names.has(pod.spec.nodeName ?? "")) scheduler.addPod(pod);
  const { spec } = withoutSpread(podOf(workload, -1));
  const onNode = new Map([...names].map((name) => [name, { ...spec, nodeName: name }]));
  for (let more = 0; more < MAX_HEADROOM; more++) {
    const pod = { ...podOf(workload, -1 - more), spec };
    const { node } = scheduler.schedule(pod);
    if (node === undefined) return more;
    scheduler.addPod({ ...pod, spec: onNode.get(node) ?? spec });
  }
  return MAX_HEADROOM;
}

function podOf({ metadata, spec }: Spreadable, index: number): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${metadata.name}-advice${index}`,
      namespace: metadata.namespace ?? "default",
      labels: spec.template.metadata?.labels ?? {},
    },
    spec: spec.template.spec,
  };
}

function withoutSpread(pod: Pod): Pod {
  const { topologySpreadConstraints: _, ...spec } = pod.spec;
  return { ...pod, spec };
}

function isOf({ metadata, spec }: Spreadable, pod: Pod): boolean {
  const sameNamespace = (metadata.namespace ?? "default") === (pod.metadata.namespace ?? "default");
  return sameNamespace && selectorMatches(selectorFromObject(spec.selector), pod.metadata.labels);
}

function zoneOf({ metadata }: Node): string | undefined {
  return metadata.labels?.[ZONE_LABEL];
}
