/** One number that a run yields for the whole cluster and for each Service. */
export interface Measure {
  readonly id: MeasureId;
  readonly label: string;
  /** `share` counts from 0 to 1. */
  readonly unit: "share" | "ns" | "ratio" | "usd-per-million" | "usd-per-month";
  readonly better: "lower" | "higher" | "neither";
  /** What exactly is counted. */
  readonly description: string;
}

export type MeasureId =
  | "crossZoneShare"
  | "crossZoneConnections"
  | "costPerMillion"
  | "costPerMonth"
  | "latencyP50"
  | "latencyP90"
  | "latencyP99"
  | "failedShare"
  | "busiestEndpoint";

/** The whole cluster; any other scope is a Service, `namespace/name`. */
export const EVERYTHING = "all";

export const MEASURES: readonly Measure[] = [
  {
    id: "crossZoneShare",
    label: "Bytes that cross zones",
    unit: "share",
    better: "lower",
    description:
      "Request and response bytes between a caller and a server in another zone, over all such bytes.",
  },
  {
    id: "costPerMillion",
    label: "Cost of zone traffic",
    unit: "usd-per-million",
    better: "lower",
    description:
      "What sender and receiver together pay for bytes between zones, per million requests that enter (for one Service: per million calls to it).",
  },
  {
    id: "costPerMonth",
    label: "Cost of zone traffic",
    unit: "usd-per-month",
    better: "lower",
    description:
      "The same over a month of 730 hours at the given rates; only where rates and sizes are given.",
  },
  {
    id: "latencyP50",
    label: "Latency p50",
    unit: "ns",
    better: "lower",
    description: "Median time from a request's start to its answer, successful requests.",
  },
  {
    id: "latencyP90",
    label: "Latency p90",
    unit: "ns",
    better: "lower",
    description: "Time within which nine of ten successful requests are answered.",
  },
  {
    id: "latencyP99",
    label: "Latency p99",
    unit: "ns",
    better: "lower",
    description: "Time within which 99 of 100 successful requests are answered.",
  },
  {
    id: "failedShare",
    label: "Failed requests",
    unit: "share",
    better: "lower",
    description: "Requests refused, reset, timed out or answered with an error, over all requests.",
  },
  {
    id: "busiestEndpoint",
    label: "Busiest endpoint against the mean",
    unit: "ratio",
    better: "lower",
    description:
      "Requests at the busiest endpoint over the mean of its Service's ready endpoints; in all: the largest among Services with more than one endpoint and at least 100 requests.",
  },
  {
    id: "crossZoneConnections",
    label: "Connections that cross zones",
    unit: "share",
    better: "lower",
    description:
      "Connections to an endpoint in another zone, over all connections that carried a request.",
  },
];

export function measureOf(id: MeasureId): Measure {
  return MEASURES.find((measure) => measure.id === id) as Measure;
}

/** Values of one run by measure and scope; what is not defined (no request, no price) is absent. */
export class Observation {
  readonly #values = new Map<string, number>();

  set(measure: MeasureId, scope: string, value: number | undefined): void {
    if (value !== undefined && Number.isFinite(value))
      this.#values.set(`${measure} ${scope}`, value);
  }

  get(measure: MeasureId, scope: string): number | undefined {
    return this.#values.get(`${measure} ${scope}`);
  }
}
