import type { Result, ResultTable } from "./result.ts";
import { formatQuantity } from "./words/quantity.ts";

/** A table of the result in words, the same in every format. */
export interface TableInWords {
  readonly title: string;
  readonly note: string;
  readonly head: readonly { readonly label: string; readonly numeric: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

/** What all configurations come to together, or what is told of them one by one. */
export type TablePart = "summary" | "detail";

/** The result's own tables; where several configurations have one, each says whose it is. */
export function tablesInWords(
  { tables = [], configurations }: Result,
  part: TablePart,
): readonly TableInWords[] {
  const wanted = tables.filter(({ summary = false }) => summary === (part === "summary"));
  return wanted.map((table) => {
    const whose =
      configurations.length > 1
        ? configurations.find(({ id }) => id === table.configuration)?.label
        : undefined;
    return {
      title: whose === undefined ? table.title : `${table.title}: ${whose}`,
      note: table.note ?? "",
      head: table.columns.map(({ label }, column) => ({
        label,
        numeric: isNumeric(table, column),
      })),
      rows: table.rows.map((row) =>
        row.map((cell, column) =>
          typeof cell === "string"
            ? cell
            : formatQuantity(cell, table.columns[column]?.unit ?? "count"),
        ),
      ),
    };
  });
}

function isNumeric({ rows }: ResultTable, column: number): boolean {
  return rows.some((row) => typeof row[column] === "number");
}
