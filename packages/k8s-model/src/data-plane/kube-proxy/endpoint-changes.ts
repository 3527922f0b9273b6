import type { Endpoint, EndpointSlice, KubeObject } from "../../api/index.ts";
import { timeOfTimestamp, type Version, WatchColumn } from "../../store/index.ts";

/** The annotation that dates the change behind a version. */
const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";
const SERVICE_NAME_LABEL = "kubernetes.io/service-name";
const NEVER = Number.POSITIVE_INFINITY;

/** What kube-proxy needs to know of the versions of one kind, by position. */
export class VersionFacts {
  /** Position of the next version of the same object, and of the same Service. */
  readonly nextOfObject: WatchColumn = new WatchColumn();
  readonly nextOfService: WatchColumn = new WatchColumn();
  /** A number for the Service. */
  readonly service: WatchColumn = new WatchColumn();
  /** Deletions up to and with a version. */
  readonly deletionsUpTo: WatchColumn = new WatchColumn();
  /** How often the Service was another than the version's before, up to and with a version. */
  readonly switchesUpTo: WatchColumn = new WatchColumn();
  /** Objects there are after a version. */
  readonly objects: WatchColumn = new WatchColumn();
  readonly #lastOfObject = new Map<string, number>();
  readonly #lastOfService: number[] = [];
  readonly #services = new Map<string, number>();
  #deletions = 0;
  #switches = 0;
  #lastService = -1;

  get end(): number {
    return this.service.end;
  }

