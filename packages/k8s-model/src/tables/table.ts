import type { Diagnostic, SourcePosition } from "../manifests/diagnostic.ts";
import { nearest } from "../manifests/near.ts";
import type { ManifestSource } from "../manifests/read.ts";
import { readDocument } from "../manifests/read-document.ts";
import { type CsvCell, readCsv } from "./csv.ts";

/** What a kind of table looks like: as CSV with a header, or as a list in JSON or YAML. */
export interface TableShape {
  /** `kind` of the JSON or YAML document: `ObservedTraffic`. */
  readonly kind: string;
  /** Its field with the list of records. */
  readonly list: string;
  /** Names in camel case; a CSV header may write `request_bytes`, `Request Bytes` or `requestBytes`. */
  readonly columns: readonly string[];
  readonly required: readonly string[];
}

/** What stands in one column of one record. */
export interface Field {
  readonly text: string;
  readonly at: SourcePosition;
}

/** One record: its fields by column; a field that is empty or null is absent. */
export interface TableRecord {
  readonly at: SourcePosition;
  readonly fields: ReadonlyMap<string, Field>;
}

const TABLE_API_VERSION = "netsim/v1";

/** More records than this are not what a person looks at: a slip, or raw data to be summed first. */
const MOST_RECORDS = 200_000;

/**
 * Reads a table that may come from anywhere. Broken input never throws; what is wrong is named with
 * its line and column.
 */
