import type { MeasuredPhase, MeasuredRun } from "./measured-run.ts";

const NS_PER_MS = 1_000_000;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * When the client asked for what it then saw done (ns from the phase's start), one for each pod
 * event; `undefined` where it only looked on, or where the reason lies in another phase. It reports a
 * pod Ready a start delay after the pod came, and removes it a fixed time after it saw the deletion.
 */
export function asked(
  { podEvents }: MeasuredPhase,
  { params }: MeasuredRun,
): (number | undefined)[] {
  const createdMs = new Map<number, number>();
  const deletedMs = new Map<number, number>();
  return podEvents.map(([ms, kind, id]) => {
    if (kind === "created") createdMs.set(id, ms);
    if (kind === "terminating") deletedMs.set(id, ms);
    if (kind !== "ready" && kind !== "removed") return undefined;
    const sinceMs = (kind === "ready" ? createdMs : deletedMs).get(id);
    if (sinceMs === undefined) return undefined;
    const delayMs = kind === "removed" ? params.terminationMs : startDelayMs(id, params);
    if (delayMs === undefined) return undefined;
    return Math.round(Math.min(sinceMs + delayMs, ms) * NS_PER_MS);
  });
}

/** The rig's rule, read from its runs: a hash (FNV-1a) of the pod's number, over the range of delays. */
function startDelayMs(id: number, { podStartDelayMs }: MeasuredRun["params"]): number | undefined {
  if (podStartDelayMs === undefined) return undefined;
  const [shortest, longest] = podStartDelayMs;
  let hash = FNV_OFFSET;
  for (const character of `s${id}`) hash = Math.imul(hash ^ character.charCodeAt(0), FNV_PRIME);
  return shortest + ((hash >>> 0) % (longest - shortest + 1));
}
