/** What a metrics API says of one pod. */
export interface PodSample {
  /** Use in thousandths: of a CPU, of a byte, or of whatever the metric counts. */
  readonly valueMilli: number;
  /** End of the measured time (ns). */
  readonly atNs: number;
  /** Length of the measured time (ns). */
  readonly windowNs: number;
}

/** Samples by pod name; pods without one are missing. */
export type PodSamples = ReadonlyMap<string, PodSample>;
