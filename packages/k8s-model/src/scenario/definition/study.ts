import type { NumberUnit } from "../measures/in-words.ts";
import type { ParameterRange, Parameters, Variations } from "./grid.ts";
import type { Choices, Claims, MetricFormats, ParametersOf } from "./scenario.ts";
import type { StudyAssumption, StudyTable } from "./study-table.ts";

/** What a run of a study is given beside its parameters. */
export interface StudyContext {
  /** The seed of this replication: the same for every combination of parameters. */
  readonly seed: string;
  readonly quick: boolean;
  /** Whether the simulation's own promises are to be checked: pass it to the clusters it builds. */
  readonly check: boolean;
  /** Tells how much of this run is done, 0 to 1. */
  progress(share: number): void;
}

export interface StudyAxis {
  readonly label: string;
  readonly unit?: NumberUnit;
  readonly logarithmic?: boolean;
}

export interface StudyChart {
  readonly title: string;
  /** What one sees in it, in a sentence. */
  readonly description: string;
  readonly x: StudyAxis;
  readonly y: StudyAxis;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly { readonly x: number; readonly y: number }[];
    /** Published or assumed numbers beside computed ones. */
    readonly dashed?: boolean;
  }[];
  /** Moments or sizes to mark on the x axis. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
}

/** What one run of a study yields. */
export interface StudyRun<M extends string> {
  /** By metric; one that is not defined in this run is left out of its mean. */
  readonly values: Readonly<Record<M, number | undefined>>;
  /** Shown for the first replication only, like charts. */
  readonly tables?: readonly StudyTable[];
  readonly charts?: readonly StudyChart[];
  /** What a reader must know before believing the numbers. */
  readonly warnings?: readonly string[];
}

/** A combination of parameters with the means of its metrics, for the answer in words. */
export interface StudyResult<M extends string> {
  readonly parameters: Parameters;
  readonly values: { readonly [K in M]?: number };
}

/** Any number where numbers are: a quick size is another one. */
type Widened<T> = T extends number ? number : T;

export interface StudyDefinition<
  V extends Variations,
  M extends string,
  C extends Choices<V> = Record<never, never>,
> {
  /** What it answers, as a question. */
  readonly question?: string;
  readonly vary: V;
  /** All values that a parameter can take; one without an entry takes any value of its type. */
  readonly choices?: C;
  /** Within which a parameter's numbers must lie; one without an entry takes any number. */
  readonly ranges?: { readonly [K in keyof V]?: ParameterRange };
  /** Runs of each combination; `"exact"`: nothing is random, so that one run is the whole truth. */
  readonly replications: number | "exact";
  /** Fewer runs, of smaller things, for a first look and for CI. */
  readonly quick?: {
    /** Of no effect on an exact study. */
    readonly replications?: number;
    readonly vary?: { readonly [K in keyof V]?: readonly Widened<ParametersOf<V, C>[K]>[] };
  };
  /** One run; an error with `code` and `remedy` is told to the user as it is. */
  readonly run: (
    parameters: ParametersOf<V, C>,
    context: StudyContext,
  ) => StudyRun<M> | Promise<StudyRun<M>>;
  readonly metrics?: MetricFormats<M>;
  readonly expect?: Claims<V, M>;
  /** The answer in a sentence; without it the expectations are counted. */
  readonly answer?: (results: readonly StudyResult<M>[]) => string;
  readonly assumptions?: readonly StudyAssumption[];
}

/** A question whose runs are not requests in a cluster but whatever its function does. */
export interface Study {
  readonly kind: "study";
  readonly name: string;
  readonly definition: StudyDefinition<Variations, string>;
}

/**
 * Defines a study: a scenario whose runs are a function from parameters and a seed to metrics, with
 * tables and charts of its own.
 *
 * All randomness must come from the seed: the same seed gives the same bytes. Replications of all
 * combinations share their seeds, so that differences are paired.
 */
export function study<
  const V extends Variations,
  M extends string,
  const C extends Choices<V> = Record<never, never>,
>(name: string, definition: StudyDefinition<V, M, C>): Study {
  return {
    kind: "study",
    name,
    definition: definition as unknown as StudyDefinition<Variations, string>,
  };
}
