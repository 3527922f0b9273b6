import { EVERYTHING } from "../measures/measure.ts";
import { type BackCheck, type BackCheckRow, SAME_SHARE } from "./back-check.ts";
import type { Subject } from "./quantity.ts";

const SUBJECTS: readonly { readonly id: Subject; readonly words: string }[] = [
  { id: "bytes", words: "Bytes and cost between zones" },
  { id: "load", words: "Requests and their spread" },
  { id: "clients", words: "Latency and failures" },
];

/**
 * Whether today's numbers are met, and how far the answer may thus be trusted: a sentence for all, and
 * one for each thing that the answer is about.
 */
export function backCheckSentence({ rows, misfit }: BackCheck): string {
  const met = rows.filter(({ verdict }) => verdict === "met").length;
  const all =
    rows.length === 1 ? "The one observed number" : `${met} of ${rows.length} observed numbers`;
  const are = rows.length === 1 ? (met === 1 ? "is" : "is not") : met === 1 ? "is" : "are";
  const told = SUBJECTS.flatMap(({ id, words }) => {
    const own = rows.filter(({ quantity }) => quantity.subject === id);
    return own.length === 0 ? [] : [trustIn(words, own)];
  });
  return `${all} ${are} met by the simulation of today, within ${percent(misfit)} allowed. ${told.join(" ")}`;
}

function trustIn(words: string, rows: readonly BackCheckRow[]): string {
  const worst = worstOf(rows);
  const by = worst.ratio === undefined ? "" : ` by up to ${percent(Math.abs(worst.ratio - 1))}`;
  if (rows.some(({ verdict }) => verdict === "off" || verdict === "unknown")) {
    return `${words} are off${by} (${nameOf(worst)}): do not trust what the answer says of them before that is explained.`;
  }
  if (rows.some(({ verdict }) => verdict === "undecided")) {
    return `${words}: intervals are wider than that; more replications or longer runs would tell.`;
  }
  const close = percent(Math.max(...rows.map((row) => Math.max(distanceOf(row), halfWidth(row)))));
  return `${words} are met within ${close}: the change in them may be trusted about as far.`;
}

/** The row that is furthest off; one that the simulation lacks is further than any. */
function worstOf(rows: readonly BackCheckRow[]): BackCheckRow {
  return rows.reduce((so, row) => (distanceOf(row) > distanceOf(so) ? row : so));
}

/** Shares that are nearly nothing are as good as the same, however far apart as ratios. */
function distanceOf({ ratio, verdict, quantity, isInside }: BackCheckRow): number {
  if (ratio === undefined) return Number.POSITIVE_INFINITY;
  const isTiny = verdict === "met" && quantity.dimension === "share" && !isInside;
  return isTiny ? Math.min(Math.abs(ratio - 1), SAME_SHARE) : Math.abs(ratio - 1);
}

/** Half the width of the interval over what was observed: closer than chance nothing is known. */
function halfWidth({ simulated, observed, quantity }: BackCheckRow): number {
  if (simulated === undefined || quantity.dimension === "share") return 0;
  const half = (simulated.high - simulated.low) / 2 / observed;
  return Number.isFinite(half) ? half : 0;
}

/** The same in a line: how many are met, and which is furthest off. */
export function backCheckReason({ rows }: BackCheck): string {
  const met = rows.filter(({ verdict }) => verdict === "met").length;
  const off = rows.filter(({ verdict }) => verdict === "off" || verdict === "unknown");
  const count = `${met} of ${rows.length} observed numbers ${met === 1 ? "is" : "are"} met`;
  if (off.length === 0) return `${count}.`;
  const worst = worstOf(off);
  const by = worst.ratio === undefined ? "" : `, by ${percent(Math.abs(worst.ratio - 1))}`;
  return `${count}; furthest off is ${nameOf(worst)}${by}.`;
}

/** One row in words: what was found. */
export function rowInWords(
  { verdict, ratio, isInside, simulated, observed }: BackCheckRow,
  misfit: number,
): string {
  if (verdict === "unknown") return "not simulated: nothing of the kind happened";
  if (verdict === "undecided") return `inside an interval wider than ${percent(misfit)}`;
  if (isInside) return "inside the interval";
  if (ratio === undefined) return "off: nothing was observed";
  if (verdict === "met" && Math.abs(ratio - 1) > misfit) {
    return `off by ${percent(Math.abs((simulated?.mean ?? 0) - observed))} of all, as allowed`;
  }
  const by = `off by ${ratio > 1 ? "+" : "−"}${percent(Math.abs(ratio - 1))}`;
  return verdict === "met" ? `${by}, as allowed` : by;
}

function nameOf({ quantity, scope }: BackCheckRow): string {
  return scope === EVERYTHING ? quantity.label : `${quantity.label} of ${scope}`;
}

/** `20%`, `0.4%`. */
function percent(share: number): string {
  const value = share * 100;
  const digits = value >= 10 || value === 0 ? 0 : value >= 1 ? 1 : 2;
  return `${value.toFixed(digits).replace(/\.0+$/, "")}%`;
}
