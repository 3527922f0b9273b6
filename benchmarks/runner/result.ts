/** One line of a benchmark's result; the JSON output is an array of these. */
export interface BenchmarkResult {
  readonly bench: string;
  readonly engine: string;
  /** Size of the problem: pending events, customers, consumers. */
  readonly n: number;
  /** Median over the rounds. */
  readonly value: number;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

/** How long to measure. */
export interface BenchmarkOptions {
  readonly quick: boolean;
  readonly rounds: number;
  /** Engines to run; all unless given. */
  readonly only: readonly string[] | undefined;
  /** Says what is going on, on stderr. */
  readonly say: (text: string) => void;
}

export type Benchmark = (options: BenchmarkOptions) => BenchmarkResult[];

/** Median of the rounds, with the least and the greatest. */
export function summary(values: readonly number[]): { value: number; min: number; max: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] as number;
  const high = sorted[Math.ceil(middle)] as number;
  return { value: (low + high) / 2, min: sorted[0] as number, max: sorted.at(-1) as number };
}
