import type { Endpoint, EndpointSlice } from "../../api/index.ts";
import { endpointIdentity, sameFacts } from "./endpoint-of-pod.ts";

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

/**
 * Packs the desired endpoints into slices in the controller's three steps: existing slices lose
 * what is no longer desired; slices that change anyway are filled, fullest first; what is left goes
 * whole into one unchanged slice that then is closest to full, else into new slices. It never
 * rebalances.
 *
 * Where the real code takes endpoints in the random order of a map, ours takes them in the order
 * of `desired`, and equal slices in the order of `existing`.
 */
export function pack(
  existing: readonly EndpointSlice[],
  desired: ReadonlyMap<string, Endpoint>,
  options: PackingOptions,
): Packed {
  const left = new Map(desired);
  const { changed, unchanged, deletes } = retain(existing, left, options);
  fillChanged(changed, left, options.maxEndpointsPerSlice);
  const creates: EndpointSlice[] = [];
  while (left.size > 0) {
    const roomy = sliceToFill(unchanged, left.size, options.maxEndpointsPerSlice);
    if (roomy === undefined) {
      creates.push(filled(options.newSlice(), left, options.maxEndpointsPerSlice));
    } else {
      unchanged.splice(unchanged.indexOf(roomy), 1);
      changed.push(filled(roomy, left, options.maxEndpointsPerSlice));
    }
  }
  return { creates, updates: changed, deletes };
}

function retain(
  existing: readonly EndpointSlice[],
  left: Map<string, Endpoint>,
  { relabelled }: PackingOptions,
): { changed: EndpointSlice[]; unchanged: EndpointSlice[]; deletes: EndpointSlice[] } {
  const changed: EndpointSlice[] = [];
  const unchanged: EndpointSlice[] = [];
  const deletes: EndpointSlice[] = [];
  for (const slice of existing) {
    const before = slice.endpoints ?? [];
    const kept: Endpoint[] = [];
    let updated = false;
    for (const endpoint of before) {
      const identity = endpointIdentity(endpoint);
      const wanted = left.get(identity);
      if (wanted === undefined) continue;
      left.delete(identity);
      kept.push(wanted);
      if (!sameFacts(wanted, endpoint)) updated = true;
    }
    const labelled = relabelled(slice);
    if (updated || kept.length !== before.length) {
      if (kept.length === 0) deletes.push(slice);
      else changed.push({ ...(labelled ?? slice), endpoints: kept });
    } else if (labelled !== undefined) changed.push(labelled);
    else unchanged.push(slice);
  }
  return { changed, unchanged, deletes };
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

function sliceToFill(
  unchanged: readonly EndpointSlice[],
  count: number,
  max: number,
): EndpointSlice | undefined {
  if (count >= max) return undefined;
  let best: EndpointSlice | undefined;
  let leastRoom = max;
  for (const slice of unchanged) {
    const room = max - sizeOf(slice) - count;
    if (room < 0 || room >= leastRoom) continue;
    best = slice;
    leastRoom = room;
  }
  return best;
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
