import type { ErrorFacts } from "../errors/index.ts";
import type { ExperimentHeader, PlainData, PlannedRun, RunRecord } from "../experiment/index.ts";

/** What every worker is given at its start. */
export interface WorkerSource {
  /** File URL of the module that exports the experiment. */
  readonly module: string;
  readonly exportName: string;
  readonly argument: PlainData | undefined;
}

/** One task of a worker: make a run, or (`null`) tell which experiment it loaded. */
export type WorkerTask = PlannedRun | null;

/** An error as data: structured cloning would strip it of its code and facts. */
export interface WorkerFailure {
  readonly failed: true;
  readonly code: string;
  readonly facts: ErrorFacts;
  readonly message: string;
  readonly stack: string;
}

export type WorkerAnswer = RunRecord | ExperimentHeader | WorkerFailure;
