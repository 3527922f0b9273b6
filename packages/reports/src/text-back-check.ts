import { backCheckInWords } from "./back-check-table.ts";
import type { Result } from "./result.ts";
import { aligned, wrap } from "./words/layout.ts";
import { visible } from "./words/visible.ts";

type Verdict = "met" | "missed" | "undecided";

/** A line for a terminal, and the verdict whose colour it has; none for what stays quiet. */
export interface JudgedLine {
  readonly text: string;
  readonly verdict?: Verdict;
}

const MOST_ROWS = 24;
const MARKS: Readonly<Record<Verdict, string>> = { met: "✔", missed: "✘", undecided: "?" };

/** Today beside what was observed: the sentence, then the table, what is off first. */
export function backCheckLines({ backCheck }: Result, width: number): readonly JudgedLine[] {
  if (backCheck === undefined) return [];
  const { sentence, verdict } = backCheck;
  const { head, rows } = backCheckInWords(backCheck);
  const shown = rows.slice(0, MOST_ROWS);
  // The verdict leads: what is behind the numbers lines up to their right.
  const cells = [head, ...shown.map((row) => row.cells)].map((row) => {
    const [measure = "", scope = "", ...numbers] = row;
    return [`${measure}${scope === "all" || scope === "of" ? "" : ` ${scope}`}`, ...numbers].map(
      (cell) => visible(cell),
    );
  });
  const marked = cells.map(([first = "", ...others], index) => {
    const row = shown[index - 1];
    return [row === undefined ? `  ${first}` : `${MARKS[row.verdict]} ${first}`, ...others];
  });
  const [first = "", ...lines] = aligned(marked);
  const more = rows.length - shown.length;
  return [
    ...wrap(`Back-check: ${sentence}`, width).map((text) => ({ text, verdict })),
    { text: first },
    ...lines.map((text, index) => {
      const judged = shown[index]?.verdict;
      return judged === "missed" ? { text, verdict: judged } : { text };
    }),
    ...(more > 0 ? [{ text: `  … and ${more} more rows in the report` }] : []),
  ];
}
