import { type Interval, meanInterval, pairedInterval, type SimTime } from "@k8s-netsim/sim-core";
import { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES } from "../../topology/index.ts";
import type { ConfigurationSummary } from "../what-if/answer.ts";
import type { RunSettings } from "../what-if/settings.ts";
import { runDefinition } from "../world/run-definition.ts";
import { checkDefinition } from "./check-definition.ts";
import { type JudgedClaim, judgeClaim, metricView } from "./claim.ts";
import type { ClusterDefinition } from "./cluster-definition.ts";
import type { ParameterValue } from "./parameter.ts";
import { runView } from "./run-view.ts";
import type { Scenario, ScenarioRuns, Variations } from "./scenario.ts";

export interface ScenarioRunOptions {
  readonly seed: string;
  /** Values to run in place of the scenario's own, by parameter. */
  readonly parameters?: ReadonlyMap<string, readonly ParameterValue[]>;
  readonly quick?: boolean;
  readonly replications?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export type Parameters = Readonly<Record<string, ParameterValue>>;

/** What one combination of parameters yielded. */
export interface ScenarioConfiguration {
  readonly id: string;
  /** `distribution=Default, podsInZoneA=4`. */
  readonly label: string;
  readonly parameters: Parameters;
  readonly definition: ClusterDefinition;
  readonly settings: RunSettings;
  readonly summary: ConfigurationSummary;
  readonly metrics: ReadonlyMap<string, Interval>;
  /** Against the first configuration, paired by replication; absent for the first. */
  readonly differences: ReadonlyMap<string, Interval>;
}

export interface ScenarioAnswer {
  readonly scenario: Scenario;
  readonly runs: ScenarioRuns;
  readonly configurations: readonly ScenarioConfiguration[];
  readonly expectations: readonly (JudgedClaim & { readonly name: string })[];
}

/** A parameter that the scenario does not have, or a value that it cannot take. */
export class ScenarioParameterError extends Error {
  readonly code = "bad-scenario-parameter";
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "ScenarioParameterError";
    this.remedy = remedy;
  }
}

/** Runs every combination of parameters, all under the same random numbers, and judges the claims. */
export function runScenario(scenario: Scenario, options: ScenarioRunOptions): ScenarioAnswer {
  const { definition } = scenario;
  const runs = {
    ...definition.runs,
    ...(options.quick ? definition.quick : {}),
    ...(options.replications === undefined ? {} : { replications: options.replications }),
  };
  const combinations = combine(variationsOf(scenario, options.parameters));
  const total = combinations.length * runs.replications;
  const measured: MeasuredConfiguration[] = [];
  for (const parameters of combinations) {
    const done = measured.length * runs.replications;
    measured.push(
      measure(scenario, parameters, runs, options.seed, (replication) =>
        options.onProgress?.(done + replication, total),
      ),
    );
  }
  const configurations = measured.map((each) => configurationOf(each, measured[0]));
  const metrics = [...new Set(measured.flatMap(({ values }) => [...values.keys()]))];
  const expectations = judgeAll(scenario, configurations, metrics);
  return { scenario, runs, configurations, expectations };
}

function variationsOf(
  { name, definition }: Scenario,
  overrides: ScenarioRunOptions["parameters"] = new Map(),
): Variations {
  for (const parameter of overrides.keys()) {
    if (Object.hasOwn(definition.vary, parameter)) continue;
    const known = Object.keys(definition.vary).join(", ") || "none";
    throw new ScenarioParameterError(
      `Scenario "${name}" has no parameter "${parameter}".`,
      `its parameters are: ${known}.`,
    );
  }
  return Object.fromEntries(
    Object.entries(definition.vary).map(([parameter, values]) => [
      parameter,
      overrides.get(parameter) ?? values,
    ]),
  );
}

/** All combinations, the last parameter varying fastest. */
function combine(variations: Variations): readonly Parameters[] {
  return Object.entries(variations).reduce<readonly Parameters[]>(
    (so, [parameter, values]) =>
      so.flatMap((parameters) => values.map((value) => ({ ...parameters, [parameter]: value }))),
    [{}],
  );
}

interface MeasuredConfiguration {
  readonly parameters: Parameters;
  readonly definition: ClusterDefinition;
  readonly settings: RunSettings;
  readonly summary: ConfigurationSummary;
  /** By metric, one value a replication. */
  readonly values: ReadonlyMap<string, readonly (number | undefined)[]>;
}

function measure(
  { definition }: Scenario,
  parameters: Parameters,
  runs: ScenarioRuns,
  seed: string,
  onReplication: (done: number) => void,
): MeasuredConfiguration {
  const built = definition.build(parameters);
  const words = Object.entries(parameters).map(([parameter, value]) => `${parameter}=${value}`);
  checkDefinition(built, words.join(", "));
  const settings: RunSettings = {
    seed,
    replications: runs.replications,
    warmUpNs: runs.warmUp,
    lengthNs: runs.length,
    roundTripTimes: { ...DEFAULT_ROUND_TRIP_TIMES, ...built.roundTripTimes },
    prices: built.prices ?? PRICE_TABLES.aws,
  };
  const values = new Map<string, (number | undefined)[]>();
  const summary = runDefinition(built, settings, (run, replication) => {
    const view = runView({ ...run, prices: settings.prices, windowSeconds: seconds(runs.length) });
    for (const [metric, value] of Object.entries(definition.measure(view))) {
      const column = values.get(metric) ?? [];
      column.push(value);
      values.set(metric, column);
    }
    onReplication(replication + 1);
  });
  return { parameters, definition: built, settings, summary, values };
}

function seconds(time: SimTime): number {
  return time / 1e9;
}

function configurationOf(
  measured: MeasuredConfiguration,
  first: MeasuredConfiguration | undefined,
): ScenarioConfiguration {
  const { parameters, definition, settings, summary, values } = measured;
  const words = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  const metrics = new Map<string, Interval>();
  const differences = new Map<string, Interval>();
  for (const [metric, column] of values) {
    const defined = column.filter((value) => value !== undefined);
    if (defined.length > 0) metrics.set(metric, meanInterval(defined));
    const base = first?.values.get(metric);
    if (first === measured || base === undefined) continue;
    const pairs = column.flatMap((value, index) => {
      const other = base[index];
      return value === undefined || other === undefined ? [] : [[value, other] as const];
    });
    if (pairs.length === 0) continue;
    const [after, before] = [pairs.map(([value]) => value), pairs.map(([, value]) => value)];
    differences.set(metric, pairedInterval(after, before));
  }
  const label = words.join(", ") || "as defined";
  return { id: label, label, parameters, definition, settings, summary, metrics, differences };
}

function judgeAll(
  { definition }: Scenario,
  configurations: readonly ScenarioConfiguration[],
  metrics: readonly string[],
): readonly (JudgedClaim & { readonly name: string })[] {
  const at = Object.fromEntries(
    Object.keys(definition.vary).map((parameter) => [
      parameter,
      (value: ParameterValue) => ({ parameter, value }),
    ]),
  );
  const metric = Object.fromEntries(metrics.map((name) => [name, metricView(name)]));
  return Object.entries(definition.expect ?? {}).map(([name, claimOf]) => {
    const claim = claimOf({ at, metric });
    return { name, ...judgeClaim(claim, configurations, definition.metrics?.[claim.metric]?.unit) };
  });
}
