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

/** Whether a node is to run the daemon: selector, affinity and taints; a cordon does not matter. */
export function isEligible({ spec }: DaemonSet, node: Node): boolean {
  const template = spec.template.spec;
  const { name, labels = {} } = node.metadata;
  if (!requiredNodeAffinity(template).matches({ name, labels })) return false;
  const tolerations = [...(template.tolerations ?? []), ...daemonTolerations(template)];
  return untoleratedTaint(node.spec?.taints ?? [], tolerations) === undefined;
}
