import { SimulationError } from "../errors/index.ts";
import { configurationId, type Parameters } from "./configuration.ts";
import { type PlainData, plainData } from "./plain-data.ts";
import { replicationSeed, requireCount } from "./replication.ts";

/** What one run is told: its setting, and the seed that makes it repeatable. */
export interface RunContext<Setting extends Parameters = Parameters> {
  readonly parameters: Setting;
  /** Name of the configuration, such as `distribution=Default,podsInZoneA=2`. */
  readonly configuration: string;
  /** Counted from 0. */
  readonly replication: number;
  readonly seed: string;
}

/** A question as runs: configurations times replications, each a pure function of its context. */
export interface Experiment<
  Setting extends Parameters = Parameters,
  Result extends PlainData = PlainData,
> {
  readonly name: string;
  readonly seed: string;
  readonly replications: number;
  /** A full factorial, a list, or a Latin hypercube. */
  readonly configurations: readonly Setting[];
  /**
   * Whether all configurations of a replication share its seed, so that they can be compared in
   * pairs; true unless told. False makes every run independent.
   */
  readonly commonRandomNumbers?: boolean;
  /** Names what results must not be mixed: the version of the code, a digest of the input. */
  readonly version?: string;
  readonly run: (context: RunContext<Setting>) => Result;
}

/** What identifies an experiment in a file of results. Plain data. */
export interface ExperimentHeader {
  readonly schema: "k8s-netsim/experiment/v1";
  readonly name: string;
  readonly version: string;
  readonly seed: string;
  readonly commonRandomNumbers: boolean;
  readonly replications: number;
  readonly configurations: readonly { readonly id: string; readonly parameters: Parameters }[];
}

/** One finished run. Plain data. */
export interface RunRecord<Result = PlainData> {
  readonly configuration: string;
  readonly replication: number;
  readonly seed: string;
  readonly result: Result;
}

/** One run that is to be made: which configuration (by position), which replication. */
export interface PlannedRun {
  readonly configuration: number;
  readonly replication: number;
}

/** An experiment, checked: a mistake shows here and not after an hour in some worker. */
export function experiment<Setting extends Parameters, Result extends PlainData>(
  definition: Experiment<Setting, Result>,
): Experiment<Setting, Result> {
  requireCount(definition.replications);
  if (definition.configurations.length === 0) {
    throw new SimulationError(
      "no-configuration",
      { experiment: definition.name },
      `The experiment ${definition.name} has no configuration.`,
      "Give [{}] for one without parameters; a full factorial with an empty level list is empty.",
    );
  }
  const seen = new Set<string>();
  for (const parameters of definition.configurations) {
    const id = configurationId(parameters);
    if (seen.has(id)) throw duplicateConfiguration(definition.name, id);
    seen.add(id);
  }
  return Object.freeze({ ...definition });
}

/** The experiment's identity, for the top of a file of results. */
export function experimentHeader<Setting extends Parameters, Result extends PlainData>(
  definition: Experiment<Setting, Result>,
): ExperimentHeader {
  return {
    schema: "k8s-netsim/experiment/v1",
    name: definition.name,
    version: definition.version ?? "",
    seed: definition.seed,
    commonRandomNumbers: definition.commonRandomNumbers ?? true,
    replications: definition.replications,
    configurations: definition.configurations.map((parameters) => ({
      id: configurationId(parameters),
      parameters: plainData(parameters),
    })),
  };
}

/**
 * Every run of an experiment, all configurations of one replication before the next, so that an
 * interrupted experiment has complete pairs. The position of a run does not depend on how many
 * replications follow.
 */
export function plannedRuns(header: ExperimentHeader): readonly PlannedRun[] {
  return Array.from({ length: header.replications }, (_, replication) =>
    header.configurations.map((_, configuration) => ({ configuration, replication })),
  ).flat();
}

/** Makes one run. A failure names the run and its seed, so that it can be repeated alone. */
export function performRun<Setting extends Parameters, Result extends PlainData>(
  definition: Experiment<Setting, Result>,
  planned: PlannedRun,
): RunRecord<Result> {
  const parameters = definition.configurations[planned.configuration];
  if (parameters === undefined) throw unknownConfiguration(definition.name, planned.configuration);
  const { replication } = planned;
  const configuration = configurationId(parameters);
  const own = (definition.commonRandomNumbers ?? true) ? undefined : configuration;
  const seed = replicationSeed(definition.seed, replication, own);
  try {
    const result = plainData(definition.run({ parameters, configuration, replication, seed }));
    return { configuration, replication, seed, result };
  } catch (cause) {
    throw runFailed({ configuration, replication, seed }, cause);
  }
}

function runFailed(
  run: { readonly configuration: string; readonly replication: number; readonly seed: string },
  cause: unknown,
): SimulationError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SimulationError(
    "run-failed",
    { ...run },
    `Replication ${run.replication} of ${run.configuration} failed: ${reason}`,
    `Repeat it alone with the seed "${run.seed}".`,
    { cause },
  );
}

function duplicateConfiguration(name: string, id: string): SimulationError {
  return new SimulationError(
    "duplicate-configuration",
    { experiment: name, configuration: id },
    `The experiment ${name} has the configuration ${id} twice.`,
    "Leave one of them out, or tell them apart by a parameter.",
  );
}

function unknownConfiguration(name: string, position: number): SimulationError {
  return new SimulationError(
    "unknown-configuration",
    { experiment: name, position },
    `The experiment ${name} has no configuration at position ${position}.`,
    "Load the same experiment in every worker and shard.",
  );
}
