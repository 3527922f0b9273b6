import type { SimTime } from "@k8s-netsim/sim-core";
import { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES } from "../../topology/index.ts";
import type { ConfigurationSummary } from "../what-if/answer.ts";
import type { RunSettings } from "../what-if/settings.ts";
import { runDefinition } from "../world/run-definition.ts";
import { waysOf } from "../world/way-options.ts";
import { checkDefinition } from "./check-definition.ts";
import type { ClusterDefinition } from "./cluster-definition.ts";
import { combinations, labelOf, labelsOf, type Parameters } from "./grid.ts";
import { type MetricColumns, MetricRecord } from "./metric-columns.ts";
import { judgeAll, type NamedClaim, type Outcome, outcomeOf } from "./outcome.ts";
import type { ParameterValue } from "./parameter.ts";
import { runView } from "./run-view.ts";
import type { Scenario, ScenarioDefinition, ScenarioResult, ScenarioRuns } from "./scenario.ts";
import type { StudyTable } from "./study-table.ts";

export interface ScenarioRunOptions {
  readonly seed: string;
  /** Values to run in place of the scenario's own, by parameter. */
  readonly parameters?: ReadonlyMap<string, readonly ParameterValue[]>;
  readonly quick?: boolean;
  readonly replications?: number;
  /** Whether the simulation's own promises are checked all along; slower. */
  readonly check?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What one combination of parameters yielded. */
export interface ScenarioConfiguration extends Outcome {
  readonly id: string;
  /** `distribution=Default, podsInZoneA=4`. */
  readonly label: string;
  readonly parameters: Parameters;
  readonly definition: ClusterDefinition;
  readonly settings: RunSettings;
  readonly summary: ConfigurationSummary;
  /** Id of the configuration that `differences` are from; absent where it is compared with none. */
  readonly comparedWith?: string;
}

export interface ScenarioAnswer {
  readonly scenario: Scenario;
  readonly runs: ScenarioRuns;
  readonly configurations: readonly ScenarioConfiguration[];
  readonly expectations: readonly NamedClaim[];
  /** The scenario's own sentence; absent where it has none. */
  readonly sentence?: string;
  /** What the scenario says of all configurations together. */
  readonly tables: readonly StudyTable[];
}

/**
 * Runs every combination of parameters, all under the same random numbers, and judges the claims.
 *
 * @throws ScenarioParameterError where a parameter or a value asked for does not exist
 */
export function runScenario(scenario: Scenario, options: ScenarioRunOptions): ScenarioAnswer {
  const { definition } = scenario;
  const runs = {
    ...definition.runs,
    ...(options.quick ? definition.quick : {}),
    ...(options.replications === undefined ? {} : { replications: options.replications }),
  };
  const grid = combinations({
    name: scenario.name,
    vary: definition.vary,
    choices: definition.choices ?? {},
    asked: options.parameters ?? new Map(),
  });
  const total = grid.length * runs.replications;
  const measured: MeasuredConfiguration[] = [];
  for (const parameters of grid) {
    const done = measured.length * runs.replications;
    measured.push(
      measure(scenario, parameters, runs, options, (replication) =>
        options.onProgress?.(done + replication, total),
      ),
    );
  }
  const labels = labelsOf(grid, definition.vary);
  const configurations = measured.map((each, index) =>
    configurationOf(each, baselineOf(each, measured, definition), labels[index]),
  );
  const results = measured.map(({ parameters, notes }, index) =>
    resultOf(parameters, notes, configurations[index] as ScenarioConfiguration),
  );
  return {
    scenario,
    runs,
    configurations,
    expectations: judgeAll(definition, configurations),
    tables: definition.tables?.(results) ?? [],
    ...(definition.answer === undefined ? {} : { sentence: definition.answer(results) }),
  };
}

/** The configuration that one is compared with: that of the scenario's baseline, or the first. */
function baselineOf(
  { parameters }: MeasuredConfiguration,
  all: readonly MeasuredConfiguration[],
  { baseline }: ScenarioDefinition<Record<string, readonly ParameterValue[]>, string>,
): MeasuredConfiguration | undefined {
  if (baseline === undefined) return all[0];
  const wanted = labelOf({ ...parameters, ...baseline } as Parameters);
  return all.find((other) => labelOf(other.parameters) === wanted);
}

function resultOf(
  parameters: Parameters,
  notes: Readonly<Record<string, string>>,
  { metrics }: Outcome,
): ScenarioResult<string> {
  return {
    parameters,
    values: Object.fromEntries([...metrics].map(([metric, { mean }]) => [metric, mean])),
    intervals: Object.fromEntries(metrics),
    notes,
  };
}

interface MeasuredConfiguration {
  readonly parameters: Parameters;
  readonly definition: ClusterDefinition;
  readonly settings: RunSettings;
  readonly summary: ConfigurationSummary;
  readonly columns: MetricColumns;
  readonly notes: Readonly<Record<string, string>>;
}

function measure(
  { definition }: Scenario,
  parameters: Parameters,
  runs: ScenarioRuns,
  { seed, check = false }: ScenarioRunOptions,
  onReplication: (done: number) => void,
): MeasuredConfiguration {
  const built = definition.build(parameters);
  checkDefinition(built, labelOf(parameters));
  const settings: RunSettings = {
    seed,
    replications: runs.replications,
    warmUpNs: built.warmUp ?? runs.warmUp,
    lengthNs: runs.length,
    roundTripTimes: { ...DEFAULT_ROUND_TRIP_TIMES, ...built.roundTripTimes },
    ways: waysOf(built),
    prices: built.prices ?? PRICE_TABLES.aws,
    check,
  };
  const record = new MetricRecord();
  const notes: Record<string, string> = {};
  const summary = runDefinition(built, settings, (run, replication) => {
    const view = runView({ ...run, prices: settings.prices, windowSeconds: seconds(runs.length) });
    record.add(definition.measure(view));
    for (const [name, words] of Object.entries(definition.notes?.(view) ?? {})) {
      if (replication === 0 && words !== undefined) notes[name] = words;
    }
    onReplication(replication + 1);
  });
  return { parameters, definition: built, settings, summary, columns: record.columns, notes };
}

function seconds(time: SimTime): number {
  return time / 1e9;
}

function configurationOf(
  measured: MeasuredConfiguration,
  baseline: MeasuredConfiguration | undefined,
  label: string | undefined,
): ScenarioConfiguration {
  const { parameters, definition, settings, summary, columns } = measured;
  const id = labelOf(parameters) || "as defined";
  const outcome = outcomeOf(columns, baseline?.columns);
  const compared =
    baseline === undefined || baseline === measured
      ? {}
      : { comparedWith: labelOf(baseline.parameters) || "as defined" };
  return {
    id,
    label: label ?? id,
    parameters,
    definition,
    settings,
    summary,
    ...outcome,
    ...compared,
  };
}
