export {
  configurationId,
  fullFactorial,
  type HypercubeAxis,
  latinHypercube,
  type ParameterLevels,
  type Parameters,
  type ParameterValue,
  type SettingOf,
} from "./configuration.ts";
export {
  type Experiment,
  type ExperimentHeader,
  experiment,
  experimentHeader,
  type PlannedRun,
  performRun,
  plannedRuns,
  type RunContext,
  type RunRecord,
} from "./experiment.ts";
export { type PlainData, plainData } from "./plain-data.ts";
export { type Replication, replicate, replicateUntil, replicationSeed } from "./replication.ts";
export {
  formatResults,
  headLine,
  type ReadResults,
  readResults,
  recordLine,
} from "./result-lines.ts";
export {
  mergeResults,
  missingRuns,
  type ResultSet,
  recordName,
  requireComplete,
  requireSameExperiment,
  resultSet,
  resultsOf,
  runKey,
} from "./result-set.ts";
export {
  type ExperimentProgress,
  type RunExperimentOptions,
  runExperiment,
} from "./run-experiment.ts";
export { formatShard, parseShard, type Shard, shardRuns } from "./shard.ts";
