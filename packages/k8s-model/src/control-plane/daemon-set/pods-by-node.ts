import type { Pod } from "../../api/index.ts";
import { isPodTerminal, isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";

/** Pods of a DaemonSet by the node that they are on or meant for, in the order of the pods. */
export type PodsByNode = ReadonlyMap<string, readonly Pod[]>;

/** Groups pods by node; those that have ended and are being deleted count no more. */
export function podsByNode(pods: readonly Pod[]): PodsByNode {
  const groups = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (isPodTerminal(pod) && isPodTerminating(pod)) continue;
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
  if (isBound(spec)) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields } of required?.nodeSelectorTerms ?? []) {
    const field = matchFields?.find(({ key }) => key === "metadata.name");
    if (field?.values?.[0] !== undefined) return field.values[0];
  }
  return undefined;
}

const isBound = ({ nodeName = "" }: Pod["spec"]): boolean => nodeName !== "";

/** Bound pods first, then by creation, then by name: the first of a node is the one to keep. */
export function oldestFirst(pods: readonly Pod[]): readonly Pod[] {
  return [...pods].sort((a, b) => {
    if (isBound(a.spec) !== isBound(b.spec)) return isBound(a.spec) ? -1 : 1;
    const [left, right] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
    if (left !== right) return left < right ? -1 : 1;
    return a.metadata.name < b.metadata.name ? -1 : 1;
  });
}

/** Pods of nodes that are not there: no kubelet will ever remove those that are not bound. */
export function unboundPodsWithoutNode(
  pods: PodsByNode,
  nodeNames: ReadonlySet<string>,
): readonly Pod[] {
  return [...pods].flatMap(([name, onNode]) =>
    nodeNames.has(name) ? [] : onNode.filter(({ spec }) => !isBound(spec)),
  );
}
