import type { PhaseReport } from "./phase-meter.ts";

/** Waiting beyond this is more than a burst (ns). */
const BACKLOG_NS = 10_000_000_000;

/** What a reader must know before believing the numbers. */
export function churnWarnings(
  phases: readonly PhaseReport[],
  longestWaitNs: number,
): readonly string[] {
  const refused = phases.reduce((count, { refusedWrites }) => count + refusedWrites, 0);
  return [
    ...(longestWaitNs > BACKLOG_NS
      ? [
          `Events waited up to ${Math.round(longestWaitNs / 1e9)} s for the API servers' links. ` +
            "Real API servers drop watchers that far behind, who then list everything again: " +
            "the bytes shown are what would have to be sent.",
        ]
      : []),
    ...(refused > 0
      ? [
          `etcd refused ${refused} writes because the object was larger than 1.5 MiB: ` +
            "until it shrinks the nodes keep what they had.",
        ]
      : []),
  ];
}
