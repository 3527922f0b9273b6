import { objectKey, type Pod, type Service } from "../../api/index.ts";
import type { Informer, InformerEvent } from "../runtime/informer.ts";

type Labels = Readonly<Record<string, string>>;

interface Membership {
  readonly selector: Labels;
  readonly pods: Map<string, Pod>;
}

/**
 * Which pods each Service selects, kept up with every event, so that a sync need not look at all
 * pods of the namespace.
 */
export class ServiceMembers {
  readonly #pods: Informer<Pod>;
  readonly #byNamespace = new Map<string, Map<string, Membership>>();

  constructor(services: Informer<Service>, pods: Informer<Pod>) {
    this.#pods = pods;
    for (const [key, service] of services.cache) this.seeService(false, key, service);
  }

  podsOf(serviceKey: string): readonly Pod[] {
    const namespace = serviceKey.slice(0, Math.max(0, serviceKey.indexOf("/")));
    const membership = this.#byNamespace.get(namespace)?.get(serviceKey);
    return membership === undefined ? [] : [...membership.pods.values()];
  }

  seeService(deleted: boolean, key: string, service: Service): void {
    const namespace = service.metadata.namespace ?? "";
    const services = this.#byNamespace.get(namespace) ?? new Map<string, Membership>();
    this.#byNamespace.set(namespace, services);
    const { selector } = service.spec;
    if (deleted || selector === undefined) {
      services.delete(key);
      return;
    }
    const known = services.get(key);
    if (known !== undefined && sameSelector(known.selector, selector)) return;
    const pods = new Map<string, Pod>();
    for (const pod of this.#pods.byIndex("namespace", namespace)) {
      if (selects(selector, pod)) pods.set(objectKey(pod), pod);
    }
    services.set(key, { selector, pods });
  }

  /** Takes a pod event over; the Services whose slices it concerns. */
  seePod({ type, key, object }: InformerEvent<Pod>, changed: boolean): readonly string[] {
    const concerned: string[] = [];
    const services = this.#byNamespace.get(object.metadata.namespace ?? "");
    for (const [serviceKey, { selector, pods }] of services ?? []) {
      const was = pods.has(key);
      const is = type !== "DELETED" && selects(selector, object);
      if (is) pods.set(key, object);
      else pods.delete(key);
      if (changed && (was || is)) concerned.push(serviceKey);
    }
    return concerned;
  }
}

function selects(selector: Labels, { metadata }: Pod): boolean {
  const labels = metadata.labels ?? {};
  for (const key in selector) {
    if (!Object.hasOwn(labels, key) || labels[key] !== selector[key]) return false;
  }
  return true;
}

function sameSelector(a: Labels, b: Labels): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
