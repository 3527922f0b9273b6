import type { Diagnostic, SourcePosition } from "../../manifests/diagnostic.ts";
import type { ManifestSource } from "../../manifests/read.ts";
import { readDocument } from "../../manifests/read-document.ts";
import type { SourceDocument } from "../../manifests/source-document.ts";
import {
  type EdgeName,
  EdgeTally,
  type ImportedMeasure,
  type ImportedTraffic,
  importProblem,
  LeftOut,
  MOST_PROBLEMS,
  requestMeasures,
} from "./imported-traffic.ts";
import type { EdgeRate } from "./observed-edge.ts";
import { type Labels, labelledService, labelledSource, wantedLabels } from "./prometheus-labels.ts";
import { seriesRate } from "./prometheus-series.ts";

/** What a query result counts: rates become edges, quantiles become numbers to compare with. */
export const PROMETHEUS_QUANTITIES = [
  "requests",
  "request-bytes",
  "response-bytes",
  "connections",
  "p50",
  "p90",
  "p99",
] as const;

export type PrometheusQuantity = (typeof PROMETHEUS_QUANTITIES)[number];

/** A result of the HTTP API (`/api/v1/query` or `query_range`); the metric's name tells the quantity. */
export interface PrometheusSource extends ManifestSource {
  readonly quantity?: PrometheusQuantity;
}

const RATES: Readonly<Partial<Record<PrometheusQuantity, EdgeRate>>> = {
  requests: "requestsPerSecond",
  "request-bytes": "requestBytesPerSecond",
  "response-bytes": "responseBytesPerSecond",
  connections: "connectionsPerSecond",
};

/** Metrics of Istio and Linkerd by what they count. */
const METRICS: Readonly<Record<string, PrometheusQuantity>> = {
  istio_requests_total: "requests",
  istio_request_bytes_sum: "request-bytes",
  istio_response_bytes_sum: "response-bytes",
  istio_tcp_received_bytes_total: "request-bytes",
  istio_tcp_sent_bytes_total: "response-bytes",
  istio_tcp_connections_opened_total: "connections",
  request_total: "requests",
};

interface Sample {
  readonly name: EdgeName;
  readonly labels: Labels;
  readonly quantity: PrometheusQuantity;
  readonly value: number;
  readonly at: SourcePosition;
}

/**
 * Turns query results over Istio's or Linkerd's metrics into edges: a vector or matrix of rates, or
 * a matrix of counters. Where both ends reported the same requests, those of the source count.
 */
export function importPrometheus(
  sources: readonly PrometheusSource[],
  outside: ReadonlySet<string> = new Set(),
): ImportedTraffic {
  const diagnostics: Diagnostic[] = [];
  const leftOut = new LeftOut();
  const samples = sources.flatMap((source) => samplesOf(source, outside, leftOut, diagnostics));
  const tally = new EdgeTally();
  const counted = samples.filter(({ quantity }) => RATES[quantity] !== undefined);
  const protocols = protocolsByEdge(counted);
  for (const { name, quantity, value, at } of reportedOnce(counted)) {
    const protocol = name.protocol ?? protocols.get(edgeKey(name));
    const named = protocol === undefined ? name : { ...name, protocol };
    tally.add(named, RATES[quantity] as EdgeRate, value, at);
  }
  const edges = tally.edges();
  return {
    edges,
    measures: [...requestMeasures(edges), ...largest(samples.flatMap(latencyMeasure))],
    notes: leftOut.notes(["series is", "series are"]),
    diagnostics,
  };
}

function samplesOf(
  source: PrometheusSource,
  outside: ReadonlySet<string>,
  leftOut: LeftOut,
  diagnostics: Diagnostic[],
): readonly Sample[] {
  const { document, diagnostics: found } = readDocument(source.file, source.text);
  diagnostics.push(...found);
  if (document === undefined) return [];
  const series = seriesOf(document, diagnostics);
  const samples: Sample[] = [];
  let problems = 0;
  for (const [index, one] of series.entries()) {
    if (problems >= MOST_PROBLEMS) break;
    const path = ["data", "result", index];
    const tell = (message: string, remedy: string, inside: readonly (string | number)[]): void => {
      problems += 1;
      const at = document.position(document.locate([...path, ...inside]).offset);
      diagnostics.push(importProblem(message, remedy, at));
    };
    const sample = sampleOf(one, source.quantity, outside, leftOut, tell);
    if (sample === undefined) continue;
    samples.push({ ...sample, at: document.position(document.locate(path).offset) });
  }
  return samples;
}

