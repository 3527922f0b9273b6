import type { ParameterValue } from "../definition/parameter.ts";
import type { Propagation } from "./churn-options.ts";

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

function modeInWords(propagation: Propagation, endpointsPerSlice: ParameterValue): string {
  return propagation === "slices" ? `slices of ${endpointsPerSlice}` : propagation;
}

/** What a rolling update sent, in a sentence that names the mode. */
export function churnSentence(
  parameters: Readonly<Record<string, ParameterValue>>,
  rollBytes: number | undefined,
): string {
  const { nodes, pods, propagation, endpointsPerSlice = 100, bytes } = parameters;
  const mode = modeInWords(propagation as Propagation, endpointsPerSlice);
  return (
    `${grouped(pods)} pods on ${grouped(nodes)} nodes: a rolling update sends ` +
    `${bytesInWords(rollBytes ?? 0)} to the proxies with ${mode} (bytes: ${bytes}).`
  );
}

/** `15,000`. */
function grouped(value: ParameterValue | undefined): string {
  return String(value ?? 0).replace(/\B(?=(\d{3})+$)/g, ",");
}
