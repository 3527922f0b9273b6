import { BACK_CHECK_NUMBERS, backCheckInWords } from "../back-check-table.ts";
import type { Result } from "../result.ts";
import { type Markup, markup, nothing } from "../words/markup.ts";
import { name, section, wideTable } from "./parts.ts";

const CHIPS = { met: "better", missed: "worse", undecided: "unclear" } as const;

/** Today's numbers beside those that were observed; before anything that rests on them. */
export function backCheck({ backCheck: check }: Result): Markup {
  if (check === undefined) return nothing;
  const { head, rows } = backCheckInWords(check);
  const cells = rows.map(({ cells: row, verdict }) =>
    row.map((text, column) => {
      if (column === row.length - 1) {
        return { text: markup`<span class="chip ${CHIPS[verdict]}">${text}</span>` };
      }
      return { text: name(text), numeric: BACK_CHECK_NUMBERS.has(column) };
    }),
  );
  const heads = head.map((label, column) => ({ label, numeric: BACK_CHECK_NUMBERS.has(column) }));
  const table = wideTable("Observed today, and simulated as it is", heads, cells);
  return section(
    "back-check",
    "Back-check",
    check.sentence,
    markup`<div class="card">${table}</div>`,
  );
}
