import { standaloneSvg } from "@k8s-netsim/reports";
import { asText, type Output } from "../../notebooks/runtime/display.ts";
import type { ExecutedCell } from "./run-notebook.ts";

/** Files that a notebook is rendered to, by name, all in one folder. */
export type Rendered = ReadonlyMap<string, string>;

type Figure = Extract<Output, { kind: "figure" }>;
type Table = Extract<Output, { kind: "table" }>;

/** `NAME.md` with `NAME-1.svg`, `NAME-2.svg`… beside it, and `NAME.ipynb`. */
export function renderNotebook(name: string, cells: readonly ExecutedCell[]): Rendered {
  const files = new Map<string, string>();
  const names = new Map<Output, string>();
  for (const output of cells.flatMap(({ outputs }) => outputs)) {
    if (output.kind !== "figure") continue;
    const file = `${name}-${names.size + 1}.svg`;
    names.set(output, file);
    files.set(file, standaloneSvg(output.svg));
  }
  files.set(`${name}.md`, markdown(name, cells, names));
  files.set(`${name}.ipynb`, jupyter(name, cells));
  return files;
}

function markdown(
  name: string,
  cells: readonly ExecutedCell[],
  figures: ReadonlyMap<Output, string>,
): string {
  const origin = `<!-- Written by \`npm run notebooks\` from notebooks/${name}.ts: edit that. -->`;
  const parts = cells.flatMap((cell) =>
    cell.kind === "markdown"
      ? [cell.source]
      : [fenced("ts", cell.source), ...cell.outputs.map((one) => markdownOutput(one, figures))],
  );
  return `${[origin, ...parts].join("\n\n")}\n`;
}

function markdownOutput(output: Output, figures: ReadonlyMap<Output, string>): string {
  if (output.kind === "text") return fenced("text", output.text);
  if (output.kind === "table") return markdownTable(output);
  return `![${markdownCell(output.caption)}](${figures.get(output)})`;
}

function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function markdownTable({ columns, rows }: Table): string {
  const rule = columns.map((_, index) => (isNumeric(rows, index) ? "---:" : "---"));
  return [columns, rule, ...rows]
    .map((row) => `| ${row.map((cell) => markdownCell(String(cell))).join(" | ")} |`)
    .join("\n");
}

function markdownCell(text: string): string {
  return text.replace(/[\\|[\]<*_`]/g, "\\$&").replace(/\s+/g, " ");
}

function isNumeric(rows: Table["rows"], column: number): boolean {
  return rows.every((row) => typeof row[column] === "number");
}

/** The notebook as Jupyter's format 4.5. Cell ids are their numbers: the same each time. */
function jupyter(name: string, cells: readonly ExecutedCell[]): string {
  let executed = 0;
  const content = cells.map((cell, index) => {
    const common = {
      id: `${name}-${index + 1}`.slice(-64),
      metadata: {},
      source: lines(cell.source),
    };
    if (cell.kind === "markdown") return { cell_type: "markdown", ...common };
    executed += 1;
    const outputs = cell.outputs.map(jupyterOutput);
    return { cell_type: "code", execution_count: executed, ...common, outputs };
  });
  const metadata = {
    kernelspec: { display_name: "TypeScript", language: "typescript", name: "tslab" },
    language_info: { file_extension: ".ts", mimetype: "text/typescript", name: "typescript" },
  };
  return `${JSON.stringify({ cells: content, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

function jupyterOutput(output: Output): object {
  if (output.kind === "text") {
    return { output_type: "stream", name: "stdout", text: lines(`${output.text}\n`) };
  }
  const rich =
    output.kind === "figure"
      ? { "image/svg+xml": lines(jupyterFigure(output)) }
      : { "text/html": lines(htmlTable(output)) };
  const data = { ...rich, "text/plain": lines(asText(output)) };
  return { output_type: "display_data", metadata: {}, data };
}

function jupyterFigure({ svg }: Figure): string {
  return standaloneSvg(svg).trimEnd();
}

function htmlTable({ columns, rows }: Table): string {
  const row = (tag: string, cells: Table["rows"][number]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(String(cell))}</${tag}>`).join("")}</tr>`;
  return [
    "<table>",
    `<thead>${row("th", columns)}</thead>`,
    `<tbody>${rows.map((cells) => row("td", cells)).join("\n")}</tbody>`,
    "</table>",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function lines(text: string): readonly string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}
