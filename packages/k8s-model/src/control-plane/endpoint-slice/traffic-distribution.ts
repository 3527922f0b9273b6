import type { Endpoint, EndpointHints, EndpointSlice } from "../../api/index.ts";
import type { SliceChanges } from "./slice-changes.ts";

/** Which hint `trafficDistribution` puts on a ready endpoint, or `undefined` for none. */
export type HintRule = (endpoint: Endpoint) => EndpointHints | undefined;

/** One object per zone, so that comparing hints allocates nothing. */
const hintsByZone = new Map<string, EndpointHints>();

function zoneHints(zone: string | undefined): EndpointHints | undefined {
  if (zone === undefined || zone === "") return undefined;
  let hints = hintsByZone.get(zone);
  if (hints === undefined) {
    hints = { forZones: [{ name: zone }] };
    hintsByZone.set(zone, hints);
  }
  return hints;
}

const noHints: HintRule = () => undefined;

const ownZone: HintRule = ({ zone }) => zoneHints(zone);

const ownNodeAndZone: HintRule = ({ zone, nodeName }) => {
  const forNodes =
    nodeName === undefined || nodeName === "" ? {} : { forNodes: [{ name: nodeName }] };
  const hints = { ...zoneHints(zone), ...forNodes };
  return Object.keys(hints).length === 0 ? undefined : hints;
};

/**
 * The hints that `trafficDistribution` asks for (KEP 4444, KEP 3015): the endpoint's own zone, and
 * with PreferSameNode its own node too. Without the gate PreferSameTrafficDistribution only
 * PreferClose is known; a value that is not known gives no hints.
 */
export function hintRule(
  trafficDistribution: string | undefined,
  preferSameGate: boolean,
): HintRule {
  if (trafficDistribution === "PreferClose") return ownZone;
  if (!preferSameGate) return noHints;
  if (trafficDistribution === "PreferSameZone") return ownZone;
  return trafficDistribution === "PreferSameNode" ? ownNodeAndZone : noHints;
}

/** Sets every slice's hints by the rule; slices that thereby change are updated. */
export function applyHintRule(changes: SliceChanges, rule: HintRule): SliceChanges {
  const hinted = (slice: EndpointSlice): EndpointSlice => withHints(slice, rule);
  const updates = changes.updates.map(hinted);
  const unchanged: EndpointSlice[] = [];
  for (const slice of changes.unchanged) {
    const after = hinted(slice);
    if (after === slice) unchanged.push(slice);
    else updates.push(after);
  }
  return { creates: changes.creates.map(hinted), updates, unchanged, deletes: changes.deletes };
}

/** The slice with hints by the rule; the same object where they are right already. */
export function withHints(slice: EndpointSlice, rule: HintRule): EndpointSlice {
  const before = slice.endpoints ?? [];
  if (before.every((endpoint) => sameHints(endpoint.hints, wantedHints(endpoint, rule)))) {
    return slice;
  }
  const endpoints = before.map((endpoint) => {
    const hints = wantedHints(endpoint, rule);
    if (sameHints(endpoint.hints, hints)) return endpoint;
    const { hints: _, ...rest } = endpoint;
    return hints === undefined ? rest : { ...rest, hints };
  });
  return { ...slice, endpoints };
}

function wantedHints(endpoint: Endpoint, rule: HintRule): EndpointHints | undefined {
  return endpoint.conditions?.ready === true ? rule(endpoint) : undefined;
}

function sameHints(a: EndpointHints | undefined, b: EndpointHints | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return a === b;
  return sameNames(a.forZones, b.forZones) && sameNames(a.forNodes, b.forNodes);
}

type Names = readonly { readonly name: string }[] | undefined;

function sameNames(a: Names, b: Names): boolean {
  const left = a ?? [];
  const right = b ?? [];
  return left.length === right.length && left.every(({ name }, at) => name === right[at]?.name);
}
