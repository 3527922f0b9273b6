import { type EndpointSlice, type Endpoints, objectKey, type Service } from "../../api/index.ts";
import type { Version } from "../../store/index.ts";
import { MANAGED_BY_LABEL, serviceKeyOfSlice } from "../endpoint-slice/labels.ts";
import { SliceTracker } from "../endpoint-slice/slice-tracker.ts";
import type { Change } from "../runtime/change.ts";
import type { Controller, Plan } from "../runtime/controller-runner.ts";
import type { Informer } from "../runtime/informer.ts";
import {
  isNotMirrored,
  MIRRORING_CONTROLLER_NAME,
  type MirrorInput,
  mirrorEndpoints,
} from "./mirror.ts";

export interface MirroringInformers {
  readonly services: Informer<Service>;
  readonly endpoints: Informer<Endpoints>;
  /** With the index `service`. */
  readonly slices: Informer<EndpointSlice>;
}

/**
 * The EndpointSliceMirroring controller: slices for Endpoints that belong to a Service without a
 * selector, around the pure {@link mirrorEndpoints}.
 */
export class EndpointSliceMirroringController implements Controller<MirrorInput> {
  readonly name = "endpointslicemirroring";
  readonly workers = 5;
  readonly maxRetries = 15;
  readonly onStaleCache = "retry" as const;
  readonly #informers: MirroringInformers;
  readonly #maxEndpointsPerSubset: number;
  readonly #tracker = new SliceTracker();

  constructor(informers: MirroringInformers, maxEndpointsPerSubset: number) {
    this.#informers = informers;
    this.#maxEndpointsPerSubset = maxEndpointsPerSubset;
  }

  /** Connects the events of the watches to the queue. */
  start(enqueue: (key: string, delayNs: number) => void, batchPeriodNs: number): void {
    const { services, endpoints, slices } = this.#informers;
    endpoints.onEvent(({ type, key, object, old }) => {
      const wasMirrored = old !== undefined && !isNotMirrored(old);
      if (type === "DELETED" || wasMirrored || !isNotMirrored(object)) enqueue(key, batchPeriodNs);
    });
    services.onEvent(({ type, key, object, old }) => {
      const selects = object.spec.selector !== undefined;
      const turned = old !== undefined && (old.spec.selector !== undefined) !== selects;
      if (type === "DELETED" || turned || (old === undefined && !selects)) enqueue(key, 0);
    });
    slices.onEvent(({ type, key, object }) => {
      if (!isMirrored(object)) return;
      const service = serviceKeyOfSlice(object);
      if (this.#tracker.isNews(type, key, object) && service !== undefined) enqueue(service, 0);
    });
  }

  positions(): ReadonlyMap<string, number> {
    return new Map([["EndpointSlice", this.#informers.slices.position]]);
  }

  observe(key: string): MirrorInput | undefined {
    const endpoints = this.#informers.endpoints.get(key);
    const service = this.#informers.services.get(key);
    const slices = this.#informers.slices.byIndex("service", key).filter(isMirrored);
    const wanted =
      endpoints !== undefined && !isNotMirrored(endpoints) && service?.spec.selector === undefined;
    if ((!wanted || service === undefined) && slices.length === 0) return undefined;
    return {
      endpoints: wanted && service !== undefined ? endpoints : undefined,
      slices,
      maxEndpointsPerSubset: this.#maxEndpointsPerSubset,
    };
  }

  plan(input: MirrorInput): Plan {
    const { creates, updates, deletes } = mirrorEndpoints(input);
    return {
      changes: [
        ...creates.map((object): Change => ({ verb: "create", object })),
        ...updates.map(
          (object): Change => ({
            verb: "replace",
            object,
            basedOn: object.metadata.resourceVersion,
          }),
        ),
        ...deletes.map(
          (slice): Change => ({ verb: "delete", kind: "EndpointSlice", key: objectKey(slice) }),
        ),
      ],
    };
  }

  /** Takes note of a write of its own, whose event is then no news. */
  written(version: Version): void {
    this.#tracker.answered(version);
  }
}

function isMirrored({ metadata }: EndpointSlice): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === MIRRORING_CONTROLLER_NAME;
}
