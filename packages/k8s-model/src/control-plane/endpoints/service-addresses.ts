import type { EndpointSubset, Pod, Service } from "../../api/index.ts";
import { AddressIndex } from "./address-index.ts";
import { addressOfPod } from "./address-of-pod.ts";

interface Kept {
  /** The Service that the addresses were made for. */
  service: Service;
  index: AddressIndex;
  readonly changed: Set<string>;
}

/** Which pods a Service selects now. */
interface Members {
  podOf(serviceKey: string, podKey: string): Pod | undefined;
  keysOf(serviceKey: string): Iterable<string>;
}

/** The addresses of every Service, kept between syncs: a sync looks at the pods that changed. */
export class ServiceAddressLists {
  readonly #members: Members;
  readonly #kept = new Map<string, Kept>();

  constructor(members: Members) {
    this.#members = members;
  }

  podChanged(serviceKey: string, podKey: string): void {
    this.#kept.get(serviceKey)?.changed.add(podKey);
  }

  forget(serviceKey: string): void {
    this.#kept.delete(serviceKey);
  }

  subsetsOf(serviceKey: string, service: Service): readonly EndpointSubset[] {
    const kept = this.#keptFor(serviceKey, service);
    for (const podKey of kept.changed) {
      const pod = this.#members.podOf(serviceKey, podKey);
      kept.index.set(podKey, pod === undefined ? undefined : addressOfPod(service, pod));
    }
    kept.changed.clear();
    return kept.index.subsets();
  }

  /** A changed Service changes what each pod contributes: all are looked at again. */
  #keptFor(serviceKey: string, service: Service): Kept {
    const kept = this.#kept.get(serviceKey);
    if (kept?.service === service) return kept;
    const changed = new Set(this.#members.keysOf(serviceKey));
    const made = { service, index: new AddressIndex(), changed };
    this.#kept.set(serviceKey, made);
    return made;
  }
}
