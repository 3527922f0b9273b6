import type { Diagnostic } from "../manifests/diagnostic.ts";

/** One field of a CSV file, without its quotes, and where it begins; both count from 1. */
export interface CsvCell {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface CsvFile {
  /** Rows that hold something, comments (`#` at the start of a line) left out. */
  readonly rows: readonly (readonly CsvCell[])[];
  readonly diagnostics: readonly Diagnostic[];
}

const SEPARATORS = [",", ";", "\t"] as const;
const BYTE_ORDER_MARK = "\ufeff";

/**
 * Reads comma-separated values after RFC 4180: quoted fields may hold separators, line breaks and
 * doubled quotes; lines end with LF, CR LF or CR. Beyond the RFC: a byte order mark is skipped, a
 * file whose first row has semicolons or tabs and no comma is separated by those, as spreadsheets
 * write it, lines that begin with `#` are comments, and spaces around a field without quotes go.
 *
 * @param maxRows reading ends there
 */
export function readCsv(
  file: string,
  text: string,
  maxRows: number = Number.POSITIVE_INFINITY,
): CsvFile {
  const rows: (readonly CsvCell[])[] = [];
  const diagnostics: Diagnostic[] = [];
  const reader = new CsvReader(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  try {
    for (let row = reader.row(); row !== undefined && rows.length < maxRows; row = reader.row()) {
      if (row.length > 1 || row[0]?.text.trim() !== "") rows.push(row);
    }
  } catch (problem) {
    if (!(problem instanceof CsvProblem)) throw problem;
    const { message, remedy, line, column } = problem;
    const at = { file, line, column };
    diagnostics.push({ code: "csv-syntax", severity: "error", message, remedy, at });
  }
  return { rows, diagnostics };
}

class CsvProblem extends Error {
  readonly remedy: string;
  readonly line: number;
  readonly column: number;

  constructor(message: string, remedy: string, line: number, column: number) {
    super(message);
    this.remedy = remedy;
    this.line = line;
    this.column = column;
  }
}

/** Where a file stands: the next character, and the line that it is in. */
class CsvReader {
  readonly #text: string;
  readonly #separator: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
    this.#skipComments();
    this.#separator = separatorOf(text.slice(this.#at, endOfLine(text, this.#at)));
  }

  /** The next row; undefined at the end. */
  row(): readonly CsvCell[] | undefined {
    this.#skipComments();
    if (this.#at >= this.#text.length) return undefined;
    const cells: CsvCell[] = [];
    for (;;) {
      cells.push(this.#cell());
      if (this.#text[this.#at] !== this.#separator) break;
      this.#at += 1;
    }
    this.#endLine();
    return cells;
  }

  #skipComments(): void {
    while (this.#text[this.#at] === "#") {
      this.#at = endOfLine(this.#text, this.#at);
      this.#endLine();
    }
  }

  #cell(): CsvCell {
    const place = { line: this.#line, column: this.#at - this.#lineStart + 1 };
    if (this.#text[this.#at] === '"') return { ...place, text: this.#quoted(place) };
    const start = this.#at;
    for (let end = start; ; end += 1) {
      const character = this.#text[end];
      if (character === '"') {
        throw new CsvProblem(
          "A quotation mark stands inside a field that does not begin with one.",
          "put the whole field in quotes and double those inside it",
          this.#line,
          end - this.#lineStart + 1,
        );
      }
      if (character === undefined || character === this.#separator || isBreak(character)) {
        this.#at = end;
        return { ...place, text: this.#text.slice(start, end).trim() };
      }
    }
  }

  #quoted({ line, column }: { readonly line: number; readonly column: number }): string {
    const parts: string[] = [];
    let from = this.#at + 1;
    for (;;) {
      const end = this.#text.indexOf('"', from);
      if (end < 0) {
        throw new CsvProblem(
          "The field that begins here with a quotation mark has no closing one.",
          "close the quotes, or remove the one that opens them",
          line,
          column,
        );
      }
      this.#countLines(from, end);
      parts.push(this.#text.slice(from, end));
      if (this.#text[end + 1] !== '"') {
        this.#at = end + 1;
        this.#checkAfterQuotes();
        return parts.join("");
      }
      parts.push('"');
      from = end + 2;
    }
  }

  #checkAfterQuotes(): void {
    const next = this.#text[this.#at];
    if (next === undefined || next === this.#separator || isBreak(next)) return;
    throw new CsvProblem(
      "Text follows the closing quotation mark of a field.",
      "end the field there, or double the quotation mark if it belongs to it",
      this.#line,
      this.#at - this.#lineStart + 1,
    );
  }

  #countLines(from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      const character = this.#text[at] as string;
      if (!isBreak(character) || (character === "\r" && this.#text[at + 1] === "\n")) continue;
      this.#line += 1;
      this.#lineStart = at + 1;
    }
  }

  #endLine(): void {
    if (this.#text[this.#at] === "\r" && this.#text[this.#at + 1] === "\n") this.#at += 1;
    this.#at += 1;
    this.#line += 1;
    this.#lineStart = this.#at;
  }
}

function isBreak(character: string): boolean {
  return character === "\n" || character === "\r";
}

function endOfLine(text: string, from: number): number {
  for (let at = from; ; at += 1) {
    const character = text[at];
    if (character === undefined || isBreak(character)) return at;
  }
}

/** The separator of a header line. */
function separatorOf(line: string): string {
  return SEPARATORS.find((candidate) => line.includes(candidate)) ?? ",";
}
