/** A cell of a notebook in jupytext's percent format. */
export interface Cell {
  readonly kind: "markdown" | "code";
  readonly source: string;
  /** Line of the `// %%` marker, counted from one. */
  readonly line: number;
}

/** What is wrong with a notebook, with the place. */
export class NotebookError extends Error {
  constructor(file: string, line: number, message: string) {
    super(`${file}:${line}: ${message}`);
    this.name = "NotebookError";
  }
}

const marker = /^\/\/ %%(?: \[(markdown)\])?\s*$/;

/**
 * Splits a notebook into its cells. Every line belongs to one: nothing but empty lines may stand
 * before the first marker.
 *
 * @throws NotebookError where code stands before the first marker, or in a cell of Markdown.
 */
export function parseNotebook(file: string, text: string): readonly Cell[] {
  const cells: { kind: Cell["kind"]; lines: string[]; line: number }[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const start = marker.exec(line);
    const cell = cells.at(-1);
    if (start !== null) {
      cells.push({
        kind: start[1] === "markdown" ? "markdown" : "code",
        lines: [],
        line: index + 1,
      });
    } else if (cell !== undefined) {
      cell.lines.push(cell.kind === "markdown" ? uncommented(file, index + 1, line) : line);
    } else if (line.trim() !== "") {
      throw new NotebookError(file, index + 1, "Text before the first cell: start it with // %%.");
    }
  }
  return cells.map(({ kind, lines, line }) => ({ kind, line, source: trimmed(lines) }));
}

function uncommented(file: string, number: number, line: string): string {
  if (line.trim() === "") return "";
  if (!line.startsWith("//")) {
    throw new NotebookError(file, number, "Code in a cell of Markdown: start a cell with // %%.");
  }
  return line.replace(/^\/\/ ?/, "");
}

function trimmed(lines: readonly string[]): string {
  return lines.join("\n").replace(/^\n+|\s+$/g, "");
}

/**
 * The notebook as a program that says which cell it is in: each marker becomes a call on its own
 * line, so that every line keeps its number and errors point into the notebook.
 */
export function instrument(text: string, runtime: string): string {
  let cell = -1;
  const lines = text.split("\n").map((line) => {
    const start = marker.exec(line);
    if (start === null) return line;
    cell += 1;
    return start[1] === "markdown" ? line : `startNotebookCell(${cell}); ${line}`;
  });
  const load = `import { startCell as startNotebookCell } from ${JSON.stringify(runtime)};`;
  return `${load} ${lines.join("\n")}`;
}
