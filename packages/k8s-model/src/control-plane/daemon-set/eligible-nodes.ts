import type { DaemonSet, Node, PodSpec, Toleration } from "../../api/index.ts";
import { NOT_READY_TAINT, UNREACHABLE_TAINT } from "../admission.ts";
import { requiredNodeAffinity } from "../scheduler/node-affinity.ts";
import { untoleratedTaint } from "../scheduler/tolerations.ts";

const tolerate = (key: string, effect: string): Toleration => ({ key, operator: "Exists", effect });

/** Tolerations that the controller adds to every daemon pod. */
function daemonTolerations({ hostNetwork }: PodSpec): readonly Toleration[] {
  return [
    tolerate(NOT_READY_TAINT, "NoExecute"),
    tolerate(UNREACHABLE_TAINT, "NoExecute"),
    tolerate("node.kubernetes.io/disk-pressure", "NoSchedule"),
    tolerate("node.kubernetes.io/memory-pressure", "NoSchedule"),
    tolerate("node.kubernetes.io/pid-pressure", "NoSchedule"),
    tolerate("node.kubernetes.io/unschedulable", "NoSchedule"),
    ...(hostNetwork === true
      ? [tolerate("node.kubernetes.io/network-unavailable", "NoSchedule")]
      : []),
  ];
}

/** The pod spec of a DaemonSet for one node: bound to it by affinity, tolerant of its troubles. */
export function daemonPodSpec({ spec }: DaemonSet, nodeName: string): PodSpec {
  const template = spec.template.spec;
  const byName = {
    matchFields: [{ key: "metadata.name", operator: "In" as const, values: [nodeName] }],
  };
  const nodeAffinity = {
    ...template.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [byName] },
  };
  return {
    ...template,
    tolerations: [...(template.tolerations ?? []), ...daemonTolerations(template)],
    affinity: { ...template.affinity, nodeAffinity },
  };
}

/** Whether a node is to run the daemon, and whether a pod that is there already may go on. */
export interface NodeFit {
  readonly shouldRun: boolean;
  readonly shouldContinueRunning: boolean;
}

/**
 * Judges nodes by the template's node name, selector, affinity and tolerations. A NoSchedule taint
 * that is not tolerated keeps new pods away and lets those stay that are there; a cordon does not
 * matter.
 */
export function nodeFitter({ spec }: DaemonSet): (node: Node) => NodeFit {
  const template = spec.template.spec;
  const { nodeName = "" } = template;
  const affinity = requiredNodeAffinity(template);
  const tolerations = [...(template.tolerations ?? []), ...daemonTolerations(template)];
  return ({ metadata, spec: nodeSpec }) => {
    const { name, labels = {} } = metadata;
    const misfit = nodeName !== "" && nodeName !== name;
    if (misfit || !affinity.matches({ name, labels })) return MISFIT;
    const taints = nodeSpec?.taints ?? [];
    if (taints.length === 0) return FIT;
    const evicting = taints.filter(({ effect }) => effect === "NoExecute");
    return {
      shouldRun: untoleratedTaint(taints, tolerations) === undefined,
      shouldContinueRunning: untoleratedTaint(evicting, tolerations) === undefined,
    };
  };
}

const FIT: NodeFit = { shouldRun: true, shouldContinueRunning: true };
const MISFIT: NodeFit = { shouldRun: false, shouldContinueRunning: false };
