import {
  addQuantities,
  type Container,
  compareQuantities,
  type Node,
  type PodSpec,
  parseQuantity,
  type Quantity,
  quantityMilliValue,
  quantityValue,
  type ResourceList,
} from "../../api/index.ts";

/** Amounts as the scheduler adds them up: CPU in thousandths, memory and storage in bytes. */
export interface ResourceVector {
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** How many pods; 0 for a pod itself. */
  readonly pods: number;
  /** Extended resources and huge pages by name. */
  readonly scalars: ReadonlyMap<string, number>;
}

type Amounts = Map<string, Quantity>;

/** What a container without the request counts as when NodeResourcesFit scores: 100m and 200 Mi. */
const NON_MISSING: ResourceList = { cpu: "100m", memory: "200Mi" };

/** A Node's allocatable resources; its capacity where it has no allocatable, as the API defaults it. */
export function nodeAllocatable(node: Node): ResourceVector {
  return vectorOf(amountsOf(node.status?.allocatable ?? node.status?.capacity));
}

/**
 * What a pod requests: the larger of the containers' sum and of each init container with the sidecars
 * before it; sidecars count among the containers; overhead comes on top; requests of the pod itself
 * (`spec.resources`) replace the sum.
 */
export function podRequests(spec: PodSpec): ResourceVector {
  return vectorOf(amountsOfPod(spec, undefined));
}

/** {@link podRequests} with a floor for containers that do not name CPU or memory. */
export function podRequestsForScoring(spec: PodSpec): ResourceVector {
  return vectorOf(amountsOfPod(spec, NON_MISSING));
}

function amountsOfPod(spec: PodSpec, floor: ResourceList | undefined): Amounts {
  const total: Amounts = new Map();
  for (const container of spec.containers ?? []) add(total, containerAmounts(container, floor));
  const sidecars: Amounts = new Map();
  const starting: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = containerAmounts(container, floor);
    if (container.restartPolicy === "Always") {
      add(total, own);
      add(sidecars, own);
      raise(starting, sidecars);
    } else {
      add(own, sidecars);
      raise(starting, own);
    }
  }
  raise(total, starting);
  for (const [name, amount] of amountsOf(podLevelRequests(spec))) {
    if (name === "cpu" || name === "memory" || name.startsWith("hugepages-")) {
      total.set(name, amount);
    }
  }
  add(total, amountsOf(spec.overhead));
  return total;
}

function podLevelRequests(spec: PodSpec): ResourceList | undefined {
  const resources = spec.resources as { readonly requests?: ResourceList } | undefined;
  return resources?.requests;
}

/** The API server fills missing requests from limits; dumps have it done, manifests may not. */
function containerAmounts(container: Container, floor: ResourceList | undefined): Amounts {
  const { limits, requests } = container.resources ?? {};
  return amountsOf({ ...floor, ...limits, ...requests });
}

function amountsOf(list: ResourceList | undefined): Amounts {
  const amounts: Amounts = new Map();
  for (const [name, value] of Object.entries(list ?? {})) amounts.set(name, parseQuantity(value));
  return amounts;
}

function add(to: Amounts, more: ReadonlyMap<string, Quantity>): void {
  for (const [name, amount] of more) {
    const before = to.get(name);
    to.set(name, before === undefined ? amount : addQuantities(before, amount));
  }
}

function raise(to: Amounts, floor: ReadonlyMap<string, Quantity>): void {
  for (const [name, amount] of floor) {
    const before = to.get(name);
    if (before === undefined || compareQuantities(before, amount) < 0) to.set(name, amount);
  }
}

function vectorOf(amounts: Amounts): ResourceVector {
  const scalars = new Map<string, number>();
  const vector = { milliCpu: 0, memory: 0, ephemeralStorage: 0, pods: 0, scalars };
  for (const [name, amount] of amounts) {
    if (name === "cpu") vector.milliCpu = Number(quantityMilliValue(amount));
    else if (name === "memory") vector.memory = Number(quantityValue(amount));
    else if (name === "ephemeral-storage") vector.ephemeralStorage = Number(quantityValue(amount));
    else if (name === "pods") vector.pods = Number(quantityValue(amount));
    else scalars.set(name, Number(quantityValue(amount)));
  }
  return vector;
}
