import type { Endpoint, EndpointSlice } from "../../api/index.ts";
import { hashText } from "../../store/index.ts";
import { endpointIdentity, sameFacts } from "./endpoint-of-pod.ts";
import type { PortGroup } from "./slice-work.ts";

/** What one group of slices (same Service, ports, address type) becomes in a sync. */
export interface Packed {
  readonly creates: readonly EndpointSlice[];
  readonly updates: readonly EndpointSlice[];
  readonly deletes: readonly EndpointSlice[];
}

export interface PackingOptions {
  readonly maxEndpointsPerSlice: number;
  /** A slice without endpoints, ready to be filled and created. */
  readonly newSlice: () => EndpointSlice;
  /** The slice with the Service's present labels, or `undefined` where they have not changed. */
  readonly relabelled: (slice: EndpointSlice) => EndpointSlice | undefined;
}

interface Retained {
  readonly changed: EndpointSlice[];
  readonly deletes: EndpointSlice[];
  /** Slices, as they were, that are not unchanged. */
  readonly busy: Set<EndpointSlice>;
}

/**
 * Packs the desired endpoints into slices in the controller's three steps: existing slices lose
 * what is no longer desired; slices that change anyway are filled, fullest first; what is left goes
 * whole into one unchanged slice that then is closest to full, else into new slices. It never
 * rebalances.
 *
 * Where the real code takes endpoints in the random order of a map, ours takes more than a few in
 * the order of a hash, so that neighbours in age are not neighbours in a slice; equal slices in the
 * order in which they came.
 */
export function pack(group: PortGroup, options: PackingOptions): Packed {
  const { maxEndpointsPerSlice: max } = options;
  const { changed, deletes, busy } = retain(group, options);
  const left = mixed(group.desired.rest());
  fillChanged(changed, left, max);
  const creates: EndpointSlice[] = [];
  while (left.size > 0) {
    const roomy = left.size < max ? group.sliceToFill(left.size, max, busy) : undefined;
    if (roomy === undefined) {
      creates.push(filled(options.newSlice(), left, max));
    } else {
      busy.add(roomy);
      changed.push(filled(roomy, left, max));
    }
  }
  return { creates, updates: changed, deletes };
}

function retain({ examined, desired }: PortGroup, { relabelled }: PackingOptions): Retained {
  const changed: EndpointSlice[] = [];
  const deletes: EndpointSlice[] = [];
  const busy = new Set<EndpointSlice>();
  for (const slice of examined) {
    const before = slice.endpoints ?? [];
    const kept: Endpoint[] = [];
    let updated = false;
    for (const endpoint of before) {
      const wanted = desired.take(endpointIdentity(endpoint));
      if (wanted === undefined) continue;
      kept.push(wanted);
      if (!sameFacts(wanted, endpoint)) updated = true;
    }
    const labelled = relabelled(slice);
    if (updated || kept.length !== before.length) {
      if (kept.length === 0) deletes.push(slice);
      else changed.push({ ...(labelled ?? slice), endpoints: kept });
    } else if (labelled !== undefined) changed.push(labelled);
    else continue;
    busy.add(slice);
  }
  return { changed, deletes, busy };
}

/** Entries that a Go map keeps in one group, and mostly walks in the order of their insertion. */
const ONE_MAP_GROUP = 8;

/** As arbitrary an order as that of a large map, but always the same. */
function mixed(endpoints: Map<string, Endpoint>): Map<string, Endpoint> {
  if (endpoints.size <= ONE_MAP_GROUP) return endpoints;
  const hashed = [...endpoints].map((entry) => ({ entry, hash: hashText(entry[0]) }));
  hashed.sort((a, b) => a.hash - b.hash || (a.entry[0] < b.entry[0] ? -1 : 1));
  return new Map(hashed.map(({ entry }) => entry));
}

function fillChanged(changed: EndpointSlice[], left: Map<string, Endpoint>, max: number): void {
  if (left.size === 0) return;
  const fullestFirst = changed.map((slice, index) => ({ index, size: sizeOf(slice) }));
  fullestFirst.sort((a, b) => b.size - a.size || a.index - b.index);
  for (const { index } of fullestFirst) {
    if (left.size === 0) return;
    changed[index] = filled(changed[index] as EndpointSlice, left, max);
  }
}

function filled(slice: EndpointSlice, left: Map<string, Endpoint>, max: number): EndpointSlice {
  const endpoints = [...(slice.endpoints ?? [])];
  for (const [identity, endpoint] of left) {
    if (endpoints.length >= max) break;
    endpoints.push(endpoint);
    left.delete(identity);
  }
  return { ...slice, endpoints };
}

const sizeOf = (slice: EndpointSlice): number => slice.endpoints?.length ?? 0;