  read({ position, type, key }: Version, serviceKey: string): void {
    const service = this.#serviceNumber(serviceKey);
    const ofObject = this.#lastOfObject.get(key);
    if (ofObject !== undefined) this.nextOfObject.set(ofObject, position);
    const ofService = this.#lastOfService[service] as number;
    if (ofService >= 0) this.nextOfService.set(ofService, position);
    this.#lastOfService[service] = position;
    if (type === "DELETED") {
      this.#deletions++;
      this.#lastOfObject.delete(key);
    } else this.#lastOfObject.set(key, position);
    if (service !== this.#lastService) this.#switches++;
    this.#lastService = service;
    this.switchesUpTo.push(this.#switches);
    this.nextOfObject.push(NEVER);
    this.nextOfService.push(NEVER);
    this.service.push(service);
    this.deletionsUpTo.push(this.#deletions);
    this.objects.push(this.#lastOfObject.size);
  }

  dropBelow(position: number): void {
    for (const column of [
      this.nextOfObject,
      this.nextOfService,
      this.service,
      this.deletionsUpTo,
      this.switchesUpTo,
      this.objects,
    ]) {
      column.dropBelow(position - 1);
    }
  }

  #serviceNumber(key: string): number {
    const known = this.#services.get(key);
    if (known !== undefined) return known;
    const number = this.#services.size;
    this.#services.set(key, number);
    this.#lastOfService.push(-1);
    return number;
  }
}

/**
 * The versions of EndpointSlices (or Endpoints) as the proxies and their metric take them: trigger
 * times, endpoints that leave the rules, and since when those have been dead.
 */
export class EndpointChanges {
  readonly facts: VersionFacts = new VersionFacts();
  /** `NaN` where a version carries none. */
  readonly triggersNs: WatchColumn = new WatchColumn();
  /** Endpoints of the version's Service, and of all Services, after it. */
  readonly serviceEndpoints: WatchColumn = new WatchColumn();
  readonly allEndpoints: WatchColumn = new WatchColumn();
  /** Endpoints that left the rules up to and with a version; each has a slot in `leaving`. */
  readonly leavingUpTo: WatchColumn = new WatchColumn();
  /** By the number of the leave: the endpoint's slot, and the position at which it had come. */
  readonly leaving: WatchColumn = new WatchColumn();
  readonly leavingEntered: WatchColumn = new WatchColumn();
  /** By slot: since when the endpoint does not answer; infinity while it does. */
  deadSinceNs: Float64Array<ArrayBuffer> = new Float64Array(64).fill(NEVER);
  readonly #slots = new Map<string, number>();
  readonly #entered: number[] = [];
  readonly #listed = new Map<string, readonly Listed[]>();
  readonly #perService: number[] = [];
  #all = 0;
  #leaves = 0;

  read(version: Version): void {
    const { key, type, object } = version;
    this.facts.read(version, serviceKeyOf(object));
    const service = this.facts.service.at(version.position);
    const before = this.#listed.get(key) ?? [];
    const after = type === "DELETED" ? [] : endpointsOf(object);
    if (type === "DELETED") this.#listed.delete(key);
    else this.#listed.set(key, after);
    this.#compare(before, after, version.position);
    const more = after.length - before.length;
    this.#all += more;
    this.#perService[service] = (this.#perService[service] ?? 0) + more;
    this.triggersNs.push(triggerTimeNs(object));
    this.serviceEndpoints.push(this.#perService[service]);
    this.allEndpoints.push(this.#all);
    this.leavingUpTo.push(this.#leaves);
  }

  /** Takes note that an endpoint, known by pod uid or address, stopped answering. */
  died(id: string, atNs: number): void {
    this.deadSinceNs[this.#slot(id)] = atNs;
  }

  /** Takes note that it answers again; what has been counted until now stays. */
  revived(id: string): void {
    this.deadSinceNs[this.#slot(id)] = NEVER;
  }

  /** Whether it is known not to answer. */
  isDead(id: string): boolean {
    const slot = this.#slots.get(id);
    return slot !== undefined && this.deadSinceNs[slot] !== NEVER;
  }

  dropBelow(position: number): void {
    this.facts.dropBelow(position);
    if (position > this.leavingUpTo.base) {
      const leaves = this.leavingUpTo.at(position - 1);
      this.leaving.dropBelow(leaves);
      this.leavingEntered.dropBelow(leaves);
    }
    for (const column of [
      this.triggersNs,
      this.serviceEndpoints,
      this.allEndpoints,
      this.leavingUpTo,
    ]) {
      column.dropBelow(position - 1);
    }
  }

  /** Versions share their unchanged endpoints: what is common at both ends is passed over. */
  #compare(before: readonly Listed[], after: readonly Listed[], position: number): void {
    let from = 0;
    while (from < before.length && before[from] === after[from]) from++;
    let back = 0;
    const most = Math.min(before.length, after.length) - from;
    while (back < most && before[before.length - 1 - back] === after[after.length - 1 - back]) {
      back++;
    }
    const had = slotsInRules(before, from, before.length - back, (id) => this.#slot(id));
    const has = slotsInRules(after, from, after.length - back, (id) => this.#slot(id));
    for (const slot of had) if (!has.has(slot)) this.#leave(slot);
    for (const slot of has) if (!had.has(slot)) this.#entered[slot] = position;
  }

  #leave(slot: number): void {
    this.leaving.push(slot);
    this.leavingEntered.push(this.#entered[slot] ?? 0);
    this.#leaves++;
  }

  #slot(id: string): number {
    const known = this.#slots.get(id);
    if (known !== undefined) return known;
    const slot = this.#slots.size;
    this.#slots.set(id, slot);
    if (slot >= this.deadSinceNs.length) {
      const twice = new Float64Array(slot * 2).fill(NEVER);
      twice.set(this.deadSinceNs);
      this.deadSinceNs = twice;
    }
    return slot;
  }
}

function slotsInRules(
  endpoints: readonly Listed[],
  from: number,
  to: number,
  slotOf: (id: string) => number,
): Set<number> {
  const slots = new Set<number>();
  for (let index = from; index < to; index++) {
    const endpoint = endpoints[index] as Listed;
    if (inRules(endpoint)) slots.add(slotOf(idOf(endpoint)));
  }
  return slots;
}

/** An endpoint of a slice, or an address of an Endpoints object. */
interface Listed extends Pick<Endpoint, "conditions" | "targetRef"> {
  readonly addresses?: Endpoint["addresses"];
  readonly ip?: string;
}

/** kube-proxy takes an absent `ready` for true. */
function inRules({ conditions }: Listed): boolean {
  return conditions?.ready !== false;
}

function idOf({ targetRef, addresses, ip }: Listed): string {
  return targetRef?.uid ?? addresses?.[0] ?? ip ?? "";
}

function serviceKeyOf({ kind, metadata }: KubeObject): string {
  const name = kind === "EndpointSlice" ? metadata.labels?.[SERVICE_NAME_LABEL] : metadata.name;
  return `${metadata.namespace ?? ""}/${name ?? ""}`;
}

interface Subset {
  readonly addresses?: readonly Listed[];
}

/** The endpoints of a slice, or the ready ones of an Endpoints object: nothing is copied if it can be helped. */
function endpointsOf(object: KubeObject): readonly Listed[] {
  if (object.kind === "EndpointSlice") return (object as EndpointSlice).endpoints ?? [];
  const { subsets = [] } = object as { readonly subsets?: readonly Subset[] };
  const [first, ...others] = subsets;
  if (others.length === 0) return first?.addresses ?? [];
  return subsets.flatMap(({ addresses = [] }) => addresses);
}

const FRACTION = /\.(\d{1,9})\d*(?:Z|[+-]\d{2}:\d{2})$/;

/** The trigger time of a version (ns), to the nanosecond where the annotation has it. */
function triggerTimeNs({ metadata }: KubeObject): number {
  const text = metadata.annotations?.[TRIGGER_TIME];
  const wholeNs = timeOfTimestamp(text);
  if (text === undefined || wholeNs === undefined) return Number.NaN;
  const fraction = FRACTION.exec(text)?.[1] ?? "";
  return wholeNs + Number(fraction.padEnd(9, "0"));
}
