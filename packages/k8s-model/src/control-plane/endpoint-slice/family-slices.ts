import type { Endpoint, EndpointPort, EndpointSlice, IPFamily } from "../../api/index.ts";
import { endpointIdentity, portMapKey, sameFacts } from "./endpoint-of-pod.ts";
import type { PodEndpoint } from "./pod-endpoints.ts";
import { type DesiredEndpoints, type FamilyWork, sliceToFill } from "./slice-work.ts";

interface SliceRecord {
  /** Slices are examined in the order in which they came. */
  readonly order: number;
  readonly group: Group;
  slice: EndpointSlice;
}

interface Wanted {
  readonly identity: string;
  readonly portsKey: string;
  /** Endpoints are added in the order of their pods. */
  readonly order: number;
  endpoint: Endpoint;
}

interface Group {
  readonly key: string;
  ports: readonly EndpointPort[];
  readonly wanted: Map<string, Wanted>;
  readonly records: Map<string, SliceRecord>;
  /** The same by the number of their endpoints. */
  readonly bySize: Map<number, Set<SliceRecord>>;
  /** The slice that holds an endpoint, by identity. */
  readonly holders: Map<string, SliceRecord>;
  readonly unplaced: Map<string, Wanted>;
}

/**
 * The slices and the wanted endpoints of one Service and family, kept up change by change: which
 * slices may be wrong and which endpoints no slice holds. A slice is suspect until a sync has found
 * it right, and again when it, or an endpoint in it, changes.
 */
export class FamilySlices {
  readonly family: IPFamily;
  /** Two slices hold the same endpoint: only a look at everything tells which one keeps it. */
  disordered = false;
  readonly #groups = new Map<string, Group>();
  readonly #records = new Map<string, SliceRecord>();
  readonly #pods = new Map<string, Wanted>();
  readonly #suspects = new Set<SliceRecord>();
  #nextOrder = 0;

  constructor(family: IPFamily) {
    this.family = family;
  }

  /** Takes over what a pod contributes; nothing where it is gone or has no address. */
  setPod(key: string, order: number, made: PodEndpoint | undefined): void {
    const before = this.#pods.get(key);
    const endpoint = made?.endpoint;
    if (made === undefined || endpoint === undefined) {
      if (before !== undefined) this.#unwant(key, before);
      return;
    }
    const identity = endpointIdentity(endpoint);
    if (
      before !== undefined &&
      (before.identity !== identity || before.portsKey !== made.portsKey || before.order !== order)
    ) {
      this.#unwant(key, before);
    } else if (before !== undefined) {
      if (!sameFacts(before.endpoint, endpoint)) this.#suspectHolder(before);
      before.endpoint = endpoint;
      return;
    }
    const wanted: Wanted = { identity, portsKey: made.portsKey, order, endpoint };
    const group = this.#group(made.portsKey, made.ports);
    group.ports = made.ports;
    this.#pods.set(key, wanted);
    group.wanted.set(identity, wanted);
    if (group.holders.has(identity)) this.#suspectHolder(wanted);
    else group.unplaced.set(identity, wanted);
  }

  /** Takes over a slice of the Service as the cache has it now; `undefined`: it is gone. */
  setSlice(name: string, slice: EndpointSlice | undefined): void {
    const known = this.#records.get(name);
    if (slice === undefined) {
      if (known !== undefined) this.#forget(name, known);
      return;
    }
    const key = portMapKey(slice.ports);
    if (known !== undefined && known.group.key !== key) {
      this.disordered = true;
      return;
    }
    const record = known ?? this.#newRecord(name, key, slice);
    const before = record.slice;
    resize(record, known === undefined ? undefined : before, slice);
    record.slice = slice;
    this.#suspects.add(record);
    this.#hold(record, slice, known === undefined ? undefined : before);
  }

  /** Takes note of slices that a sync found right as they are. */
  settle(unchanged: readonly EndpointSlice[]): void {
    for (const slice of unchanged) {
      const record = this.#records.get(slice.metadata.name);
      if (record?.slice === slice) this.#suspects.delete(record);
    }
  }

