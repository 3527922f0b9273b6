import type { Flow } from "../../data-plane/index.ts";
import type { TracedCluster } from "./traced-cluster.ts";

/** Index of the pod that a flow's first node sent it to, whether or not it was there; -1 of none. */
export function chosenPod(traced: TracedCluster, flow: Flow | undefined): number {
  const [entry] = (flow?.events ?? []).filter(({ event }) => event.kind === "NEW");
  const translated = entry === undefined ? -1 : traced.podAt(entry.event.connection.reply.source);
  if (translated >= 0) return translated;
  const first = flow?.sightings[0]?.frame.packet.destination;
  return first === undefined ? -1 : traced.podAt(first);
}

/** Its name. */
export function answererOf(traced: TracedCluster, flow: Flow | undefined): string | undefined {
  return traced.cluster.pods.at(chosenPod(traced, flow))?.key;
}
