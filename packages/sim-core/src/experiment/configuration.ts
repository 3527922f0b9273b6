import { SimulationError } from "../errors/index.ts";
import { exp, log } from "../math/index.ts";
import { RandomStream } from "../random/index.ts";

/** What a parameter can be set to: a plain value, so that results and file names can carry it. */
export type ParameterValue = string | number | boolean | null;

/** One setting of every parameter. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/** The levels of every parameter, by name. */
export type ParameterLevels = Readonly<Record<string, readonly ParameterValue[]>>;

/** One setting out of given levels. */
export type SettingOf<Levels extends ParameterLevels> = {
  readonly [Name in keyof Levels]: Levels[Name][number];
};

/**
 * Every combination of the levels given. The first parameter varies slowest, as nested loops would
 * have it; no parameter gives one empty setting.
 */
export function fullFactorial<const Levels extends ParameterLevels>(
  levels: Levels,
): readonly SettingOf<Levels>[] {
  let settings: [string, ParameterValue][][] = [[]];
  for (const [name, values] of Object.entries(levels)) {
    settings = settings.flatMap((setting) =>
      values.map((value): [string, ParameterValue][] => [...setting, [name, value]]),
    );
  }
  return settings.map((setting) => Object.fromEntries(setting) as SettingOf<Levels>);
}

/** A parameter of a Latin hypercube: a range, or levels to spread evenly over the samples. */
export type HypercubeAxis =
  | {
      readonly low: number;
      readonly high: number;
      /** `log` spreads the samples evenly over the logarithm; both bounds must be above zero. */
      readonly scale?: "linear" | "log";
      /** Rounds down to whole numbers, both bounds included. */
      readonly whole?: boolean;
    }
  | readonly ParameterValue[];

/**
 * A Latin hypercube: `samples` settings of which each parameter visits every one of `samples` equal
 * slices of its range exactly once. Spans many parameters with far fewer runs than a full
 * factorial.
 *
 * Random: one stream per parameter, named `latin-hypercube/NAME`, so that adding a parameter leaves
 * the settings of the others as they were.
 */
export function latinHypercube<
  const Axes extends Readonly<Record<string, HypercubeAxis>>,
>(options: {
  readonly seed: string;
  readonly samples: number;
  readonly parameters: Axes;
}): readonly {
  readonly [Name in keyof Axes]: Axes[Name] extends readonly ParameterValue[]
    ? Axes[Name][number]
    : number;
}[] {
  const { seed, samples, parameters } = options;
  const slices = Array.from({ length: samples }, (_, index) => index);
  const columns = Object.entries(parameters).map(([name, axis]) => {
    const stream = new RandomStream(seed, `latin-hypercube/${name}`);
    const positions = stream.shuffled(slices).map((slice) => (slice + stream.double()) / samples);
    return [name, positions.map((position) => valueAt(axis, position))] as const;
  });
  return slices.map(
    (index) => Object.fromEntries(columns.map(([name, values]) => [name, values[index]])) as never,
  );
}

/**
 * A setting as one line, such as `distribution=Default,podsInZoneA=2`: the name of a configuration.
 */
export function configurationId(parameters: Parameters): string {
  const parts = Object.entries(parameters).map(
    ([name, value]) => `${quoted(name)}=${typeof value === "string" ? quoted(value) : value}`,
  );
  return parts.length === 0 ? "default" : parts.join(",");
}

/** A string that could be taken for something else is written as JSON. */
function quoted(text: string): string {
  const ambiguous = !/^[A-Za-z_][\w./:@ -]*$/.test(text) || /^(true|false|null)$/.test(text);
  return ambiguous ? JSON.stringify(text) : text;
}

function valueAt(axis: HypercubeAxis, position: number): ParameterValue {
  if (isLevels(axis)) return axis[Math.floor(position * axis.length)] as ParameterValue;
  const { low, high, scale = "linear", whole = false } = axis;
  if (!(low <= high && (scale === "linear" || low > 0))) {
    throw new SimulationError(
      "bad-parameter-range",
      { low, high, scale },
      `A ${scale} parameter cannot range from ${low} to ${high}.`,
      "Give low <= high, and both above zero on a logarithmic scale.",
    );
  }
  const top = whole ? high + 1 : high;
  const value =
    scale === "log"
      ? exp(log(low) + position * (log(top) - log(low)))
      : low + position * (top - low);
  return whole ? Math.min(high, Math.floor(value)) : value;
}

function isLevels(axis: HypercubeAxis): axis is readonly ParameterValue[] {
  return Array.isArray(axis);
}
