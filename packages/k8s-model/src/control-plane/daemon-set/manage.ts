import type { Node, Pod } from "../../api/index.ts";
import { isPodReady, isPodTerminal, isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";
import { allowsSurge } from "./counts.ts";
import { oldestFirst, unboundPodsWithoutNode } from "./pods-by-node.ts";
import type { DaemonChanges, DaemonSync } from "./sync.ts";

/**
 * The first pass of a sync: a pod where one is missing, none where none belongs, and no more than
 * one on a node, or two while a surging update replaces one by the other. Ended pods are deleted.
 */
export function manage(sync: DaemonSync): DaemonChanges {
  const createOnNodes: string[] = [];
  const deletePods: Pod[] = [];
  for (const node of sync.nodes) {
    const onNode = manageNode(sync, node);
    if (onNode.create) createOnNodes.push(node.metadata.name);
    deletePods.push(...onNode.remove);
  }
  const names = new Set(sync.nodes.map(({ metadata }) => metadata.name));
  deletePods.push(...unboundPodsWithoutNode(sync.pods, names));
  return { createOnNodes, deletePods };
}

interface NodeChange {
  readonly create: boolean;
  readonly remove: readonly Pod[];
}

function manageNode(sync: DaemonSync, node: Node): NodeChange {
  const { shouldRun, shouldContinueRunning } = sync.fit(node);
  const pods = sync.pods.get(node.metadata.name);
  if (shouldRun && pods === undefined) return { create: true, remove: [] };
  const staying = (pods ?? []).filter((pod) => !isPodTerminating(pod));
  if (!shouldContinueRunning) return { create: false, remove: staying };
  const ended = staying.filter(isPodTerminal);
  const running = oldestFirst(staying.filter((pod) => !isPodTerminal(pod)));
  if (!allowsSurge(sync.daemonSet)) {
    return { create: false, remove: [...ended, ...running.slice(1)] };
  }
  if (running.length === 0) return { create: shouldRun, remove: ended };
  return { create: false, remove: [...ended, ...superfluousWhileSurging(sync, running)] };
}

/** One new and one old pod may stay, the old one only while it is ready and the new one not yet available. */
function superfluousWhileSurging(
  { isUpdated, isAvailable }: DaemonSync,
  running: readonly Pod[],
): readonly Pod[] {
  const newPod = running.find(isUpdated);
  const oldPod = running.find((pod) => !isUpdated(pod));
  const superfluous = running.filter((pod) => pod !== newPod && pod !== oldPod);
  if (newPod === undefined || oldPod === undefined) return superfluous;
  const replaced = !isPodReady(oldPod) || isAvailable(newPod);
  return replaced ? [...superfluous, oldPod] : superfluous;
}
