import type { Endpoint, EndpointSlice } from "../../api/index.ts";
import { sameLabels } from "../endpoint-slice/labels.ts";

/** Whether a slice already says what a newly made one would. */
export function sameMirror(present: EndpointSlice, made: EndpointSlice): boolean {
  return (
    sameLabels(present.metadata.labels, made.metadata.labels) &&
    sameLabels(present.metadata.annotations, made.metadata.annotations) &&
    sameEndpointSets(present.endpoints ?? [], made.endpoints ?? [])
  );
}

/** The order of endpoints does not matter. */
function sameEndpointSets(a: readonly Endpoint[], b: readonly Endpoint[]): boolean {
  if (a.length !== b.length) return false;
  const texts = new Set(a.map(endpointText));
  return b.every((endpoint) => texts.has(endpointText(endpoint)));
}

function endpointText({ addresses, conditions, hostname, nodeName, targetRef }: Endpoint): string {
  const { kind, namespace, name, uid } = targetRef ?? {};
  const ready = conditions?.ready ?? null;
  return JSON.stringify([addresses, ready, hostname, nodeName, kind, namespace, name, uid]);
}
