export type { DnsOptions } from "../data-plane/index.ts";
export type { AssumedWorld, Assumption } from "./assumptions/assumption.ts";
export { listAssumptions } from "./assumptions/list-assumptions.ts";
export type { SensitivityEffect, SensitivityRow } from "./assumptions/sensitivity.ts";
export { apiServerAssumptions, loadBalancerAssumptions } from "./assumptions/server-assumptions.ts";
export { timingAssumptions } from "./assumptions/timing-assumptions.ts";
export {
  type BackCheck,
  backCheck,
  backCheckReason,
  backCheckSentence,
  type ObservedNumber,
  readObservedNumbers,
  rowInWords,
} from "./back-check/index.ts";
export {
  type ChurnOptions,
  type ChurnReport,
  churnSentence,
  DEFAULT_CHURN,
  type PhaseReport,
  runChurn,
  watchBytes,
} from "./churn/index.ts";
export { ChangeError } from "./definition/change-error.ts";
export type { Claim, MetricView } from "./definition/claim.ts";
export {
  type ClusterDefinition,
  type ClusterOptions,
  cluster,
  type ObjectChange,
  type PlannedChange,
} from "./definition/cluster-definition.ts";
export {
  apiServerRestart,
  clockSkew,
  type DrainFaultOptions,
  etcdSlow,
  type FaultDefinition,
  type FaultKind,
  leaderChange,
  nodeCordon,
  nodeDrain,
  nodeFailure,
  nodePartition,
  type OutageOptions,
  watchLost,
  zoneOutage,
  zonePartition,
} from "./definition/fault-definition.ts";
export {
  type ParameterRange,
  type Parameters,
  ScenarioParameterError,
  type Variations,
} from "./definition/grid.ts";
export {
  type AutoscalerOptions,
  autoscaler,
  type DeploymentOptions,
  deployment,
  type ScenarioObjects,
  type ServiceOptions,
  service,
} from "./definition/objects.ts";
export type { NamedClaim } from "./definition/outcome.ts";
export type { ParameterFilter, ParameterValue } from "./definition/parameter.ts";
export {
  runScenario,
  type ScenarioAnswer,
  type ScenarioConfiguration,
  type ScenarioRunOptions,
} from "./definition/run-scenario.ts";
export { runStudy, type StudyAnswer, type StudyConfiguration } from "./definition/run-study.ts";
export type { RunView } from "./definition/run-view.ts";
export {
  type Choices,
  type MetricFormat,
  type ParametersOf,
  type Scenario,
  type ScenarioDefinition,
  type ScenarioResult,
  type ScenarioRuns,
  scenario,
} from "./definition/scenario.ts";
export type { ServiceView } from "./definition/service-view.ts";
export {
  type Study,
  type StudyChart,
  type StudyContext,
  type StudyDefinition,
  type StudyRun,
  study,
} from "./definition/study.ts";
export type { StudyAssumption, StudyTable } from "./definition/study-table.ts";
export { closedLoop, type LoopOptions, openLoop } from "./definition/traffic.ts";
export {
  deletePods,
  rollingUpdate,
  scale,
  type WorkloadChange,
} from "./definition/workload-change.ts";
export {
  type ConnectionQuestion,
  ConnectionQuestionError,
  parseConnectionQuestion,
} from "./explain/connection-question.ts";
export {
  type ConnectionExplanation,
  type ExplainOptions,
  explainConnection,
  type Hop,
} from "./explain/explain-connection.ts";
export type { Finding } from "./findings/finding.ts";
export { changeAssumptions } from "./findings/room-left.ts";
export {
  type InputRequest,
  type PreparedInput,
  prepareInput,
} from "./input/prepare-input.ts";
export { compareRuns, type MeasureComparison } from "./measures/comparison.ts";
export type { Direction, DirectionView } from "./measures/direction.ts";
export { EVERYTHING, MEASURES, type Measure, type MeasureId } from "./measures/measure.ts";
export type { EndpointLoad, TrafficTotals } from "./measures/traffic-totals.ts";
export type { Transfer } from "./measures/transfers.ts";
export { isPriceDate, readPrices } from "./prices/index.ts";
export {
  measureProxySize,
  type ProxySize,
  type ProxySizeQuestion,
} from "./proxy-modes/proxy-size.ts";
export {
  largeInputSet,
  type SubsettingAlgorithm,
  scoreBlock,
  scoreCase,
} from "./subsetting/cases.ts";
export {
  joinedScores,
  type MeanScores,
  meanScores,
  noScores,
  type ScoreSums,
} from "./subsetting/score.ts";
export {
  InvalidTrace,
  type ScenarioTraceOptions,
  type ServiceAddress,
  type TracedConnection,
  type TracedQuestion,
  type TraceOptions,
  type TraceOutcome,
  type TraceTally,
  type TrafficTrace,
  traceMoment,
  traceScenario,
  traceTraffic,
  traceWhatIf,
} from "./trace/index.ts";
export type { ConfigurationSummary, JudgedExpectation, WhatIfAnswer } from "./what-if/answer.ts";
export {
  type Claimable,
  checkExpectation,
  type Expectation,
  ExpectationError,
  type ExpectationVerdict,
  overall,
  parseExpectation,
} from "./what-if/expectation.ts";
export type { RunSettings } from "./what-if/settings.ts";
export {
  TIMELINE_BIN_NS,
  type WhatIfQuestion,
  type WhatIfSide,
  whatIf,
} from "./what-if/what-if.ts";
export { type DrainReport, drainInWords } from "./world/drain-report.ts";
export { type FailureTrace, failureInWords } from "./world/failure-trace.ts";
export type { LinkBandwidths, ProbesUnderLoad, WayOptions } from "./world/way-options.ts";
