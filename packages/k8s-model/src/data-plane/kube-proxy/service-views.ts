import { type EndpointSlice, objectKey, type Service } from "../../api/index.ts";
import type { Cursor, KindLog, Store } from "../../store/index.ts";
import { type PodIndexOf, PortView } from "./port-view.ts";
import type { ProgrammedView } from "./proxy-fleet.ts";
import type { NodeLabelsOf } from "./topology-keys.ts";

const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

/** One Service with the slices that belong to it, at some positions of the two sub-logs. */
export class ServiceView {
  readonly service: Service;
  /** Slices of the Service's first address family. */
  readonly slices: readonly EndpointSlice[];
  readonly #podIndexOf: PodIndexOf;
  readonly #nodeLabelsOf: NodeLabelsOf | undefined;
  readonly #ports = new Map<string, PortView | undefined>();

  constructor(
    service: Service,
    slices: readonly EndpointSlice[],
    podIndexOf: PodIndexOf,
    nodeLabelsOf?: NodeLabelsOf,
  ) {
    const family = service.spec.ipFamilies?.[0] ?? "IPv4";
    this.service = service;
    this.slices = slices.filter(({ addressType }) => addressType === family);
    this.#podIndexOf = podIndexOf;
    this.#nodeLabelsOf = nodeLabelsOf;
  }

  /** The port of that number and protocol, if the Service has it in this version. */
  port(number: number, protocol: string): PortView | undefined {
    const key = `${number}/${protocol}`;
    if (!this.#ports.has(key)) {
      const port = (this.service.spec.ports ?? []).find(
        (one) => one.port === number && (one.protocol ?? "TCP") === protocol,
      );
      const view =
        port && new PortView(this.service, port, this.slices, this.#podIndexOf, this.#nodeLabelsOf);
      this.#ports.set(key, view);
    }
    return this.#ports.get(key);
  }
}

/** Positions in the two sub-logs at which something of one Service changed, ascending. `views`: by both. */
interface Timeline {
  readonly services: number[];
  readonly slices: number[];
  readonly sliceKeys: Set<string>;
  readonly views: Map<number, Map<number, ServiceView | undefined>>;
}

/**
 * What is known of each Service at any pair of positions: derived from the log, made once per state
 * that differs, and shared by all nodes.
 */
export class ServiceViews {
  readonly #services: KindLog<Service>;
  readonly #slices: KindLog<EndpointSlice>;
  readonly #serviceCursor: Cursor<Service>;
  readonly #sliceCursor: Cursor<EndpointSlice>;
  readonly #timelines = new Map<string, Timeline>();
  readonly #podIndexOf: PodIndexOf;
  readonly #nodeLabelsOf: NodeLabelsOf | undefined;

  /** @param nodeLabelsOf puts the retired `topologyKeys` of Services in force. */
  constructor(store: Store, podIndexOf: PodIndexOf, nodeLabelsOf?: NodeLabelsOf) {
    this.#services = store.log("Service");
    this.#slices = store.log("EndpointSlice");
    this.#serviceCursor = store.watch("Service", "service views", 0);
    this.#sliceCursor = store.watch("EndpointSlice", "service views", 0);
    this.#podIndexOf = podIndexOf;
    this.#nodeLabelsOf = nodeLabelsOf;
  }

  /** The Service as known at these positions; `undefined` where it is not known. */
  view(serviceKey: string, at: ProgrammedView): ServiceView | undefined {
    this.#read();
    const timeline = this.#timelines.get(serviceKey);
    if (timeline === undefined) return undefined;
    const service = newestBelow(timeline.services, at.services);
    if (service === NONE) return undefined;
    const slice = newestBelow(timeline.slices, at.slices);
    let views = timeline.views.get(service);
    if (views === undefined) {
      views = new Map();
      timeline.views.set(service, views);
    }
    if (!views.has(slice)) views.set(slice, this.#derive(serviceKey, timeline, at));
    return views.get(slice);
  }

  /** Forgets states that no node holds any more. */
  release(lowest: ProgrammedView): void {
    this.#read();
    for (const { services, slices, views } of this.#timelines.values()) {
      const service = newestBelow(services, lowest.services);
      const slice = newestBelow(slices, lowest.slices);
      dropBelow(services, service);
      dropBelow(slices, slice);
      for (const [position, states] of views) {
        if (position < service) views.delete(position);
        else for (const one of states.keys()) if (one < slice) states.delete(one);
      }
    }
  }

  #derive(key: string, timeline: Timeline, at: ProgrammedView): ServiceView | undefined {
    const service = this.#services.stateAt(key, at.services)?.object;
    if (service === undefined) return undefined;
    const slices: EndpointSlice[] = [];
    for (const sliceKey of timeline.sliceKeys) {
      const slice = this.#slices.stateAt(sliceKey, at.slices)?.object;
      if (slice !== undefined && serviceOf(slice) === key) slices.push(slice);
    }
    return new ServiceView(service, slices, this.#podIndexOf, this.#nodeLabelsOf);
  }

  #read(): void {
    for (let next = this.#serviceCursor.next(); next; next = this.#serviceCursor.next()) {
      this.#timeline(next.key).services.push(next.position);
    }
    for (let next = this.#sliceCursor.next(); next; next = this.#sliceCursor.next()) {
      const key = serviceOf(next.object);
      if (key === undefined) continue;
      const timeline = this.#timeline(key);
      timeline.slices.push(next.position);
      timeline.sliceKeys.add(objectKey(next.object));
    }
  }

  #timeline(key: string): Timeline {
    let timeline = this.#timelines.get(key);
    if (timeline === undefined) {
      timeline = { services: [], slices: [], sliceKeys: new Set(), views: new Map() };
      this.#timelines.set(key, timeline);
    }
    return timeline;
  }
}

function serviceOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.[SERVICE_NAME_LABEL];
  if (name === undefined) return undefined;
  return metadata.namespace === undefined ? name : `${metadata.namespace}/${name}`;
}

/** Stands for "nothing yet" among positions. */
const NONE = -1;

/** The last position below a limit. */
function newestBelow(positions: readonly number[], limit: number): number {
  const last = positions.at(-1) ?? NONE;
  if (last < limit) return last;
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((positions[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return positions[low - 1] ?? NONE;
}

function dropBelow(positions: number[], position: number): void {
  let count = 0;
  while ((positions[count] ?? Number.POSITIVE_INFINITY) < position) count++;
  positions.splice(0, count);
}
