import { asked } from "./asked.ts";
import type { MeasuredPhase, MeasuredRun } from "./measured-run.ts";
import type { HostParameters } from "./parameters.ts";

const NS_PER_MS = 1_000_000;

/**
 * When the machine began to work on each pod event of a phase (ns from its start): before the client
 * saw it done. A ReplicaSet deletes its pods all at once, so a burst of deletions began with its
 * first; the garbage collector, at work where the Deployment is deleted, goes by a few. The client
 * asks for a removal a fixed time after it saw the deletion. Other events began shortly before.
 */
export function workBegins(phase: MeasuredPhase, run: MeasuredRun, host: HostParameters): number[] {
  const askedNs = asked(phase, run);
  let firstNs = 0;
  let lastNs = Number.NEGATIVE_INFINITY;
  return phase.podEvents.map(([ms, kind], index) => {
    const seenNs = Math.round(ms * NS_PER_MS);
    const shortlyBefore = seenNs - host.podLeadNs;
    const removalNs = kind === "removed" ? askedNs[index] : undefined;
    if (removalNs !== undefined) return Math.max(0, removalNs);
    if (kind !== "terminating" || phase.phase === "deleteAll") return Math.max(0, shortlyBefore);
    if (seenNs - lastNs > host.burstGapNs) firstNs = seenNs;
    lastNs = seenNs;
    return Math.max(0, Math.max(firstNs, seenNs - host.burstLeadNs) - host.podLeadNs);
  });
}
