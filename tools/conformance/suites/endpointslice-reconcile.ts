import type { EndpointSlice } from "@k8s-netsim/k8s-model/api";
import { reconcileSlices } from "@k8s-netsim/k8s-model/control-plane";
import { differences } from "../compare.ts";
import { judge, type Suite, type Verdict } from "../suite.ts";
import {
  endpointText,
  podId,
  portsText,
  reconcileInputOf,
  type SliceVectorInput,
  slicesAfter,
} from "./slice-vectors.ts";

type OutputEndpoint = readonly [
  family: string,
  id: number,
  bits: number,
  node: string | null,
  zone: string | null,
  forZones?: readonly string[] | null,
  forNodes?: readonly string[] | null,
];

interface Output {
  readonly createUpdateDelete: readonly (readonly number[])[];
  readonly sizes: readonly Readonly<Record<string, readonly number[]>>[];
  readonly error: boolean;
  readonly endpoints: readonly OutputEndpoint[] | null;
  readonly endpointsExact: boolean;
  readonly placementExact: boolean;
  readonly slices: readonly { addressType: string; ids: readonly number[] | null; ports: string }[];
  readonly events?: readonly string[] | null;
}

const COMPARES =
  "creates, updates, deletes, slice sizes, endpoints, placement where exact, events, error";

export const endpointsliceReconcile: Suite<SliceVectorInput, Output> = {
  name: "endpointslice_reconcile",
  about: `one sync of the EndpointSlice controller: ${COMPARES}`,
  fields: ["input.existing", "input.pods", "output.createUpdateDelete"],
  run: judgeSync,
};

export const trafficDistribution: Suite<SliceVectorInput, Output> = {
  name: "traffic_distribution",
  about: `one sync with trafficDistribution or the topology annotation: ${COMPARES}`,
  fields: ["input.existing", "input.pods", "output.createUpdateDelete"],
  run: judgeSync,
};

function judgeSync(given: SliceVectorInput, output: Output): Verdict {
  const input = reconcileInputOf(given);
  const ours = reconcileSlices(input);
  const after = slicesAfter(input.slices, ours);
  const counts = [ours.creates.length, ours.updates.length, ours.deletes.length];
  const found = [
    ...oneOf("createUpdateDelete", output.createUpdateDelete, counts),
    ...oneOf("sizes", output.sizes, sizesOf(after)),
    ...differences(output.error, ours.missingNodes.length > 0, "error"),
    ...differences(
      endpointTexts(output),
      ourEndpointTexts(after, output.endpointsExact),
      "endpoints",
    ),
    ...differences(
      (output.events ?? []).map(eventText(given)),
      ours.events
        .map(({ type, reason, message }) => `${type} ${reason} ${message}`)
        .map(eventText(given)),
      "events",
    ),
  ];
  if (output.placementExact) {
    const expected = output.slices.map(
      ({ addressType, ports, ids }) => `${addressType} ${ports} ${(ids ?? []).join(",")}`,
    );
    found.push(...differences(expected.sort(), after.map(placement).sort(), "slices"));
  }
  return judge(found);
}

/**
 * Address types are visited in the order of a map: with two of them the one event that hints are
 * enabled now may name either.
 */
function eventText({ service }: SliceVectorInput): (event: string) => string {
  const dual = service.ipFamilies.length > 1;
  return (event) =>
    dual && event.includes("TopologyAwareHintsEnabled")
      ? event.replace(/addressType: IPv[46]$/, "addressType: either")
      : event;
}

function oneOf(name: string, outcomes: readonly unknown[], ours: unknown): readonly string[] {
  const found = outcomes.map((outcome) => differences(outcome, ours, name));
  return found.some((list) => list.length === 0) ? [] : (found[0] ?? []);
}

function sizesOf(slices: readonly EndpointSlice[]): Record<string, number[]> {
  const sizes: Record<string, number[]> = {};
  for (const slice of slices) {
    const group = `${slice.addressType} ${portsText(slice)}`;
    sizes[group] ??= [];
    sizes[group].push(slice.endpoints?.length ?? 0);
  }
  for (const list of Object.values(sizes)) list.sort((a, b) => b - a);
  return sizes;
}

function endpointTexts({ endpoints, endpointsExact }: Output): string[] {
  return (endpoints ?? [])
    .map(([family, id, bits, node, zone, forZones, forNodes]) => {
      const facts = [family, id, bits, node ?? "", zone ?? ""];
      return JSON.stringify(endpointsExact ? [...facts, forZones ?? [], forNodes ?? []] : facts);
    })
    .sort();
}

function ourEndpointTexts(slices: readonly EndpointSlice[], withHints: boolean): string[] {
  return slices
    .flatMap((slice) =>
      (slice.endpoints ?? []).map((endpoint) => endpointText(endpoint, slice, withHints)),
    )
    .sort();
}

function placement(slice: EndpointSlice): string {
  const ids = (slice.endpoints ?? []).map(podId).sort((a, b) => a - b);
  return `${slice.addressType} ${portsText(slice)} ${ids.join(",")}`;
}
