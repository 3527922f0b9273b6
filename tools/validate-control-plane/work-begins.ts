import type { MeasuredPhase, MeasuredRun } from "./measured-run.ts";
import type { HostParameters } from "./parameters.ts";

const NS_PER_MS = 1_000_000;

/**
 * When the machine began to work on each pod event of a phase (ns from its start): before the client
 * saw it done. A ReplicaSet deletes its pods all at once, so a burst of deletions began with its
 * first; the garbage collector, at work where the Deployment is deleted, goes by a few. The client
 * asks for a removal a fixed time after it saw the deletion. Other events began shortly before.
 */
export function workBegins(
  { phase, podEvents }: MeasuredPhase,
  { params }: MeasuredRun,
  host: HostParameters,
): number[] {
  const terminatingNs = new Map<number, number>();
  let firstNs = 0;
  let lastNs = Number.NEGATIVE_INFINITY;
  return podEvents.map(([ms, kind, id]) => {
    const seenNs = Math.round(ms * NS_PER_MS);
    const shortlyBefore = seenNs - host.podLeadNs;
    const deletedNs = terminatingNs.get(id);
    if (kind === "terminating") terminatingNs.set(id, seenNs);
    if (kind === "removed" && deletedNs !== undefined) {
      const askedNs = deletedNs + params.terminationMs * NS_PER_MS;
      return Math.max(0, Math.min(askedNs, seenNs));
    }
    if (kind !== "terminating" || phase === "deleteAll") return Math.max(0, shortlyBefore);
    if (seenNs - lastNs > host.burstGapNs) firstNs = seenNs;
    lastNs = seenNs;
    return Math.max(0, Math.max(firstNs, seenNs - host.burstLeadNs) - host.podLeadNs);
  });
}
