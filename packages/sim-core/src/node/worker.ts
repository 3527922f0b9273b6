import { Tinypool } from "tinypool";
import { SimulationError } from "../errors/index.ts";
import { type Experiment, experimentHeader, performRun } from "../experiment/index.ts";
import type { WorkerAnswer, WorkerFailure, WorkerSource, WorkerTask } from "./worker-message.ts";

let loading: Promise<Experiment> | undefined;

/** What a worker thread does with a task; the experiment is loaded once per thread. */
export default async function work(task: WorkerTask): Promise<WorkerAnswer> {
  try {
    loading ??= load(Tinypool.workerData as WorkerSource);
    const experiment = await loading;
    return task === null ? experimentHeader(experiment) : performRun(experiment, task);
  } catch (error) {
    return failure(error);
  }
}

async function load(source: WorkerSource): Promise<Experiment> {
  const loaded = (await import(source.module)) as Record<string, unknown>;
  const exported = loaded[source.exportName];
  const made: unknown = typeof exported === "function" ? await exported(source.argument) : exported;
  if (isExperiment(made)) return made;
  throw new SimulationError(
    "no-experiment",
    { module: source.module, exportName: source.exportName },
    `${source.module} exports no experiment as "${source.exportName}".`,
    "Export experiment({ … }), or a function that returns one.",
  );
}

function isExperiment(value: unknown): value is Experiment {
  return typeof value === "object" && value !== null && "run" in value && "replications" in value;
}

function failure(error: unknown): WorkerFailure {
  const known = error instanceof Error ? error : new Error(String(error));
  const { code, facts } =
    known instanceof SimulationError ? known : { code: "worker-failed", facts: {} };
  return { failed: true, code, facts, message: known.message, stack: known.stack ?? "" };
}
