import { type Interval, meanInterval } from "@k8s-netsim/sim-core";
import type { MeasureComparison } from "../measures/comparison.ts";
import { EVERYTHING } from "../measures/measure.ts";
import type { RunAmounts } from "../measures/run-amounts.ts";
import type { WhatIfAnswer } from "../what-if/answer.ts";
import type { ObservedNumber } from "./observed-number.ts";
import type { Quantity } from "./quantity.ts";

/**
 * One observed number beside the simulated one. `met`: the observed one lies inside the interval of
 * the simulated one, or that is off by no more than the misfit allowed; `undecided`: it lies inside an
 * interval that is wider than that; `off`: neither; `unknown`: the simulation does not give it.
 */
export interface BackCheckRow {
  readonly quantity: Quantity;
  readonly scope: string;
  readonly observed: number;
  readonly simulated: Interval | undefined;
  /** Simulated over observed; absent where nothing was observed or simulated. */
  readonly ratio: number | undefined;
  readonly verdict: "met" | "off" | "undecided" | "unknown";
  /** Whether the observed number lies inside the interval. */
  readonly isInside: boolean;
}

export interface BackCheck {
  readonly rows: readonly BackCheckRow[];
  /** Largest |simulated / observed − 1| that is met. */
  readonly misfit: number;
  readonly verdict: "met" | "off" | "undecided";
}

/** Shares so close are the same to whoever observes them. */
export const SAME_SHARE = 0.01;

export interface BackCheckOptions {
  readonly misfit: number;
  /** Length of the measured window, seconds. */
  readonly windowSeconds: number;
}

/** Compares the cluster as it is simulated with numbers observed in the real one. */
export function backCheck(
  answer: Pick<WhatIfAnswer, "before" | "comparisons">,
  numbers: readonly ObservedNumber[],
  { misfit, windowSeconds }: BackCheckOptions,
): BackCheck {
  const { totals } = answer.before;
  const simulated = new Simulated(answer.comparisons, totals.runs, totals.zones, windowSeconds);
  const rows = numbers.map(({ quantity, scope, value }) =>
    rowOf(quantity, scope, value, simulated.of(quantity, scope), misfit),
  );
  const has = (verdict: BackCheckRow["verdict"]): boolean =>
    rows.some((row) => row.verdict === verdict);
  const verdict = has("off") || has("unknown") ? "off" : has("undecided") ? "undecided" : "met";
  return { rows, misfit, verdict };
}

function rowOf(
  quantity: Quantity,
  scope: string,
  observed: number,
  simulated: Interval | undefined,
  misfit: number,
): BackCheckRow {
  const row = { quantity, scope, observed, simulated };
  if (simulated === undefined) {
    return { ...row, ratio: undefined, verdict: "unknown", isInside: false };
  }
  const { mean, low, high } = simulated;
  const ratio = observed === 0 ? (mean === 0 ? 1 : undefined) : mean / observed;
  const isInside = low <= observed && observed <= high;
  const allowed = Math.max(misfit * observed, quantity.dimension === "share" ? SAME_SHARE : 0);
  const isNear = Math.abs(mean - observed) <= allowed;
  const isWide = (high - low) / 2 > allowed;
  const verdict = isInside ? (isWide ? "undecided" : "met") : isNear ? "met" : "off";
  return { ...row, ratio, verdict, isInside };
}

/** Numbers of the simulated cluster as it is, with intervals over the runs. */
class Simulated {
  readonly #comparisons: ReadonlyMap<string, Interval | undefined>;
  readonly #runs: readonly RunAmounts[];
  readonly #zones: readonly string[];
  readonly #windowSeconds: number;

  constructor(
    comparisons: readonly MeasureComparison[],
    runs: readonly RunAmounts[],
    zones: readonly string[],
    windowSeconds: number,
  ) {
    this.#comparisons = new Map(
      comparisons.map(({ measure, scope, before }) => [`${measure} ${scope}`, before]),
    );
    this.#runs = runs;
    this.#zones = zones;
    this.#windowSeconds = windowSeconds;
  }

  of({ id }: Quantity, scope: string): Interval | undefined {
    switch (id) {
      case "requests":
        return this.#rate(({ requests, byService }) =>
          scope === EVERYTHING ? requests : byService.get(scope)?.calls,
        );
      case "bytes":
      case "crossZoneBytes":
        return this.#rate(({ byService }) => {
          if (scope !== EVERYTHING) return byService.get(scope)?.[id];
          return [...byService.values()].reduce((so, each) => so + each[id], 0);
        });
      case "zonePairBytes": {
        const [from = "", to = ""] = scope.split("->");
        const pair = this.#zones.indexOf(from) * this.#zones.length + this.#zones.indexOf(to);
        return this.#rate(({ bytesByZonePair }) => bytesByZonePair[pair]);
      }
      default:
        return this.#comparisons.get(`${id} ${scope}`);
    }
  }

  #rate(amount: (run: RunAmounts) => number | undefined): Interval | undefined {
    const rates = this.#runs.map((run) => amount(run));
    if (rates.length === 0 || rates.includes(undefined)) return undefined;
    return meanInterval((rates as number[]).map((each) => each / this.#windowSeconds));
  }
}
