import type { BackCheck, BackCheckRow } from "./result.ts";
import { formatAlike, formatEstimate, formatQuantity } from "./words/quantity.ts";

/** A back-check in words, the same in every format; what is off comes first. */
export interface BackCheckInWords {
  readonly head: readonly string[];
  readonly rows: readonly {
    readonly cells: readonly string[];
    readonly verdict: BackCheckRow["verdict"];
  }[];
}

/** Columns of numbers. */
export const BACK_CHECK_NUMBERS: ReadonlySet<number> = new Set([2, 3, 4, 5]);

const ORDER: readonly BackCheckRow["verdict"][] = ["missed", "undecided", "met"];

export function backCheckInWords({ rows }: BackCheck): BackCheckInWords {
  const sorted = ORDER.flatMap((verdict) => rows.filter((row) => row.verdict === verdict));
  return {
    head: ["measure", "of", "observed", "simulated", "95% interval", "ratio", "back-check"],
    rows: sorted.map(({ label, scope, unit, observed, simulated, ratio, verdict, judged }) => {
      const [seen = "", found = ""] = formatAlike([observed, simulated.value], unit);
      const { interval } = formatEstimate(simulated, unit);
      const words = ratio === null ? "–" : formatQuantity(ratio, "ratio");
      return { cells: [label, scope, seen, found, interval, words, judged], verdict };
    }),
  };
}
