import { ExactNs, ProgrammingLatency } from "./network-programming.ts";

/** What the proxies' runs came to. */
export interface RunTotals {
  readonly latency: ProgrammingLatency;
  /** Time that endpoints stood in nodes' rules after they stopped answering, over all nodes. */
  readonly staleEndpoints: ExactNs;
  runs: number;
  fullRuns: number;
  failedRuns: number;
}

/** One run of one proxy that put a view in force; times in ns, positions in the two sub-logs. */
export interface ProxySync {
  readonly node: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly services: number;
  readonly slices: number;
}

export function noRuns(): RunTotals {
  return {
    latency: new ProgrammingLatency(),
    staleEndpoints: new ExactNs(),
    runs: 0,
    fullRuns: 0,
    failedRuns: 0,
  };
}
