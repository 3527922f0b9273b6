import type { Result } from "../result.ts";
import { tablesInWords } from "../result-table.ts";
import { joined, type Markup, markup, nothing } from "../words/markup.ts";
import { name, section, wideTable } from "./parts.ts";

/** The tables of a scenario's own. */
export function ownTables(result: Result): Markup {
  const tables = tablesInWords(result).map(({ title, note, head, rows }) => {
    const cells = rows.map((row) =>
      row.map((text, column) => ({ text: name(text), numeric: head[column]?.numeric ?? false })),
    );
    const below = note === "" ? nothing : markup`<p class="small quiet">${note}</p>`;
    return markup`<div class="card">${wideTable(title, head, cells)}${below}</div>`;
  });
  return tables.length === 0 ? nothing : section("tables", "In detail", "", joined(tables, "\n"));
}
