import type { Pod } from "../../api/index.ts";
import { isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";
import { resolveCounts } from "./counts.ts";
import type { DaemonChanges, DaemonSync } from "./sync.ts";

/**
 * The second pass of a sync, once the first finds nothing to do: brings pods to the present
 * template within `maxUnavailable`, or within `maxSurge`. The real controller goes through the
 * nodes in the random order of a Go map; here it is the order of their pods.
 */
export function rollingUpdate(sync: DaemonSync): DaemonChanges {
  return resolveCounts(sync).maxSurge === 0 ? replaceOld(sync) : surge(sync);
}

interface NodePods {
  readonly name: string;
  /** What is on a node beside terminating pods; absent where there is more than one of a kind. */
  readonly pair: { readonly newPod: Pod | undefined; readonly oldPod: Pod | undefined } | undefined;
}

/** Nodes with pods in the order of the pods, then the nodes that are to run one and have none. */
function nodesOf({ nodes, pods, fit, isUpdated }: DaemonSync): readonly NodePods[] {
  const missing = nodes
    .filter((node) => fit(node).shouldRun && !pods.has(node.metadata.name))
    .map(({ metadata }) => metadata.name);
  return [...pods.keys(), ...missing].map((name) => {
    const staying = (pods.get(name) ?? []).filter((pod) => !isPodTerminating(pod));
    const newPods = staying.filter(isUpdated);
    const oldPods = staying.filter((pod) => !isUpdated(pod));
    const excess = newPods.length > 1 || oldPods.length > 1;
    return { name, pair: excess ? undefined : { newPod: newPods[0], oldPod: oldPods[0] } };
  });
}

/** Deletes old pods: the unavailable ones at once, others while enough nodes have an available pod. */
function replaceOld(sync: DaemonSync): DaemonChanges {
  const { isAvailable } = sync;
  const { maxUnavailable } = resolveCounts(sync);
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const { pair } of nodesOf(sync)) {
    const { newPod, oldPod } = pair ?? {};
    if (oldPod !== undefined && newPod === undefined) {
      if (isAvailable(oldPod)) candidates.push(oldPod);
      else {
        broken.push(oldPod);
        unavailable++;
      }
    } else if (newPod === undefined || oldPod !== undefined || !isAvailable(newPod)) unavailable++;
  }
  const budget = Math.max(0, maxUnavailable - unavailable);
  return { createOnNodes: [], deletePods: [...broken, ...candidates.slice(0, budget)] };
}

/** What the surging pass finds on its way through the nodes. */
interface SurgeFindings {
  /** Old pods whose time is over: replaced, or unavailable where none belongs any more. */
  readonly deletePods: Pod[];
  /** Available old pods on nodes that no longer are to run the daemon. */
  readonly misplaced: Pod[];
  /** Nodes whose old pod is unavailable: the new one does not count as surge. */
  readonly replacing: string[];
  readonly candidates: string[];
  surging: number;
  available: number;
}

/** Creates new pods beside the old ones; an old pod goes when the new one of its node is available. */
function surge(sync: DaemonSync): DaemonChanges {
  const { maxSurge, desiredNumberScheduled } = resolveCounts(sync);
  const found: SurgeFindings = {
    deletePods: [],
    misplaced: [],
    replacing: [],
    candidates: [],
    surging: 0,
    available: 0,
  };
  const shouldRun = new Map(
    sync.nodes.map((node) => [node.metadata.name, sync.fit(node).shouldRun]),
  );
  for (const node of nodesOf(sync)) findSurge(sync, node, shouldRun, found);
  const spare = Math.max(0, found.available - desiredNumberScheduled);
  const room = Math.max(0, maxSurge - found.surging);
  return {
    createOnNodes: [...found.replacing, ...found.candidates.slice(0, room)],
    deletePods: [...found.deletePods, ...found.misplaced.slice(0, spare)],
  };
}

function findSurge(
  { isAvailable }: DaemonSync,
  { name, pair }: NodePods,
  shouldRun: ReadonlyMap<string, boolean>,
  found: SurgeFindings,
): void {
  if (pair === undefined) {
    found.surging++;
    return;
  }
  const { newPod, oldPod } = pair;
  const first = oldPod ?? newPod;
  if (first !== undefined && isAvailable(first)) found.available++;
  if (oldPod === undefined) return;
  if (newPod !== undefined) {
    if (isAvailable(newPod)) found.deletePods.push(oldPod);
    else found.surging++;
  } else if (isAvailable(oldPod)) {
    if (shouldRun.get(name) === true) found.candidates.push(name);
    else found.misplaced.push(oldPod);
  } else if (shouldRun.get(name) === true) found.replacing.push(name);
  else found.deletePods.push(oldPod);
}
