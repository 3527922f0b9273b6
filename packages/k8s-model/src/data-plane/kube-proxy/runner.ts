import { invariant } from "@k8s-netsim/sim-core";

/**
 * When kube-proxy's runner may run (ns), release 1.36: there is no burst any more.
 *
 * iptables and nftables: `minSyncPeriod`, `syncPeriod` as the retry, a forced run every hour. ipvs:
 * `syncPeriod` for both.
 */
export interface RunnerPeriods {
  /** From the end of a run to the start of the next. */
  readonly minIntervalNs: number;
  /** From the end of a failed run to the next one at the latest. */
  readonly retryIntervalNs: number;
  /** From the end of a run, or from the start of the runner, to the next run at the latest. */
  readonly maxIntervalNs: number;
}

const S = 1_000_000_000;

/** The periods of a proxy mode from kube-proxy's own settings. */
export function runnerPeriods(
  mode: "iptables" | "nftables" | "ipvs",
  minSyncPeriodNs: number = 1 * S,
  syncPeriodNs: number = 30 * S,
): RunnerPeriods {
  return {
    minIntervalNs: minSyncPeriodNs,
    retryIntervalNs: syncPeriodNs,
    maxIntervalNs: mode === "ipvs" ? syncPeriodNs : 3_600 * S,
  };
}

/**
 * When the next run starts: at the first call or when the timer is due, whatever comes first, but
 * only after the pause that follows a run. Calls during a run or a pause are one call.
 */
export function nextRunNs(firstCallNs: number, timerNs: number, pauseEndNs: number): number {
  return Math.max(pauseEndNs, Math.min(firstCallNs, timerNs));
}

/** When the timer is due that is armed anew at the end of a run. */
export function timerAfterRunNs(endNs: number, failed: boolean, periods: RunnerPeriods): number {
  const { retryIntervalNs, maxIntervalNs } = periods;
  return endNs + (failed ? Math.min(retryIntervalNs, maxIntervalNs) : maxIntervalNs);
}

/** A runner's life: started at 0, called at certain times, working so long. Times in ns. */
export interface RunnerLife {
  readonly periods: RunnerPeriods;
  /** Ascending. */
  readonly callsNs: readonly number[];
  readonly workNs: number;
  /** Whether the n-th run, counted from 0, returns an error. */
  readonly fails: (run: number) => boolean;
  readonly untilNs: number;
}

/**
 * The starts of all runs until a time. Where a call and the timer fall on one instant the real
 * runner takes either: here a call that has waited through a pause goes with the timer's run, and
 * one made at that instant comes after it.
 */
export function runStartsNs({ periods, callsNs, workNs, fails, untilNs }: RunnerLife): number[] {
  const starts: number[] = [];
  let heard = 0;
  let timerNs = periods.maxIntervalNs;
  let pauseEndNs = 0;
  for (;;) {
    const firstNs = callsNs[heard] ?? Number.POSITIVE_INFINITY;
    const startNs = nextRunNs(firstNs, timerNs, pauseEndNs);
    if (!(startNs <= untilNs)) return starts;
    if (firstNs === startNs && timerNs > startNs) heard++;
    else while ((callsNs[heard] ?? startNs) < startNs) heard++;
    const endNs = startNs + workNs;
    timerNs = timerAfterRunNs(endNs, fails(starts.length), periods);
    pauseEndNs = endNs + periods.minIntervalNs;
    invariant(
      Math.max(timerNs, pauseEndNs) > startNs,
      "a runner's next run is later than this one",
    );
    starts.push(startNs);
  }
}
