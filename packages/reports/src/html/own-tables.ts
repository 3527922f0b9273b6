import type { Result } from "../result.ts";
import { type TablePart, tablesInWords } from "../result-table.ts";
import { joined, type Markup, markup, nothing } from "../words/markup.ts";
import { name, section, tableCard, wideTable } from "./parts.ts";

/** The tables of a scenario's own. */
export function ownTables(result: Result, part: TablePart): Markup {
  const tables = tablesInWords(result, part).map(({ title, note, head, rows }) => {
    const cells = rows.map((row) =>
      row.map((text, column) => ({ text: name(text), numeric: head[column]?.numeric ?? false })),
    );
    const below = note === "" ? nothing : markup`<p class="small quiet">${note}</p>`;
    return tableCard(title, rows.length, markup`${wideTable(title, head, cells)}${below}`);
  });
  if (tables.length === 0) return nothing;
  const [id, title] = part === "summary" ? ["summary", "In short"] : ["tables", "In detail"];
  return section(id, title, "", joined(tables, "\n"));
}
