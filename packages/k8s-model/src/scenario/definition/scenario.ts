import type { Interval, SimTime } from "@k8s-netsim/sim-core";
import type { NumberUnit } from "../measures/in-words.ts";
import type { Claim, MetricView } from "./claim.ts";
import type { ClusterDefinition } from "./cluster-definition.ts";
import type { Parameters, Variations } from "./grid.ts";
import type { ParameterFilter, ParameterValue } from "./parameter.ts";
import type { RunView } from "./run-view.ts";
import type { StudyAssumption, StudyTable } from "./study-table.ts";

/** Named values that some parameters can take, beyond those that are run by default. */
export type Choices<V extends Variations> = {
  readonly [K in keyof V]?: readonly ParameterValue[];
};

/** One value for each parameter. */
export type ParametersOf<V extends Variations, C extends Choices<V> = Record<never, never>> = {
  readonly [K in keyof V]: C extends { readonly [P in K]: readonly (infer T)[] } ? T : V[K][number];
};

export interface ScenarioRuns {
  readonly replications: number;
  readonly warmUp: SimTime;
  readonly length: SimTime;
}

/** How a metric is shown; without it a bare number. */
export interface MetricFormat {
  readonly label?: string;
  readonly unit?: NumberUnit;
  readonly better?: "lower" | "higher" | "neither";
  readonly description?: string;
}

export type MetricFormats<M extends string> = { readonly [K in M]?: MetricFormat };

/** Claims that can fail, by what they say; judged on confidence bounds. */
export type Claims<V extends Variations, M extends string> = Readonly<
  Record<
    string,
    (context: {
      readonly at: {
        readonly [K in keyof V]: (value: V[K][number] | ParameterValue) => ParameterFilter;
      };
      readonly metric: { readonly [K in M]: MetricView };
    }) => Claim
  >
>;

/** A combination of parameters with what it came to, for tables and the answer in words. */
export interface ScenarioResult<M extends string> {
  readonly parameters: Parameters;
  /** Means over the replications. */
  readonly values: { readonly [K in M]?: number };
  readonly intervals: { readonly [K in M]?: Interval };
  /** What `notes` said of the first replication. */
  readonly notes: Readonly<Record<string, string>>;
}

export interface ScenarioDefinition<V extends Variations, M extends string> {
  /** What it answers, as a question. */
  readonly question?: string;
  readonly vary: V;
  /** All values that a parameter can take; one without an entry takes any value of its type. */
  readonly choices?: Choices<V>;
  readonly runs: ScenarioRuns;
  /** Smaller runs for a first look and for CI. */
  readonly quick?: Partial<ScenarioRuns>;
  readonly build: (parameters: ParametersOf<V>) => ClusterDefinition;
  /** What one run yields; a metric that is not defined in a run is left out of its mean. */
  readonly measure: (run: RunView) => Readonly<Record<M, number | undefined>>;
  readonly metrics?: MetricFormats<M>;
  readonly expect?: Claims<V, M>;
  /**
   * Values that make the combination with which each other is compared, all else equal; without them
   * it is the first one.
   */
  readonly baseline?: { readonly [K in keyof V]?: V[K][number] };
  /** Words about the first replication, by name, such as an event's message. */
  readonly notes?: (run: RunView) => Readonly<Record<string, string | undefined>>;
  /** The answer in a sentence; without it the expectations are counted. */
  readonly answer?: (results: readonly ScenarioResult<M>[]) => string;
  /** What the combinations together say, shown before their numbers. */
  readonly tables?: (results: readonly ScenarioResult<M>[]) => readonly StudyTable[];
  readonly assumptions?: readonly StudyAssumption[];
}

/** A question about requests in a cluster: parameters, runs, measures and expectations. */
export interface Scenario {
  readonly kind: "scenario";
  readonly name: string;
  readonly definition: ScenarioDefinition<Variations, string>;
}

/**
 * Defines a scenario: `build` makes the cluster of each combination of parameters, `measure` reads
 * each run, `expect` claims something of the results.
 *
 * Replications of all combinations share their random numbers, so that differences are paired.
 */
export function scenario<const V extends Variations, M extends string>(
  name: string,
  definition: ScenarioDefinition<V, M>,
): Scenario {
  return {
    kind: "scenario",
    name,
    definition: definition as unknown as ScenarioDefinition<Variations, string>,
  };
}
