import type { Labels, Node, Taint } from "../../api/index.ts";
import { type HostPort, portsConflict } from "./host-ports.ts";
import type { PodShape } from "./pod-shape.ts";
import { nodeAllocatable, type ResourceVector } from "./resources.ts";

/** A pod that takes room on a node. */
export interface PlacedPod {
  readonly key: string;
  readonly shape: PodShape;
  readonly nodeName: string;
  /** Being deleted: still takes room, no longer counts for spreading. */
  readonly terminating: boolean;
}

/** A node and what the pods placed on it take. */
export class NodeState {
  readonly name: string;
  readonly labels: Labels;
  node: Node;
  taints: readonly Taint[];
  unschedulable: boolean;
  allocatable: ResourceVector;
  readonly pods: Map<string, PlacedPod> = new Map();
  readonly requestedScalars: Map<string, number> = new Map();
  requestedMilliCpu = 0;
  requestedMemory = 0;
  requestedEphemeralStorage = 0;
  /** With the floor of 100m and 200 Mi for containers without the request. */
  scoringMilliCpu = 0;
  scoringMemory = 0;
  /** Grows with every pod that comes or goes, and with every change of the node. */
  generation = 0;

  constructor(node: Node) {
    this.name = node.metadata.name;
    this.node = node;
    this.labels = node.metadata.labels ?? {};
    this.taints = node.spec?.taints ?? [];
    this.unschedulable = node.spec?.unschedulable === true;
    this.allocatable = nodeAllocatable(node);
  }

  /** Takes over a newer version of the node with the same labels. */
  update(node: Node): void {
    this.node = node;
    this.taints = node.spec?.taints ?? [];
    this.unschedulable = node.spec?.unschedulable === true;
    this.allocatable = nodeAllocatable(node);
    this.generation += 1;
  }

  add(pod: PlacedPod): void {
    this.pods.set(pod.key, pod);
    this.#account(pod.shape, 1);
  }

  remove(pod: PlacedPod): void {
    if (this.pods.delete(pod.key)) this.#account(pod.shape, -1);
  }

  /** Whether none of these ports is taken. */
  hasPortsFree(ports: readonly HostPort[]): boolean {
    if (ports.length === 0) return true;
    for (const { shape } of this.pods.values()) {
      if (shape.ports.some((taken) => ports.some((port) => portsConflict(taken, port))))
        return false;
    }
    return true;
  }

  #account({ requests, scoringRequests }: PodShape, sign: 1 | -1): void {
    this.generation += 1;
    this.requestedMilliCpu += sign * requests.milliCpu;
    this.requestedMemory += sign * requests.memory;
    this.requestedEphemeralStorage += sign * requests.ephemeralStorage;
    this.scoringMilliCpu += sign * scoringRequests.milliCpu;
    this.scoringMemory += sign * scoringRequests.memory;
    for (const [name, amount] of requests.scalars) {
      this.requestedScalars.set(name, (this.requestedScalars.get(name) ?? 0) + sign * amount);
    }
  }
}

/** Whether nothing that the scheduler reads of a node differs: heartbeats change the rest. */
export function sameForScheduling(a: Node, b: Node): boolean {
  return (
    a === b ||
    (sameLabels(a, b) &&
      a.spec?.unschedulable === b.spec?.unschedulable &&
      same(a.spec?.taints, b.spec?.taints) &&
      same(
        a.status?.allocatable ?? a.status?.capacity,
        b.status?.allocatable ?? b.status?.capacity,
      ))
  );
}

export function sameLabels(a: Node, b: Node): boolean {
  return same(a.metadata.labels, b.metadata.labels);
}

function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