  /** What the next sync has to look at. */
  work(): FamilyWork {
    const suspects = [...this.#suspects].sort((a, b) => a.order - b.order);
    const keys = [...this.#groups.keys()].sort();
    return {
      family: this.family,
      existingCount: this.#records.size,
      examined: suspects.map(({ slice }) => slice),
      all: slicesOf(this.#records),
      stray: [],
      groups: keys.map((key) => {
        const group = this.#groups.get(key) as Group;
        const own = suspects.filter((record) => record.group === group);
        return {
          ports: group.ports,
          wanted: group.wanted.size > 0,
          desired: desiredOf(group),
          examined: own.map(({ slice }) => slice),
          slices: slicesOf(group.records),
          sliceToFill: (count, max, busy) => fitting(group, count, max, busy),
        };
      }),
    };
  }

  #newRecord(name: string, key: string, slice: EndpointSlice): SliceRecord {
    const group = this.#group(key, slice.ports ?? []);
    const record = { order: this.#nextOrder++, group, slice };
    this.#records.set(name, record);
    group.records.set(name, record);
    return record;
  }

  #forget(name: string, record: SliceRecord): void {
    this.#records.delete(name);
    this.#suspects.delete(record);
    record.group.records.delete(name);
    resize(record, record.slice, undefined);
    for (const endpoint of record.slice.endpoints ?? []) this.#release(record, endpoint);
    this.#dropIfEmpty(record.group);
  }

  /** Ties the endpoints of a slice to it, and lets go of those that it held before. */
  #hold(record: SliceRecord, slice: EndpointSlice, before: EndpointSlice | undefined): void {
    const { holders, unplaced } = record.group;
    const endpoints = slice.endpoints ?? [];
    let added = 0;
    for (const endpoint of endpoints) {
      const identity = endpointIdentity(endpoint);
      const holder = holders.get(identity);
      if (holder === record) continue;
      if (holder !== undefined) this.disordered = true;
      holders.set(identity, record);
      unplaced.delete(identity);
      added++;
    }
    const old = before?.endpoints ?? [];
    if (old.length + added === endpoints.length) return;
    const held = new Set(endpoints.map(endpointIdentity));
    for (const endpoint of old) {
      if (!held.has(endpointIdentity(endpoint))) this.#release(record, endpoint);
    }
  }

  #release({ group }: SliceRecord, endpoint: Endpoint): void {
    const identity = endpointIdentity(endpoint);
    group.holders.delete(identity);
    const wanted = group.wanted.get(identity);
    if (wanted !== undefined) group.unplaced.set(identity, wanted);
  }

  #unwant(key: string, wanted: Wanted): void {
    const group = this.#groups.get(wanted.portsKey) as Group;
    this.#pods.delete(key);
    this.#suspectHolder(wanted);
    group.wanted.delete(wanted.identity);
    group.unplaced.delete(wanted.identity);
    this.#dropIfEmpty(group);
  }

  #suspectHolder({ identity, portsKey }: Wanted): void {
    const holder = this.#groups.get(portsKey)?.holders.get(identity);
    if (holder !== undefined) this.#suspects.add(holder);
  }

  #group(key: string, ports: readonly EndpointPort[]): Group {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = {
        key,
        ports,
        wanted: new Map(),
        records: new Map(),
        bySize: new Map(),
        holders: new Map(),
        unplaced: new Map(),
      };
      this.#groups.set(key, group);
    }
    return group;
  }

  #dropIfEmpty(group: Group): void {
    if (group.wanted.size === 0 && group.records.size === 0) this.#groups.delete(group.key);
  }
}

function desiredOf({ wanted, unplaced }: Group): DesiredEndpoints {
  const taken = new Set<string>();
  return {
    take(identity) {
      const found = wanted.get(identity);
      if (found === undefined || taken.has(identity)) return undefined;
      taken.add(identity);
      return found.endpoint;
    },
    rest() {
      const inOrder = [...unplaced.values()].sort((a, b) => a.order - b.order);
      return new Map(inOrder.map(({ identity, endpoint }) => [identity, endpoint]));
    },
  };
}

/** Records come in the order of their slices. */
function slicesOf(records: ReadonlyMap<string, SliceRecord>): Iterable<EndpointSlice> {
  return {
    *[Symbol.iterator]() {
      for (const { slice } of records.values()) yield slice;
    },
  };
}

function resize(
  record: SliceRecord,
  before: EndpointSlice | undefined,
  after: EndpointSlice | undefined,
): void {
  const { bySize } = record.group;
  const from = before === undefined ? undefined : (before.endpoints?.length ?? 0);
  const to = after === undefined ? undefined : (after.endpoints?.length ?? 0);
  if (from === to) return;
  if (from !== undefined) bySize.get(from)?.delete(record);
  if (to === undefined) return;
  const records = bySize.get(to);
  if (records === undefined) bySize.set(to, new Set([record]));
  else records.add(record);
}

/** As `sliceToFill` finds it, without a look at slices of other sizes where there are many. */
function fitting(
  group: Group,
  count: number,
  max: number,
  busy: ReadonlySet<EndpointSlice>,
): EndpointSlice | undefined {
  if (group.records.size < max - count)
    return sliceToFill(slicesOf(group.records), count, max, busy);
  for (let size = max - count; size >= 0; size--) {
    let first: SliceRecord | undefined;
    for (const record of group.bySize.get(size) ?? []) {
      if (first !== undefined && first.order < record.order) continue;
      if (!busy.has(record.slice)) first = record;
    }
    if (first !== undefined) return first.slice;
  }
  return undefined;
}
