import type { Endpoint, EndpointHints, EndpointSlice } from "../../api/index.ts";
import type { SliceChanges } from "./slice-changes.ts";

/** Which hint `trafficDistribution` puts on a ready endpoint, or `undefined` for none. */
export type HintRule = (endpoint: Endpoint) => EndpointHints | undefined;

const noHints: HintRule = () => undefined;

const ownZone: HintRule = ({ zone }) =>
  zone === undefined || zone === "" ? undefined : { forZones: [{ name: zone }] };

const ownNodeAndZone: HintRule = ({ zone, nodeName }) => {
  const forNodes =
    nodeName === undefined || nodeName === "" ? {} : { forNodes: [{ name: nodeName }] };
  const forZones = zone === undefined || zone === "" ? {} : { forZones: [{ name: zone }] };
  const hints = { ...forZones, ...forNodes };
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
  let changed = false;
  const endpoints = (slice.endpoints ?? []).map((endpoint) => {
    const hints = endpoint.conditions?.ready === true ? rule(endpoint) : undefined;
    if (sameHints(endpoint.hints, hints)) return endpoint;
    changed = true;
    const { hints: _, ...rest } = endpoint;
    return hints === undefined ? rest : { ...rest, hints };
  });
  return changed ? { ...slice, endpoints } : slice;
}

function sameHints(a: EndpointHints | undefined, b: EndpointHints | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return sameNames(a.forZones, b.forZones) && sameNames(a.forNodes, b.forNodes);
}

type Names = readonly { readonly name: string }[] | undefined;

function sameNames(a: Names, b: Names): boolean {
  const left = a ?? [];
  const right = b ?? [];
  return left.length === right.length && left.every(({ name }, at) => name === right[at]?.name);
}
