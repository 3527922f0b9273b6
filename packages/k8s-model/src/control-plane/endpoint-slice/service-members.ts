import { objectKey, type Pod, type Service } from "../../api/index.ts";
import type { Informer, InformerEvent } from "../runtime/informer.ts";
import type { OrderedPod } from "./service-slices.ts";

type Labels = Readonly<Record<string, string>>;

interface Membership {
  readonly selector: Labels;
  readonly pods: Map<string, OrderedPod>;
  nextOrder: number;
}

interface NamespaceMembers {
  readonly services: Map<string, Membership>;
  /** Keys of the selecting Services by labels: the versions of a pod share the object. */
  byLabels: WeakMap<Labels, readonly string[]>;
}

const NO_LABELS: Labels = {};

/**
 * Which pods each Service selects, kept up with every event, so that a sync need not look at all
 * pods of the namespace.
 */
export class ServiceMembers {
  readonly #pods: Informer<Pod>;
  readonly #byNamespace = new Map<string, NamespaceMembers>();

  constructor(pods: Informer<Pod>) {
    this.#pods = pods;
  }

  podsOf(serviceKey: string): readonly Pod[] {
    return Array.from(this.#membership(serviceKey)?.pods.values() ?? [], ({ pod }) => pod);
  }

  keysOf(serviceKey: string): Iterable<string> {
    return this.#membership(serviceKey)?.pods.keys() ?? [];
  }

  /** The Services that select a pod as it is. */
  servicesOf(pod: Pod): readonly string[] {
    return selecting(this.#members(pod.metadata.namespace ?? ""), labelsOf(pod));
  }

  /** A pod by its key with its place among the Service's, if the Service selects it. */
  memberOf(serviceKey: string, podKey: string): OrderedPod | undefined {
    return this.#membership(serviceKey)?.pods.get(podKey);
  }

  /** A pod by its key, if the Service selects it. */
  podOf(serviceKey: string, podKey: string): Pod | undefined {
    return this.memberOf(serviceKey, podKey)?.pod;
  }

  seeService(deleted: boolean, key: string, service: Service): void {
    const namespace = service.metadata.namespace ?? "";
    const members = this.#members(namespace);
    const { selector } = service.spec;
    const known = members.services.get(key);
    if (!deleted && known !== undefined && sameSelector(known.selector, selector)) return;
    members.byLabels = new WeakMap();
    members.services.delete(key);
    if (deleted || selector === undefined) return;
    const membership: Membership = { selector, pods: new Map(), nextOrder: 0 };
    for (const pod of this.#pods.byIndex("namespace", namespace)) {
      if (selects(selector, labelsOf(pod))) admit(membership, objectKey(pod), pod);
    }
    members.services.set(key, membership);
  }

  /** Takes a pod event over; the Services that select the pod, or did before. */
  seePod({ type, key, object, old }: InformerEvent<Pod>): readonly string[] {
    const members = this.#members(object.metadata.namespace ?? "");
    const before = old === undefined ? [] : selecting(members, labelsOf(old));
    const after = type === "DELETED" ? [] : selecting(members, labelsOf(object));
    const left = before === after ? [] : without(before, after);
    for (const service of left) members.services.get(service)?.pods.delete(key);
    for (const service of after) admit(members.services.get(service), key, object);
    return left.length === 0 ? after : [...left, ...after];
  }

  #membership(serviceKey: string): Membership | undefined {
    const namespace = serviceKey.slice(0, Math.max(0, serviceKey.indexOf("/")));
    return this.#byNamespace.get(namespace)?.services.get(serviceKey);
  }

  #members(namespace: string): NamespaceMembers {
    let members = this.#byNamespace.get(namespace);
    if (members === undefined) {
      members = { services: new Map(), byLabels: new WeakMap() };
      this.#byNamespace.set(namespace, members);
    }
    return members;
  }
}

function admit(membership: Membership | undefined, key: string, pod: Pod): void {
  if (membership === undefined) return;
  const order = membership.pods.get(key)?.order ?? membership.nextOrder++;
  membership.pods.set(key, { pod, order });
}

function selecting({ services, byLabels }: NamespaceMembers, labels: Labels): readonly string[] {
  let keys = byLabels.get(labels);
  if (keys === undefined) {
    keys = [...services].filter(([, one]) => selects(one.selector, labels)).map(([key]) => key);
    byLabels.set(labels, keys);
  }
  return keys;
}

function without(keys: readonly string[], others: readonly string[]): readonly string[] {
  const gone = new Set(others);
  return keys.filter((key) => !gone.has(key));
}

const labelsOf = ({ metadata }: Pod): Labels => metadata.labels ?? NO_LABELS;

function selects(selector: Labels, labels: Labels): boolean {
  for (const key in selector) {
    if (!Object.hasOwn(labels, key) || labels[key] !== selector[key]) return false;
  }
  return true;
}

function sameSelector(a: Labels, b: Labels | undefined): boolean {
  if (b === undefined) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
