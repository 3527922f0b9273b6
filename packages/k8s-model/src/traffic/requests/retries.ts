import type { RandomStream } from "@k8s-netsim/sim-core";
import type { CallEdgePlan, TrafficPlan } from "../plan.ts";
import type { ConnectionPool } from "./connection-pools.ts";
import type { TrafficState } from "./traffic-state.ts";

/** Which failed attempts are tried again, and when. */
export class Retries {
  readonly #streams: readonly (RandomStream | undefined)[];

  constructor(state: TrafficState, plan: TrafficPlan) {
    this.#streams = plan.edges.map(({ name, backoff }) =>
      backoff === undefined ? undefined : state.sim.random(`traffic/backoff/${name}`),
    );
  }

  /** A first attempt fills the caller's bucket. */
  earn({ retryBudget }: CallEdgePlan, pool: ConnectionPool): void {
    if (retryBudget === undefined) return;
    pool.retryTokens = Math.min(retryBudget.burst, pool.retryTokens + retryBudget.ratio);
  }

  /** Takes a token; false: there is none. */
  spend({ retryBudget }: CallEdgePlan, pool: ConnectionPool, nowNs: number): boolean {
    if (retryBudget === undefined) return true;
    const { burst, perSecond } = retryBudget;
    const earned = ((nowNs - pool.refilledAtNs) / 1e9) * perSecond;
    pool.retryTokens = Math.min(burst, pool.retryTokens + earned);
    pool.refilledAtNs = nowNs;
    if (pool.retryTokens < 1) return false;
    pool.retryTokens -= 1;
    return true;
  }

  /** Pause before a retry: full jitter over a bound that doubles from retry to retry, ns. */
  pauseNs({ backoff }: CallEdgePlan, edge: number, retriesSoFar: number): number {
    if (backoff === undefined) return 0;
    let bound: number = backoff.baseNs;
    for (let i = 0; i < retriesSoFar && bound < backoff.maxNs; i++) bound *= 2;
    return (this.#streams[edge] as RandomStream).double() * Math.min(bound, backoff.maxNs);
  }
}
