/** What a notebook can show below a cell. */
export type Output =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "table";
      readonly columns: readonly string[];
      readonly rows: readonly (readonly (string | number)[])[];
    }
  | { readonly kind: "figure"; readonly svg: string; readonly caption: string };

/** Where outputs go: to the terminal, until whoever renders a notebook takes them. */
export interface Recorder {
  startCell(cell: number): void;
  output(output: Output): void;
}

const terminal: Recorder = {
  startCell: () => {},
  output: (output) => console.log(asText(output)),
};

let recorder: Recorder = terminal;

/** Sends outputs to `next`; to the terminal again where nothing is given. */
export function recordWith(next: Recorder = terminal): void {
  recorder = next;
}

/** Says that the outputs that follow belong to this cell; the renderer writes the calls. */
export function startCell(cell: number): void {
  recorder.startCell(cell);
}

/** Shows something below the cell: a line of text, a `table(…)` or a `figure(…)`. */
export function display(output: string | number | Output): void {
  const isPlain = typeof output === "string" || typeof output === "number";
  recorder.output(isPlain ? { kind: "text", text: String(output) } : output);
}

/** A table with a column for each key of the first row; numbers are set to the right. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): Output {
  const columns = Object.keys(rows[0] ?? {});
  return {
    kind: "table",
    columns,
    rows: rows.map((row) => columns.map((column) => row[column] ?? "")),
  };
}

/** A figure as SVG text, with what it shows in a sentence. */
export function figure(svg: string, caption: string): Output {
  return { kind: "figure", svg, caption };
}

/** An output as plain text, for terminals and for readers without tables or figures. */
export function asText(output: Output): string {
  if (output.kind === "text") return output.text;
  if (output.kind === "figure") return `[figure: ${output.caption}]`;
  const rows = [output.columns, ...output.rows].map((row) => row.map(String));
  const widths = output.columns.map((_, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}
