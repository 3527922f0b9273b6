import type { Diagnostic } from "../../manifests/diagnostic.ts";
import type { ManifestSource } from "../../manifests/read.ts";
import {
  type Field,
  instantSeconds,
  isCsvTable,
  isDocumentTable,
  readTable,
  type TableRecord,
  type TableShape,
  writeCsv,
} from "../../tables/index.ts";
import { EDGE_RATES, type EdgeRate, type ObservedEdge } from "./observed-edge.ts";

/** The documented table of observed traffic: CSV, or `kind: ObservedTraffic` in JSON or YAML. */
const SHAPE: TableShape = {
  kind: "ObservedTraffic",
  list: "edges",
  columns: ["source", "sourceZone", "destination", "protocol", ...EDGE_RATES, "start", "end"],
  required: ["source", "destination"],
};

/** No cluster moves more of anything in a second; beyond is a slip of the unit. */
const HIGHEST_RATE = 1e13;

/** Whether a file is a table of observed traffic, in either form. */
export function isEdgeTable(text: string): boolean {
  return isCsvTable(text, SHAPE) || isDocumentTable(text, SHAPE);
}

/**
 * Reads observed traffic. Records of the same edge stay apart; with `start` and `end` a record counts
 * for its part of the whole time, from the first start to the last end.
 */
export function readEdgeTable(source: ManifestSource): {
  readonly edges: readonly ObservedEdge[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const { records, diagnostics: found } = readTable(source, SHAPE);
  const diagnostics = [...found];
  const timed = records.flatMap((record) => {
    const edge = edgeOf(record, diagnostics);
    const interval = intervalOf(record, diagnostics);
    return edge === undefined ? [] : [{ edge, interval }];
  });
  if (records.length === 0 && diagnostics.length === 0) {
    diagnostics.push(
      wrong("The table has no record: nothing was observed.", "give at least one", {
        file: source.file,
        line: 1,
        column: 1,
      }),
    );
  }
  if (diagnostics.length > 0) return { edges: [], diagnostics };
  const from = Math.min(
    ...timed.map(({ interval }) => interval?.start ?? Number.POSITIVE_INFINITY),
  );
  const to = Math.max(...timed.map(({ interval }) => interval?.end ?? Number.NEGATIVE_INFINITY));
  const edges = timed.map(({ edge, interval }) =>
    interval === undefined ? edge : scaled(edge, (interval.end - interval.start) / (to - from)),
  );
  return { edges, diagnostics };
}

/** Observed traffic as the CSV that `--traffic` takes; comments say what was left out on the way. */
export function renderEdgeTable(
  edges: readonly ObservedEdge[],
  comments: readonly string[] = [],
): string {
  const columns = ["source", "sourceZone", "destination", "protocol", ...EDGE_RATES] as const;
  const used = columns.filter(
    (column) => SHAPE.required.includes(column) || edges.some((edge) => edge[column] !== undefined),
  );
  const header = used.map((column) => column.replace(/[A-Z]/g, (one) => `_${one.toLowerCase()}`));
  const rows = edges.map((edge) =>
    used.map((column) => {
      const value = edge[column];
      return typeof value === "number" ? shortNumber(value) : value;
    }),
  );
  const lines = comments.map((comment) => `# ${comment.replace(/[\r\n]+/g, " ")}\n`);
  return `${lines.join("")}${writeCsv(header, rows)}`;
}

/** Six digits: more were not measured. */
function shortNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function edgeOf(record: TableRecord, diagnostics: Diagnostic[]): ObservedEdge | undefined {
  const before = diagnostics.length;
  const source = textOf(record, "source", diagnostics);
  const destination = textOf(record, "destination", diagnostics);
  const rates: Partial<Record<EdgeRate, number>> = {};
  for (const column of EDGE_RATES) {
    const field = record.fields.get(column);
    if (field !== undefined) rates[column] = rateOf(column, field, diagnostics);
  }
  if (Object.keys(rates).length === 0) {
    const remedy = "give requests, connections or bytes per second";
    diagnostics.push(wrong("The record says nothing of how much was sent.", remedy, record.at));
  }
  const sourceZone = record.fields.get("sourceZone")?.text;
  const protocol = record.fields.get("protocol")?.text;
  if (diagnostics.length > before) return undefined;
  return {
    source,
    destination,
    ...(sourceZone === undefined ? {} : { sourceZone }),
    ...(protocol === undefined ? {} : { protocol }),
    ...rates,
    at: record.at,
  };
}

function textOf(record: TableRecord, column: string, diagnostics: Diagnostic[]): string {
  const text = record.fields.get(column)?.text ?? "";
  if (text === "") {
    diagnostics.push(
      wrong(`The record has no ${column}.`, "name a workload, a Service or outside", record.at),
    );
  }
  return text;
}

function rateOf(column: string, { text, at }: Field, diagnostics: Diagnostic[]): number {
  const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= HIGHEST_RATE) return value;
  const shown = text.length > 40 ? `${text.slice(0, 37)}...` : text;
  const what =
    value < 0
      ? "is negative"
      : value > HIGHEST_RATE
        ? "is more than any cluster has"
        : "is no number";
  const remedy = "give an amount per second, 0 or more, as plain digits such as 1234.5";
  diagnostics.push(wrong(`${column}: "${shown}" ${what}.`, remedy, at));
  return 0;
}

interface Interval {
  readonly start: number;
  readonly end: number;
}

function intervalOf({ fields }: TableRecord, diagnostics: Diagnostic[]): Interval | undefined {
  const given = [fields.get("start"), fields.get("end")] as const;
  if (given[0] === undefined && given[1] === undefined) return undefined;
  const [start, end] = given.map((field) =>
    field === undefined ? undefined : instantSeconds(field.text),
  );
  const at = (given[0] ?? given[1])?.at;
  if (start !== undefined && end !== undefined && end > start) return { start, end };
  const message =
    start !== undefined && end !== undefined
      ? "The observation ends before it began."
      : "start and end are no times.";
  const remedy =
    "give both, as 2026-10-01T12:00:00Z or in seconds since 1970, the later one as end";
  if (at !== undefined) diagnostics.push(wrong(message, remedy, at));
  return undefined;
}

function scaled(edge: ObservedEdge, factor: number): ObservedEdge {
  const rates = Object.fromEntries(
    EDGE_RATES.flatMap((rate) => {
      const value = edge[rate];
      return value === undefined ? [] : [[rate, value * factor]];
    }),
  );
  return { ...edge, ...rates };
}

function wrong(message: string, remedy: string, at: Diagnostic["at"]): Diagnostic {
  const diagnostic = { code: "observed-traffic", severity: "error", message, remedy } as const;
  return at === undefined ? diagnostic : { ...diagnostic, at };
}
