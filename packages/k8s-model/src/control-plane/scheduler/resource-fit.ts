import type { NodeState } from "./node-state.ts";
import type { ResourceVector } from "./resources.ts";

/** A resource that a node has too little of. */
export interface Insufficiency {
  /** `cpu`, `memory`, a resource name, or `pods`. */
  readonly resource: string;
  /** As the scheduler says it: `Insufficient cpu`, `Too many pods`. */
  readonly reason: string;
  /** More than the whole node has: no eviction can help. */
  readonly unresolvable: boolean;
}

/** Whether everything fits; the same answer as an empty list of {@link insufficiencies}. */
export function fits(node: NodeState, requests: ResourceVector): boolean {
  const { allocatable } = node;
  if (node.pods.size + 1 > allocatable.pods) return false;
  if (exceeds(requests.milliCpu, allocatable.milliCpu, node.requestedMilliCpu)) return false;
  if (exceeds(requests.memory, allocatable.memory, node.requestedMemory)) return false;
  const { ephemeralStorage } = requests;
  if (exceeds(ephemeralStorage, allocatable.ephemeralStorage, node.requestedEphemeralStorage)) {
    return false;
  }
  for (const [name, amount] of requests.scalars) {
    const used = node.requestedScalars.get(name) ?? 0;
    if (exceeds(amount, allocatable.scalars.get(name) ?? 0, used)) return false;
  }
  return true;
}

/** What the node has too little of: pods, CPU, memory, storage, then other resources by name. */
export function insufficiencies(
  node: NodeState,
  requests: ResourceVector,
): readonly Insufficiency[] {
  const found: Insufficiency[] = [];
  const { allocatable } = node;
  if (node.pods.size + 1 > allocatable.pods) {
    found.push({ resource: "pods", reason: "Too many pods", unresolvable: false });
  }
  const check = (resource: string, amount: number, has: number, used: number): void => {
    if (!exceeds(amount, has, used)) return;
    found.push({ resource, reason: `Insufficient ${resource}`, unresolvable: amount > has });
  };
  check("cpu", requests.milliCpu, allocatable.milliCpu, node.requestedMilliCpu);
  check("memory", requests.memory, allocatable.memory, node.requestedMemory);
  check(
    "ephemeral-storage",
    requests.ephemeralStorage,
    allocatable.ephemeralStorage,
    node.requestedEphemeralStorage,
  );
  for (const name of [...requests.scalars.keys()].sort()) {
    const used = node.requestedScalars.get(name) ?? 0;
    check(name, requests.scalars.get(name) ?? 0, allocatable.scalars.get(name) ?? 0, used);
  }
  return found;
}

function exceeds(amount: number, has: number, used: number): boolean {
  return amount > 0 && amount > has - used;
}
