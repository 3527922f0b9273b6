import {
  type EndpointSlice,
  type Node,
  objectKey,
  type Service,
  ZONE_LABEL,
} from "../../api/index.ts";
import type { Informer, InformerEvent } from "../runtime/informer.ts";
import { CONTROLLER_NAME, MANAGED_BY_LABEL, serviceKeyOfSlice } from "./labels.ts";
import { topologyModeIsAuto } from "./reconcile.ts";
import type { ServiceMembers } from "./service-members.ts";
import { ServiceSlices } from "./service-slices.ts";
import type { SliceInformers } from "./slice-informers.ts";
import type { HintMemory } from "./topology-hints.ts";

/** {@link ServiceSlices} by Service, fed with the events of the watches. */
export class KnownSlices {
  readonly #informers: SliceInformers;
  readonly #members: ServiceMembers;
  readonly #services = new Map<string, ServiceSlices>();

  constructor(informers: SliceInformers, members: ServiceMembers) {
    this.#informers = informers;
    this.#members = members;
  }

  /**
   * What is known of a Service before a sync; `undefined` where the sync must look at everything,
   * as where topology hints have been switched off.
   */
  before(service: Service, memory: HintMemory): ServiceSlices | undefined {
    const key = objectKey(service);
    const isHinted = memory.populated || memory.byAddressType.size > 0;
    if (isHinted && !topologyModeIsAuto(service)) {
      this.#services.delete(key);
      return undefined;
    }
    const known = this.#services.get(key);
    if (known?.service === service && known.partial) return known;
    const made = this.#lookAt(key, service);
    if (made.partial) this.#services.set(key, made);
    else this.#services.delete(key);
    return made.partial ? made : undefined;
  }

  settle(serviceKey: string, unchanged: readonly EndpointSlice[]): void {
    this.#services.get(serviceKey)?.settle(unchanged);
  }

  forget(serviceKey: string): void {
    this.#services.delete(serviceKey);
  }

  podChanged(serviceKey: string, podKey: string): void {
    this.#services.get(serviceKey)?.podChanged(podKey);
  }

  sliceChanged({ type, object, old }: InformerEvent<EndpointSlice>): void {
    const key = managingService(object);
    const before = old === undefined ? key : managingService(old);
    if (key !== before) {
      for (const one of [key, before]) if (one !== undefined) this.#services.delete(one);
    } else if (key !== undefined) {
      this.#services.get(key)?.sliceChanged(type === "DELETED", object);
    }
  }

  /** Endpoints carry their node's zone, and pods of nodes that are not known are left out. */
  nodeChanged({ type, key, object, old }: InformerEvent<Node>): void {
    const same = old?.metadata.labels?.[ZONE_LABEL] === object.metadata.labels?.[ZONE_LABEL];
    if (old !== undefined && type !== "DELETED" && same) return;
    for (const pod of this.#informers.pods.byIndex("node", key)) {
      for (const service of this.#members.servicesOf(pod)) this.podChanged(service, objectKey(pod));
    }
  }

  #lookAt(key: string, service: Service): ServiceSlices {
    const { nodes, slices } = this.#informers;
    const made = new ServiceSlices(service, (name) => nodes.get(name));
    for (const pod of this.#members.keysOf(key)) made.podChanged(pod);
    for (const slice of managedSlices(slices, key)) made.sliceChanged(false, slice);
    return made;
  }
}

/** The slices of a Service that the controller manages. */
export function managedSlices(
  slices: Informer<EndpointSlice>,
  serviceKey: string,
): readonly EndpointSlice[] {
  return slices.byIndex("service", serviceKey).filter(isManaged);
}

function managingService(slice: EndpointSlice): string | undefined {
  return isManaged(slice) ? serviceKeyOfSlice(slice) : undefined;
}

function isManaged({ metadata }: EndpointSlice): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === CONTROLLER_NAME;
}
