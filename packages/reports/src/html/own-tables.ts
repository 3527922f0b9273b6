import type { Result } from "../result.ts";
import { tablesInWords } from "../result-table.ts";
import { joined, type Markup, markup, nothing } from "../words/markup.ts";
import { name, scrolling, section, table } from "./parts.ts";

/** Tables with more columns than these scroll sideways. */
const MOST_COLUMNS = 7;

/** The tables of a scenario's own. */
export function ownTables(result: Result): Markup {
  const tables = tablesInWords(result).map(({ title, note, head, rows }) => {
    const cells = rows.map((row) =>
      row.map((text, column) => ({ text: name(text), numeric: head[column]?.numeric ?? false })),
    );
    const below = note === "" ? nothing : markup`<p class="small quiet">${note}</p>`;
    const all = table(title, head, cells);
    const shown = head.length > MOST_COLUMNS ? scrolling(title, all) : all;
    return markup`<div class="card">${shown}${below}</div>`;
  });
  return tables.length === 0 ? nothing : section("tables", "In detail", "", joined(tables, "\n"));
}
