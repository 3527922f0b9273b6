import { type Contender, measure } from "./contender.ts";
import { type BenchmarkOptions, type BenchmarkResult, summary } from "./result.ts";

/** One size of one benchmark. */
export interface Race {
  readonly bench: string;
  readonly n: number;
  readonly unit: string;
  /** Arguments for every program. */
  readonly parameters: (contender: Contender) => readonly string[];
}

/**
 * Measures contenders in turn, round after round, so that a slow moment of the machine falls on all of
 * them alike.
 */
export function race(
  { bench, n, unit, parameters }: Race,
  contenders: readonly Contender[],
  { rounds, only, say }: BenchmarkOptions,
): BenchmarkResult[] {
  const wanted = contenders.filter(({ engine }) => only?.includes(engine) ?? true);
  const measured = wanted.map((contender) => ({ contender, values: [] as number[] }));
  const failed = new Set<Contender>();
  for (let round = 0; round < rounds; round++) {
    for (const { contender, values } of measured) {
      if ("missing" in contender.command || failed.has(contender)) continue;
      say(`${bench} ${n}: ${contender.engine}, round ${round + 1} of ${rounds}`);
      const value = measure(contender, parameters(contender));
      if (value === undefined) failed.add(contender);
      else values.push(value);
    }
  }
  for (const contender of failed) say(`${bench} ${n}: ${contender.engine} failed, left out`);
  return measured
    .filter(({ values }) => values.length > 0)
    .map(({ contender, values }) => ({
      bench,
      engine: contender.engine,
      n,
      unit,
      ...summary(values),
    }));
}

/** Says once which contenders are not here and how to get them. */
export function announceMissing(
  contenders: readonly Contender[],
  say: (text: string) => void,
): void {
  for (const { engine, command } of contenders) {
    if ("missing" in command) say(`${engine} is not installed, left out (${command.missing})`);
  }
}
