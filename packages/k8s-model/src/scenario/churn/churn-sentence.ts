import type { ParameterValue } from "../definition/parameter.ts";

const UNITS = [
  ["TB", 1e12],
  ["GB", 1e9],
  ["MB", 1e6],
  ["kB", 1e3],
] as const;

/** `22.5 TB`: decimal units, three digits. */
function bytesInWords(bytes: number): string {
  for (const [unit, size] of UNITS) {
    if (bytes >= size) return `${Number((bytes / size).toPrecision(3))} ${unit}`;
  }
  return `${Math.round(bytes)} B`;
}

interface ChurnResult {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly rollBytes: number | undefined;
}

/**
 * What a rolling update sent, a sentence for each size of cluster and Service that names all modes:
 * `5,000 pods on 15,000 nodes: a rolling update sends 22.5 TB with endpoints-1.18, …`.
 */
export function churnSentence(results: readonly ChurnResult[]): string {
  const sources = new Set(results.map(({ parameters }) => parameters.bytes));
  const sentences = new Map<string, string[]>();
  for (const { parameters, rollBytes = 0 } of results) {
    const { nodes, pods, bytes } = parameters;
    const source = sources.size > 1 ? ` (${bytes})` : "";
    const size = `${grouped(pods)} pods on ${grouped(nodes)} nodes`;
    const clauses = sentences.get(size) ?? [];
    clauses.push(`${bytesInWords(rollBytes)} with ${modeInWords(parameters)}${source}`);
    sentences.set(size, clauses);
  }
  const [source] = sources;
  const told = Array.from(
    sentences,
    ([size, clauses]) => `${size}: a rolling update sends ${clauses.join(", ")}.`,
  );
  if (sources.size === 1) told.push(`Bytes as in ${source}.`);
  return told.join(" ");
}

function modeInWords({ propagation, endpointsPerSlice = 100 }: ChurnResult["parameters"]): string {
  return propagation === "slices" ? `slices of ${endpointsPerSlice}` : String(propagation);
}

/** `15,000`. */
function grouped(value: ParameterValue | undefined): string {
  return String(value ?? 0).replace(/\B(?=(\d{3})+$)/g, ",");
}
