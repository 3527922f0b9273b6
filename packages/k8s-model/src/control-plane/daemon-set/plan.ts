import {
  type DaemonSet,
  type IntOrString,
  type Node,
  objectKey,
  type Pod,
} from "../../api/index.ts";
import { isPodTerminal } from "../endpoint-slice/endpoint-of-pod.ts";
import { isPodActive, isPodAvailable, untilAvailableNs } from "../ownership/pod-availability.ts";
import { podFromTemplate } from "../ownership/pod-from-template.ts";
import { REVISION_LABEL, revisionOf } from "../ownership/revisions.ts";
import type { Change } from "../runtime/change.ts";
import type { Plan } from "../runtime/controller-runner.ts";
import { daemonPodSpec, isEligible } from "./eligible-nodes.ts";

export interface ObservedDaemonSet {
  readonly daemonSet: DaemonSet;
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly updateRevision: string;
  readonly nowNs: number;
}

interface RollingUpdate {
  readonly maxUnavailable?: IntOrString;
  readonly maxSurge?: IntOrString;
}

/** One sync of the DaemonSet controller: one pod on every eligible node, updated a few at a time. */
export function planDaemonSet(observed: ObservedDaemonSet): Plan {
  const { daemonSet, pods, nodes, updateRevision, nowNs } = observed;
  if (daemonSet.metadata.deletionTimestamp !== undefined) return { changes: [] };
  const byNode = groupByNode(pods.filter(isPodActive));
  const changes: Change[] = [];
  const eligible = nodes.filter((node) => isEligible(daemonSet, node));
  const names = new Set(eligible.map(({ metadata }) => metadata.name));
  for (const [name, onNode] of byNode) {
    if (!names.has(name)) changes.push(...onNode.map(deletion));
  }
  const failed = pods.filter((pod) => isPodTerminal(pod) && pod.status?.phase === "Failed");
  changes.push(...failed.map(deletion));
  for (const name of names) {
    if (!byNode.has(name)) changes.push(creation(daemonSet, name, updateRevision));
  }
  if (changes.length === 0) changes.push(...update(observed, byNode, names));
  const again = untilAvailableNs(pods, daemonSet.spec.minReadySeconds ?? 0, nowNs);
  return again === undefined ? { changes } : { changes, againAfterNs: again };
}

/** Surge makes the new pod first; otherwise old pods go while enough others are available. */
function update(
  { daemonSet, updateRevision, nowNs }: ObservedDaemonSet,
  byNode: ReadonlyMap<string, readonly Pod[]>,
  names: ReadonlySet<string>,
): Change[] {
  const strategy = (daemonSet.spec.updateStrategy ?? {}) as {
    readonly type?: string;
    readonly rollingUpdate?: RollingUpdate;
  };
  if (strategy.type === "OnDelete") return [];
  const { maxUnavailable = 1, maxSurge = 0 } = strategy.rollingUpdate ?? {};
  const surge = scaled(maxSurge, names.size);
  const budget = scaled(maxUnavailable, names.size);
  const minReadySeconds = daemonSet.spec.minReadySeconds ?? 0;
  const available = (pod: Pod): boolean => isPodAvailable(pod, minReadySeconds, nowNs);
  const changes: Change[] = [];
  let unavailable = 0;
  let surging = 0;
  const oldNodes: { readonly name: string; readonly old: readonly Pod[] }[] = [];
  for (const name of names) {
    const onNode = byNode.get(name) ?? [];
    const old = onNode.filter((pod) => revisionOf(pod) !== updateRevision);
    const updated = onNode.filter((pod) => revisionOf(pod) === updateRevision);
    if (!onNode.some(available)) unavailable++;
    if (old.length > 0 && updated.some(available)) changes.push(...old.map(deletion));
    else if (old.length > 0 && updated.length > 0) surging++;
    else if (old.length > 0) oldNodes.push({ name, old });
  }
  for (const { name, old } of oldNodes) {
    if (surge > 0) {
      if (surging++ < surge) changes.push(creation(daemonSet, name, updateRevision));
    } else if (!old.some(available)) changes.push(...old.map(deletion));
    else if (unavailable++ < budget) changes.push(...old.map(deletion));
  }
  return changes;
}

function creation(daemonSet: DaemonSet, nodeName: string, revision: string): Change {
  const pod = podFromTemplate(daemonSet, daemonSet.spec.template);
  const labels = { ...pod.metadata.labels, [REVISION_LABEL]: revision };
  return {
    verb: "create",
    object: {
      ...pod,
      metadata: { ...pod.metadata, labels },
      spec: daemonPodSpec(daemonSet, nodeName),
    },
  };
}

const deletion = (pod: Pod): Change => ({ verb: "delete", kind: "Pod", key: objectKey(pod) });

function groupByNode(pods: readonly Pod[]): Map<string, Pod[]> {
  const groups = new Map<string, Pod[]>();
  for (const pod of pods) {
    const name = targetNode(pod);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [pod]);
    else group.push(pod);
  }
  return groups;
}

/** The node of a daemon pod, bound or still named by its affinity. */
function targetNode({ spec }: Pod): string | undefined {
  if ((spec.nodeName ?? "") !== "") return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields } of required?.nodeSelectorTerms ?? []) {
    const field = matchFields?.find(({ key }) => key === "metadata.name");
    if (field?.values?.[0] !== undefined) return field.values[0];
  }
  return undefined;
}

/** Percentages round up. */
function scaled(value: IntOrString, total: number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : Math.ceil((Number(percent) * total) / 100);
}
