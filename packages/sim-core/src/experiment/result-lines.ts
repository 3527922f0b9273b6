import { SimulationError } from "../errors/index.ts";
import type { ExperimentHeader, RunRecord } from "./experiment.ts";
import type { PlainData } from "./plain-data.ts";
import { missingRuns, type ResultSet, resultSet } from "./result-set.ts";

/** The first line of a file of results. */
interface HeadLine {
  readonly experiment: ExperimentHeader;
  readonly shards: readonly string[];
}

/** What a file of results held, as far as it was written to the end. */
export interface ReadResults<Result = PlainData> {
  readonly results: ResultSet<Result>;
  /** Length in UTF-16 units of the whole lines; what follows was torn off by a kill. */
  readonly wholeLength: number;
}

/** The first line of a file of results, newline included. */
export function headLine(experiment: ExperimentHeader, shards: readonly string[]): string {
  return `${JSON.stringify({ experiment, shards } satisfies HeadLine)}\n`;
}

/** One finished run as a line, newline included. Its newline is what makes it count. */
export function recordLine(record: RunRecord<unknown>): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * A result set as JSON Lines: equal sets give equal bytes. Of a complete one it does not matter how
 * it was divided, so the shards go unnamed and n of them end in the bytes of one run.
 */
export function formatResults(set: ResultSet<unknown>): string {
  const shards = missingRuns(set).length === 0 ? [] : set.shards;
  return headLine(set.experiment, shards) + set.records.map(recordLine).join("");
}

/**
 * Reads JSON Lines of results. A last line without its newline was torn by a kill and is left out;
 * any other line that does not read throws `corrupt-results`. `undefined` where not even the first
 * line is whole.
 */
export function readResults<Result = PlainData>(text: string): ReadResults<Result> | undefined {
  const wholeLength = text.lastIndexOf("\n") + 1;
  if (wholeLength === 0) return undefined;
  const lines = text.slice(0, wholeLength - 1).split("\n");
  const head = parseLine<HeadLine>(lines[0] as string, 1);
  if (head.experiment?.schema !== "k8s-netsim/experiment/v1") throw notResults();
  const records = lines.slice(1).map((line, i) => parseLine<RunRecord<Result>>(line, i + 2));
  return { results: resultSet(head.experiment, records, head.shards), wholeLength };
}

function parseLine<T>(line: string, number: number): T {
  try {
    return JSON.parse(line) as T;
  } catch (cause) {
    throw new SimulationError(
      "corrupt-results",
      { line: number },
      `Line ${number} of the results is not JSON.`,
      "Only the last line can be torn by a kill: restore the file, or delete it and run again.",
      { cause },
    );
  }
}

function notResults(): SimulationError {
  return new SimulationError(
    "not-results",
    {},
    "The file does not begin with an experiment that this version reads.",
    "Give a file that was written with a results path, or a new one.",
  );
}
