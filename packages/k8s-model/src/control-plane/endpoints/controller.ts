import { type Endpoints, objectKey, type Pod, type Service } from "../../api/index.ts";
import {
  isPodReady,
  isPodTerminal,
  isPodTerminating,
  podAddresses,
} from "../endpoint-slice/endpoint-of-pod.ts";
import { PodTriggerTimes } from "../endpoint-slice/pod-trigger-times.ts";
import { ServiceMembers } from "../endpoint-slice/service-members.ts";
import { type Change, edit } from "../runtime/change.ts";
import type { Controller, Plan } from "../runtime/controller-runner.ts";
import type { Informer, InformerEvent } from "../runtime/informer.ts";
import { type EndpointsInput, reconcileEndpoints } from "./reconcile.ts";
import { sameEndpoints } from "./same-subsets.ts";
import { ServiceAddressLists } from "./service-addresses.ts";

export interface EndpointsInformers {
  readonly pods: Informer<Pod>;
  readonly services: Informer<Service>;
  readonly endpoints: Informer<Endpoints>;
}

/** The Service is gone, its Endpoints are not. */
interface Orphaned {
  readonly orphanKey: string;
}

/**
 * The Endpoints controller: one object for each Service with a selector, around the pure
 * {@link reconcileEndpoints}. A sync costs the pods that changed and one copy of the address list.
 */
export class EndpointsController implements Controller<EndpointsInput | Orphaned> {
  readonly name = "endpoints";
  readonly workers = 5;
  readonly maxRetries = 15;
  readonly onStaleCache = "retry" as const;
  readonly #informers: EndpointsInformers;
  readonly #maxEndpointsPerObject: number | null;
  readonly #members: ServiceMembers;
  readonly #triggers: PodTriggerTimes;
  readonly #addresses: ServiceAddressLists;

  /** @param maxEndpointsPerObject 1,000 from 1.22 on; `null` for no limit, as before. */
  constructor(informers: EndpointsInformers, maxEndpointsPerObject: number | null) {
    this.#informers = informers;
    this.#maxEndpointsPerObject = maxEndpointsPerObject;
    this.#members = new ServiceMembers(informers.pods);
    this.#triggers = new PodTriggerTimes(this.#members);
    this.#addresses = new ServiceAddressLists(this.#members);
  }

  /** Connects the events of the watches to the queue. */
  start(enqueue: (key: string, delayNs: number) => void, batchPeriodNs: number): void {
    const { pods, services, endpoints } = this.#informers;
    services.onEvent(({ type, key, object }) => {
      this.#triggers.changedAll(key, this.#members.podsOf(key));
      this.#members.seeService(type === "DELETED", key, object);
      this.#triggers.changedAll(key, this.#members.podsOf(key));
      this.#addresses.forget(key);
      if (type === "DELETED") this.#triggers.forget(key);
      enqueue(key, 0);
    });
    pods.onEvent((event) => {
      const changed = addressesChanged(event);
      for (const key of this.#members.seePod(event)) {
        this.#triggers.changed(key, event.key);
        this.#addresses.podChanged(key, event.key);
        if (changed) enqueue(key, batchPeriodNs);
      }
    });
    endpoints.onEvent(({ type, key }) => {
      if (type === "DELETED") enqueue(key, 0);
    });
  }

  positions(): ReadonlyMap<string, number> {
    return new Map([["Endpoints", this.#informers.endpoints.position]]);
  }

  observe(key: string): EndpointsInput | Orphaned | undefined {
    const service = this.#informers.services.get(key);
    const current = this.#informers.endpoints.get(key);
    if (service === undefined) return current === undefined ? undefined : { orphanKey: key };
    if (service.spec.selector === undefined || service.spec.type === "ExternalName") {
      return undefined;
    }
    return {
      service,
      subsets: this.#addresses.subsetsOf(key, service),
      current,
      maxEndpointsPerObject: this.#maxEndpointsPerObject,
      triggerTime: this.#triggers.next(key, service),
    };
  }

  plan(input: EndpointsInput | Orphaned): Plan {
    return { changes: changesOf(input) };
  }
}

function changesOf(input: EndpointsInput | Orphaned): readonly Change[] {
  if ("orphanKey" in input) return [{ verb: "delete", kind: "Endpoints", key: input.orphanKey }];
  const output = reconcileEndpoints(input);
  if (output.action === "none") return [];
  const { endpoints } = output;
  if (input.current === undefined) return [{ verb: "create", object: endpoints }];
  // The API server takes a write that changes nothing, and stores nothing.
  if (sameEndpoints(input.current, endpoints)) {
    return [edit<Endpoints>("Endpoints", objectKey(endpoints), () => {})];
  }
  const basedOn = input.current.metadata.resourceVersion;
  return [{ verb: "replace", object: endpoints, basedOn }];
}

/** Whether a pod event brings its Services to a sync: the same events as for slices. */
function addressesChanged({ type, object, old }: InformerEvent<Pod>): boolean {
  if (type === "DELETED" || old === undefined) return true;
  return (
    isPodTerminating(object) ||
    isPodReady(object) !== isPodReady(old) ||
    isPodTerminal(object) !== isPodTerminal(old) ||
    object.metadata.labels !== old.metadata.labels ||
    podAddresses(object).join() !== podAddresses(old).join()
  );
}
