import { SimulationError } from "../errors/index.ts";
import type { ExperimentHeader, PlannedRun, RunRecord } from "./experiment.ts";
import { plannedRuns } from "./experiment.ts";
import type { PlainData } from "./plain-data.ts";
import { formatShard, parseShard } from "./shard.ts";

/** Results of an experiment, whole or in part. Plain data, in one order whoever made it and how. */
export interface ResultSet<Result = PlainData> {
  readonly experiment: ExperimentHeader;
  /** The shards that are in it, such as `2/4`; empty for an experiment that was never divided. */
  readonly shards: readonly string[];
  /** By configuration in the order of the experiment, then by replication; none twice. */
  readonly records: readonly RunRecord<Result>[];
}

/**
 * A result set in its one order: the same runs give the same bytes, whatever order they finished
 * in.
 */
export function resultSet<Result>(
  experiment: ExperimentHeader,
  records: Iterable<RunRecord<Result>>,
  shards: Iterable<string> = [],
): ResultSet<Result> {
  const positions = new Map(experiment.configurations.map(({ id }, index) => [id, index]));
  const unique = new Map<string, RunRecord<Result>>();
  for (const record of records) {
    if (!positions.has(record.configuration)) throw strangeRecord(experiment, record);
    const key = runKey(record);
    const known = unique.get(key);
    if (known === undefined) unique.set(key, record);
    else requireEqual(known, record);
  }
  const position = (record: RunRecord<Result>) => positions.get(record.configuration) as number;
  const ordered = [...unique.values()].sort(
    (a, b) => position(a) - position(b) || a.replication - b.replication,
  );
  return { experiment, shards: sortedShards(shards), records: ordered };
}

/**
 * The union of result sets of one experiment. Associative, commutative and idempotent: shards may
 * be merged in any order, in stages, and twice. Where replications differ in number the larger
 * counts.
 *
 * Throws `different-experiments` for sets of another experiment, and `conflicting-results` where
 * one run has two results: then the code changed in between, or is not deterministic.
 */
export function mergeResults<Result>(
  first: ResultSet<Result>,
  ...others: readonly ResultSet<Result>[]
): ResultSet<Result> {
  let replications = first.experiment.replications;
  for (const { experiment } of others) {
    requireSameExperiment(first.experiment, experiment);
    replications = Math.max(replications, experiment.replications);
  }
  const sets = [first, ...others];
  return resultSet(
    { ...first.experiment, replications },
    sets.flatMap(({ records }) => records),
    sets.flatMap(({ shards }) => shards),
  );
}

/** The runs that a result set still lacks, in the order in which they would be made. */
export function missingRuns<Result>(set: ResultSet<Result>): readonly PlannedRun[] {
  const present = new Set(set.records.map(runKey));
  return plannedRuns(set.experiment).filter(
    (run) => !present.has(runKey(recordName(set.experiment, run))),
  );
}

/** Throws `missing-shard` or `missing-runs`, naming what is missing, unless every run is there. */
export function requireComplete<Result>(set: ResultSet<Result>): void {
  const missing = missingRuns(set);
  if (missing.length === 0) return;
  const shards = missingShards(set, missing);
  const { name } = set.experiment;
  const total = set.experiment.replications * set.experiment.configurations.length;
  const first = recordName(set.experiment, missing[0] as PlannedRun);
  const counted = `${missing.length} of ${total} runs of ${name} are missing`;
  if (shards.length > 0) {
    throw new SimulationError(
      "missing-shard",
      { experiment: name, shards: shards.join(" "), missingRuns: missing.length },
      `${counted}: shard ${shards.join(", ")} is not complete.`,
      `Run it again with --shard ${shards[0]}, then merge.`,
    );
  }
  throw new SimulationError(
    "missing-runs",
    { experiment: name, missingRuns: missing.length },
    `${counted}, the first is replication ${first.replication} of ${first.configuration}.`,
    "Run the experiment again on the same file: finished runs are kept.",
  );
}

/**
 * The results of one configuration in the order of their replications: what intervals are made of.
 */
export function resultsOf<Result>(set: ResultSet<Result>, configuration: string): Result[] {
  return set.records
    .filter((record) => record.configuration === configuration)
    .map(({ result }) => result);
}

/**
 * Throws `different-experiments` unless both headers are equal but for the number of replications.
 */
export function requireSameExperiment(a: ExperimentHeader, b: ExperimentHeader): void {
  const differing = (Object.keys(a) as (keyof ExperimentHeader)[]).find(
    (field) => field !== "replications" && JSON.stringify(a[field]) !== JSON.stringify(b[field]),
  );
  if (differing === undefined) return;
  throw new SimulationError(
    "different-experiments",
    { experiment: a.name, field: differing },
    `Results of ${a.name} cannot be put together with these of ${b.name}: ${differing} differs.`,
    "Use one file per experiment, seed and version.",
  );
}

/** Identifies a run within its experiment. */
export function runKey(run: { configuration: string; replication: number }): string {
  return `${run.replication}/${run.configuration}`;
}

/** A planned run by the name that its record will carry. */
export function recordName(
  experiment: ExperimentHeader,
  run: PlannedRun,
): { readonly configuration: string; readonly replication: number } {
  const configuration = experiment.configurations[run.configuration]?.id ?? "";
  return { configuration, replication: run.replication };
}

/** The shards that missing runs belong to, if all shards present divide the experiment alike. */
function missingShards<Result>(
  set: ResultSet<Result>,
  missing: readonly PlannedRun[],
): readonly string[] {
  const counts = new Set(set.shards.map((shard) => parseShard(shard).count));
  const [count] = counts;
  if (counts.size !== 1 || count === undefined) return [];
  const width = set.experiment.configurations.length;
  const shards = missing.map((run) => {
    const position = run.replication * width + run.configuration;
    return formatShard({ index: (position % count) + 1, count });
  });
  return sortedShards(shards);
}

function sortedShards(shards: Iterable<string>): readonly string[] {
  const unique = [...new Set(shards)].map(parseShard);
  return unique.sort((a, b) => a.count - b.count || a.index - b.index).map(formatShard);
}

function requireEqual<Result>(known: RunRecord<Result>, record: RunRecord<Result>): void {
  if (
    known.seed === record.seed &&
    JSON.stringify(known.result) === JSON.stringify(record.result)
  ) {
    return;
  }
  const { configuration, replication } = record;
  throw new SimulationError(
    "conflicting-results",
    { configuration, replication },
    `Replication ${replication} of ${configuration} has two different results.`,
    "Make all results with one version of the code; if they were, a run is not deterministic.",
  );
}

function strangeRecord<Result>(
  experiment: ExperimentHeader,
  record: RunRecord<Result>,
): SimulationError {
  return new SimulationError(
    "unknown-configuration",
    { experiment: experiment.name, configuration: record.configuration },
    `The experiment ${experiment.name} has no configuration ${record.configuration}.`,
    "Use one file per experiment, seed and version.",
  );
}