function seriesOf(document: SourceDocument, diagnostics: Diagnostic[]): readonly unknown[] {
  const { value, file } = document;
  const data = fieldOf(value, "data");
  const result = fieldOf(data, "result");
  const type = fieldOf(data, "resultType");
  const at = { file, line: 1, column: 1 };
  if (fieldOf(value, "status") === "error") {
    const said = String(fieldOf(value, "error") ?? "an error");
    const remedy = "mend the query and ask again";
    diagnostics.push(importProblem(`Prometheus answered with an error: ${said}`, remedy, at));
    return [];
  }
  if (Array.isArray(result) && (type === "vector" || type === "matrix")) return result;
  diagnostics.push(
    importProblem(
      "This is no vector and no matrix of Prometheus' HTTP API.",
      'save the answer of /api/v1/query or /api/v1/query_range: {"status":"success","data":{"resultType":"vector","result":[...]}}',
      at,
    ),
  );
  return [];
}

type Tell = (message: string, remedy: string, inside: readonly (string | number)[]) => void;

function sampleOf(
  series: unknown,
  given: PrometheusQuantity | undefined,
  outside: ReadonlySet<string>,
  leftOut: LeftOut,
  tell: Tell,
): Omit<Sample, "at"> | undefined {
  const labels = labelsOf(fieldOf(series, "metric"));
  const metric = labels.get("__name__");
  const quantity = given ?? (metric === undefined ? "requests" : METRICS[metric]);
  if (quantity === undefined) {
    const remedy = `say what it counts, as in requests=FILE; known are ${Object.keys(METRICS).join(", ")}`;
    tell(`The metric "${metric}" is not known.`, remedy, ["metric"]);
    return undefined;
  }
  const isRate = RATES[quantity] !== undefined;
  const service = labelledService(labels);
  const source = isRate ? labelledSource(labels, outside) : "";
  if (service === undefined || source === undefined) {
    tell(
      `The series does not say ${service === undefined ? "which Service is called" : "who calls"}.`,
      `query with sum by (${wantedLabels(isRate).join(", ")})`,
      ["metric"],
    );
    return undefined;
  }
  if (service.isForeign) {
    leftOut.add("what is called is no Service of the cluster", service.name);
    return undefined;
  }
  const value = seriesRate(series, isRate && metric !== undefined, tell);
  if (value === undefined) return undefined;
  const protocol = labels.get("request_protocol");
  const name = {
    source,
    destination: service.name,
    ...(protocol === undefined ? {} : { protocol }),
  };
  return { name, labels, quantity, value };
}

/** Both proxies of a call report it: what the source reports is taken, else what the destination does. */
function reportedOnce(samples: readonly Sample[]): readonly Sample[] {
  const rank = ({ labels }: Sample): number =>
    ["source", "waypoint", "destination"].indexOf(labels.get("reporter") ?? "source");
  const keyOf = ({ name, labels, quantity }: Sample): string =>
    JSON.stringify([name.source, labels.get("source_workload"), name.destination, quantity]);
  const best = new Map<string, number>();
  for (const sample of samples) {
    const key = keyOf(sample);
    best.set(key, Math.min(best.get(key) ?? Number.POSITIVE_INFINITY, rank(sample)));
  }
  return samples.filter((sample) => rank(sample) === best.get(keyOf(sample)));
}

/** The protocol of each edge that has one only: queries for bytes may not have asked for it. */
function protocolsByEdge(samples: readonly Sample[]): ReadonlyMap<string, string | undefined> {
  const protocols = new Map<string, string | undefined>();
  for (const { name } of samples) {
    if (name.protocol === undefined) continue;
    const key = edgeKey(name);
    const isOther = protocols.has(key) && protocols.get(key) !== name.protocol;
    protocols.set(key, isOther ? undefined : name.protocol);
  }
  return protocols;
}

function edgeKey({ source, destination }: EdgeName): string {
  return JSON.stringify([source, destination]);
}

/** Of several quantiles of one Service (by version, say) the largest: it is what somebody felt. */
function largest(measures: readonly ImportedMeasure[]): readonly ImportedMeasure[] {
  const best = new Map<string, ImportedMeasure>();
  for (const each of measures) {
    const key = `${each.measure} ${each.scope}`;
    const known = best.get(key);
    if (known === undefined || known.value < each.value) best.set(key, each);
  }
  return [...best.values()];
}

/** Quantiles of Istio's histogram are in milliseconds. */
function latencyMeasure({ quantity, name, value }: Sample): readonly ImportedMeasure[] {
  if (RATES[quantity] !== undefined) return [];
  const measure = `latency${quantity.toUpperCase()}`;
  return [{ measure, scope: name.destination, value, unit: "ms" }];
}

function labelsOf(metric: unknown): Labels {
  if (typeof metric !== "object" || metric === null) return new Map();
  const pairs = Object.entries(metric).filter(
    ([, value]) => typeof value === "string" && value !== "",
  );
  return new Map(pairs as [string, string][]);
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}
