import type { ParameterValue } from "./parameter.ts";

/** Parameters of a question with the values that each takes. */
export type Variations = Readonly<Record<string, readonly ParameterValue[]>>;

/** One value for each parameter. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

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

/** What numbers a parameter can take. */
export interface ParameterRange {
  readonly least: number;
  readonly most: number;
  /** Whether fractions are allowed; they are not unless this says so. */
  readonly fractions?: boolean;
}

/** What a question can be asked with. */
export interface Grid {
  readonly name: string;
  /** Values that are run where none are asked for. */
  readonly vary: Variations;
  /** All values that a parameter can take, where these are named ones. */
  readonly choices: Readonly<Record<string, readonly ParameterValue[] | undefined>>;
  /** Within which numbers must lie. */
  readonly ranges?: Readonly<Record<string, ParameterRange | undefined>>;
  /** Values asked for in place of the question's own. */
  readonly asked: ReadonlyMap<string, readonly ParameterValue[]>;
}

/**
 * All combinations, the last parameter varying fastest.
 *
 * @throws ScenarioParameterError where a parameter or a value asked for does not exist
 */
export function combinations(grid: Grid): readonly Parameters[] {
  for (const [parameter, values] of grid.asked) checkAsked(grid, parameter, values);
  return Object.entries(grid.vary).reduce<readonly Parameters[]>(
    (so, [parameter, own]) => {
      const values = grid.asked.get(parameter) ?? own;
      return so.flatMap((parameters) =>
        values.map((value) => ({ ...parameters, [parameter]: value })),
      );
    },
    [{}],
  );
}

function checkAsked(
  { name, vary, choices, ranges = {} }: Grid,
  parameter: string,
  values: readonly ParameterValue[],
): void {
  if (!Object.hasOwn(vary, parameter)) {
    const known = Object.keys(vary).join(", ") || "none";
    throw new ScenarioParameterError(
      `Scenario "${name}" has no parameter "${parameter}".`,
      `its parameters are: ${known}.`,
    );
  }
  const possible = Object.hasOwn(choices, parameter) ? choices[parameter] : undefined;
  const wrong = values.find((value) => possible !== undefined && !possible.includes(value));
  if (wrong !== undefined) {
    throw new ScenarioParameterError(
      `Scenario "${name}": ${parameter} cannot be "${wrong}".`,
      `use one of: ${(possible ?? []).join(", ")}.`,
    );
  }
  const range = Object.hasOwn(ranges, parameter) ? ranges[parameter] : undefined;
  const outside = values.find((value) => range !== undefined && !isWithin(value, range));
  if (range === undefined || outside === undefined) return;
  const { least, most, fractions = false } = range;
  throw new ScenarioParameterError(
    `Scenario "${name}": ${parameter} cannot be ${outside}.`,
    `use a ${fractions ? "number" : "whole number"} from ${least} to ${most}.`,
  );
}

function isWithin(
  value: ParameterValue,
  { least, most, fractions = false }: ParameterRange,
): boolean {
  if (typeof value !== "number" || value < least || value > most) return false;
  return fractions || Number.isInteger(value);
}

/** `distribution=Default, podsInZoneA=4`. */
export function labelOf(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([parameter, value]) => `${parameter}=${value}`)
    .join(", ");
}

/**
 * Labels of all combinations, without the parameters that are the same in all of them; one alone is
 * known by what differs from the question's own values.
 */
export function labelsOf(grid: readonly Parameters[], own: Variations): readonly string[] {
  const told = Object.keys(own).filter((parameter) => {
    const values = new Set(grid.map((parameters) => parameters[parameter]));
    return grid.length > 1 ? values.size > 1 : !values.has(own[parameter]?.[0] as ParameterValue);
  });
  return grid.map((parameters) => {
    const shown = told.map((parameter) => [parameter, parameters[parameter]] as const);
    return labelOf(Object.fromEntries(shown) as Parameters) || "as defined";
  });
}
