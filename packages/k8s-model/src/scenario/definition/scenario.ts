import type { SimTime } from "@k8s-netsim/sim-core";
import type { NumberUnit } from "../measures/in-words.ts";
import type { Claim, MetricView } from "./claim.ts";
import type { ClusterDefinition } from "./cluster-definition.ts";
import type { ParameterFilter, ParameterValue } from "./parameter.ts";
import type { RunView } from "./run-view.ts";

/** Parameters of a scenario with the values that each takes. */
export type Variations = Readonly<Record<string, readonly ParameterValue[]>>;

/** One value for each parameter. */
export type ParametersOf<V extends Variations> = { readonly [K in keyof V]: V[K][number] };

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

export interface ScenarioDefinition<V extends Variations, M extends string> {
  /** What it answers, as a question. */
  readonly question?: string;
  readonly vary: V;
  readonly runs: ScenarioRuns;
  /** Smaller runs for a first look and for CI. */
  readonly quick?: Partial<ScenarioRuns>;
  readonly build: (parameters: ParametersOf<V>) => ClusterDefinition;
  /** What one run yields; a metric that is not defined in a run is left out of its mean. */
  readonly measure: (run: RunView) => Readonly<Record<M, number | undefined>>;
  readonly metrics?: { readonly [K in M]?: MetricFormat };
  /** Claims that can fail; judged on confidence bounds. */
  readonly expect?: Readonly<
    Record<
      string,
      (context: {
        readonly at: { readonly [K in keyof V]: (value: V[K][number]) => ParameterFilter };
        readonly metric: { readonly [K in M]: MetricView };
      }) => Claim
    >
  >;
}

/** A question with parameters, runs, measures and expectations. */
export interface Scenario {
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
  return { name, definition: definition as unknown as ScenarioDefinition<Variations, string> };
}