export function readTable(
  source: ManifestSource,
  shape: TableShape,
): { readonly records: readonly TableRecord[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const records = isCsvTable(source.text, shape)
    ? csvRecords(source, shape, diagnostics)
    : documentRecords(source, shape, diagnostics);
  if (records.length > MOST_RECORDS) {
    diagnostics.push(
      problem(
        shape,
        `${source.file} has more than ${MOST_RECORDS} records.`,
        "sum them first, one record for each source and destination",
        { file: source.file, line: 1, column: 1 },
      ),
    );
  }
  return { records: diagnostics.length > 0 ? [] : records, diagnostics };
}

/** Whether a text is a CSV table of this shape: its first line that is no comment is such a header. */
export function isCsvTable(text: string, shape: TableShape): boolean {
  const start = text.slice(0, 20_000).replace(/^\ufeff/, "");
  const [line = ""] = start.match(/^[^#\s][^\r\n]*/m) ?? [];
  const names = line.split(/[,;\t]/).map((name) => normal(name.replaceAll('"', "")));
  return names.length > 1 && shape.required.some((column) => names.includes(normal(column)));
}

/** Whether a text is a JSON or YAML document of this shape. */
export function isDocumentTable(text: string, { kind }: TableShape): boolean {
  return new RegExp(`["']?\\bkind["']?\\s*:\\s*["']?${kind}\\b`).test(text.slice(0, 20_000));
}

function csvRecords(
  { file, text }: ManifestSource,
  shape: TableShape,
  diagnostics: Diagnostic[],
): readonly TableRecord[] {
  // The header, and one record more than may be.
  const { rows, diagnostics: found } = readCsv(file, text, MOST_RECORDS + 2);
  diagnostics.push(...found);
  const [header = [], ...body] = rows;
  const columns = headerColumns(file, header, shape, diagnostics);
  if (diagnostics.length > 0) return [];
  return body.flatMap((cells) => {
    const first = cells[0] as CsvCell;
    const at = { file, line: first.line, column: first.column };
    if (cells.length !== header.length) {
      const count = `${cells.length} ${cells.length === 1 ? "field" : "fields"}`;
      diagnostics.push(
        problem(
          shape,
          `The row has ${count}, its header ${header.length}.`,
          "give every row as many fields as the header; put a field with a separator in quotes",
          at,
        ),
      );
      return [];
    }
    const fields = new Map<string, Field>();
    cells.forEach(({ text: value, line, column }, index) => {
      if (value !== "")
        fields.set(columns[index] as string, { text: value, at: { file, line, column } });
    });
    return [{ at, fields }];
  });
}

function headerColumns(
  file: string,
  header: readonly CsvCell[],
  shape: TableShape,
  diagnostics: Diagnostic[],
): readonly string[] {
  const byName = new Map(shape.columns.map((column) => [normal(column), column]));
  const columns = header.map(({ text, line, column: at }) => {
    const column = byName.get(normal(text));
    if (column !== undefined) return column;
    const place = { file, line, column: at };
    diagnostics.push(unknownColumn(shape, text, shape.columns.map(snake), place));
    return "";
  });
  const twice = columns.findIndex(
    (column, index) => column !== "" && columns.indexOf(column) < index,
  );
  const repeated = header[twice];
  if (repeated !== undefined) {
    const { text, line, column } = repeated;
    const place = { file, line, column };
    diagnostics.push(
      problem(shape, `The column "${text}" occurs twice.`, "remove one of them", place),
    );
  }
  for (const column of shape.required) {
    if (columns.includes(column)) continue;
    const place = { file, line: header[0]?.line ?? 1, column: 1 };
    const missing = `The header has no column "${snake(column)}".`;
    diagnostics.push(
      problem(shape, missing, `add it; columns are ${shape.columns.map(snake).join(", ")}`, place),
    );
  }
  return columns;
}

function documentRecords(
  source: ManifestSource,
  shape: TableShape,
  diagnostics: Diagnostic[],
): readonly TableRecord[] {
  const { file } = source;
  const { document, diagnostics: found } = readDocument(file, source.text);
  diagnostics.push(...found);
  if (document === undefined) return [];
  const at = (path: readonly (string | number)[]): SourcePosition =>
    document.position(document.locate(path).offset);
  const { value } = document;
  const list = isRecord(value) && Object.hasOwn(value, shape.list) ? value[shape.list] : undefined;
  const isOurs =
    isRecord(value) && value.kind === shape.kind && value.apiVersion === TABLE_API_VERSION;
  if (!isOurs || !Array.isArray(list)) {
    diagnostics.push(
      problem(
        shape,
        `${file} is neither a CSV table nor a document of kind ${shape.kind} with a list "${shape.list}".`,
        `begin a CSV with a header such as ${shape.required.map(snake).join(",")}, or write apiVersion: ${TABLE_API_VERSION}, kind: ${shape.kind} and ${shape.list}: [...]`,
        { file, line: 1, column: 1 },
      ),
    );
    return [];
  }
  for (const key of Object.keys(value)) {
    if (["apiVersion", "kind", shape.list].includes(key)) continue;
    diagnostics.push(unknownColumn(shape, key, [shape.list], at([key])));
  }
  return list.flatMap((item: unknown, index) => {
    const path = [shape.list, index];
    if (isRecord(item)) return [documentRecord(item, path, shape, at, diagnostics)];
    diagnostics.push(problem(shape, "This is no record.", "write a map of columns", at(path)));
    return [];
  });
}

function documentRecord(
  item: Record<string, unknown>,
  path: readonly (string | number)[],
  shape: TableShape,
  at: (path: readonly (string | number)[]) => SourcePosition,
  diagnostics: Diagnostic[],
): TableRecord {
  const fields = new Map<string, Field>();
  for (const [key, value] of Object.entries(item)) {
    const place = at([...path, key]);
    const column = shape.columns.find((name) => normal(name) === normal(key));
    if (column === undefined) diagnostics.push(unknownColumn(shape, key, shape.columns, place));
    else if (typeof value === "string" || typeof value === "number") {
      fields.set(column, { text: String(value), at: place });
    } else if (value !== null) {
      diagnostics.push(
        problem(shape, `${key}: this is no text or number.`, "write one value", place),
      );
    }
  }
  return { at: at(path), fields };
}

function unknownColumn(
  shape: TableShape,
  name: string,
  known: readonly string[],
  at: SourcePosition,
): Diagnostic {
  const [near] = nearest(name, known, 1, 3);
  const remedy =
    near === undefined ? `columns are ${known.join(", ")}` : `write ${near}, if that is meant`;
  const shown = name.length > 60 ? `${name.slice(0, 57)}...` : name;
  return problem(shape, `There is no column "${shown}".`, remedy, at);
}

function problem(
  { kind }: TableShape,
  message: string,
  remedy: string,
  at: SourcePosition,
): Diagnostic {
  return { code: codeOf(kind), severity: "error", message, remedy, at };
}

/** `ObservedTraffic` → `observed-traffic`. */
function codeOf(kind: string): string {
  return snake(kind.slice(0, 1).toLowerCase() + kind.slice(1)).replaceAll("_", "-");
}

/** `requestBytes` → `request_bytes`. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function normal(name: string): string {
  return name.trim().toLowerCase().replace(/[ _-]/g, "");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
