import type { Change } from "./change.ts";

/** How long the steps of a sync take (ns). */
export interface RunnerTimes {
  /** From taking a key to looking at the caches. */
  lookNs(key: string): number;
  /** From there to the first request: making the plan. */
  planNs(key: string): number;
  /** From a request, once the client's limit has let it through, to the stored version. */
  writeNs(change: Change): number;
  /** From the stored version to the answer in the controller. */
  answerNs(change: Change): number;
}

/** The same times for every key and change; the answer comes with the stored version. */
export function constantTimes(syncNs: number, apiWriteNs: number): RunnerTimes {
  return {
    lookNs: () => syncNs,
    planNs: () => 0,
    writeNs: () => apiWriteNs,
    answerNs: () => 0,
  };
}
