/** How a load balancer finds out whether a target works. */
export interface HealthCheck {
  readonly intervalNs: number;
  /** Checks in a row that bring an unhealthy target back. */
  readonly healthyThreshold: number;
  /** Checks in a row that take a healthy target out. */
  readonly unhealthyThreshold: number;
  /** A check without an answer counts as failed after so long. */
  readonly timeoutNs: number;
}

export type TargetState = "initial" | "healthy" | "unhealthy";

/**
 * What a balancer thinks of one target. A new target needs one check that passes; a healthy one falls
 * after `unhealthyThreshold` failures in a row, and comes back after `healthyThreshold` passes.
 */
export class TargetHealth {
  readonly #check: HealthCheck;
  #state: TargetState;
  /** Results in a row that speak against the state. */
  #against = 0;

  constructor(check: HealthCheck, state: TargetState = "initial") {
    this.#check = check;
    this.#state = state;
  }

  get state(): TargetState {
    return this.#state;
  }

  /** Takes the result of one check in; true where the state changed. */
  checked(passed: boolean): boolean {
    if (passed === (this.#state === "healthy")) {
      this.#against = 0;
      return false;
    }
    this.#against += 1;
    if (this.#against < this.#needed(passed)) return false;
    this.#against = 0;
    this.#state = passed ? "healthy" : "unhealthy";
    return true;
  }

  #needed(passed: boolean): number {
    if (this.#state === "initial" && passed) return 1;
    return passed ? this.#check.healthyThreshold : this.#check.unhealthyThreshold;
  }
}

/**
 * The longest time (ns) from a target's failure until the balancer sends it no new connection: the
 * failure falls just after a check, and the last of the failing checks gets no answer.
 */
export function longestUnnoticedNs(check: HealthCheck): number {
  return check.intervalNs * check.unhealthyThreshold + check.timeoutNs;
}
