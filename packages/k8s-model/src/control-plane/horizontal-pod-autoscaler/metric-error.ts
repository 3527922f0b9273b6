/** Why a metric gives no number of replicas. */
export type MetricErrorCode =
  | "no-metrics-api"
  | "no-pods"
  | "no-usable-metrics"
  | "missing-request"
  | "no-matching-metrics"
  | "unsupported-metric";

/** A metric from which no replicas follow; the controller then leaves the scale as it is. */
export class MetricError extends Error {
  readonly code: MetricErrorCode;

  constructor(code: MetricErrorCode, message: string) {
    super(message);
    this.name = "MetricError";
    this.code = code;
  }
}
