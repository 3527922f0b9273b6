import { EVERYTHING, MEASURES, type Measure, type MeasureId } from "../measures/measure.ts";

/**
 * A claim about a result, such as `crossZoneShare<0.2`, `default/web:latencyP99<=20ms` or, about
 * the difference, `Δp99<=5%`.
 */
export interface Expectation {
  /** As the user wrote it. */
  readonly text: string;
  /** `value`: of the changed cluster; `difference` and `relative`: changed against unchanged. */
  readonly about: "value" | "difference" | "relative";
  readonly measure: MeasureId;
  /** `all`, or `namespace/name` of a Service. */
  readonly scope: string;
  readonly comparison: "<" | "<=" | ">" | ">=";
  /** In the measure's own unit; for `relative` a fraction. */
  readonly bound: number;
}

export type ExpectationVerdict = "met" | "missed" | "undecided";

export class ExpectationError extends Error {
  readonly code = "bad-expectation";
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "ExpectationError";
    this.remedy = remedy;
  }
}

const SHAPE =
  /^\s*(?:(?!delta:)((?:[a-z0-9.-]+\/)?[a-z0-9.-]+):)?\s*(Δ|delta:)?\s*([A-Za-z0-9]+)\s*(<=|>=|<|>)\s*(-?[0-9]*\.?[0-9]+(?:e-?[0-9]+)?)\s*(%|ns|us|µs|ms|s)?\s*$/u;

/** Shorter names, as people say them. */
const ALIASES: Readonly<Record<string, MeasureId>> = {
  p50: "latencyP50",
  p90: "latencyP90",
  p99: "latencyP99",
  failed: "failedShare",
  cost: "costPerMillion",
};

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
};

/** Reads one `--expect`. @throws ExpectationError that says what was not understood. */
export function parseExpectation(text: string): Expectation {
  const match = SHAPE.exec(text);
  if (match === null) {
    throw new ExpectationError(
      `The expectation "${text}" is not of the form [[NAMESPACE/]SERVICE:][Δ]MEASURE(<|<=|>|>=)NUMBER[UNIT].`,
      "Write for example 'crossZoneShare<0.2', 'p99<20ms', 'default/web:failedShare<=0.1%' or 'Δp99<=5%'.",
    );
  }
  const [, scope = EVERYTHING, delta, name = "", comparison, number, unit] = match;
  const measure = measureNamed(name, text);
  const about =
    delta === undefined
      ? "value"
      : unit === "%" && measure.unit !== "share"
        ? "relative"
        : "difference";
  return {
    text: text.trim(),
    about,
    measure: measure.id,
    scope: scope === EVERYTHING || scope.includes("/") ? scope : `default/${scope}`,
    comparison: comparison as Expectation["comparison"],
    bound: boundOf(Number(number), unit, measure, { text, isDifference: delta !== undefined }),
  };
}

function measureNamed(name: string, text: string): Measure {
  const id = Object.hasOwn(ALIASES, name) ? ALIASES[name] : name;
  const measure = MEASURES.find((candidate) => candidate.id === id);
  if (measure !== undefined) return measure;
  throw new ExpectationError(
    `The expectation "${text}" names a measure "${name}" that does not exist.`,
    `Use one of ${[...MEASURES.map(({ id: known }) => known), ...Object.keys(ALIASES)].join(", ")}.`,
  );
}

/** What claims can be about in one input. */
export interface Claimable {
  /** `namespace/name` of every Service. */
  readonly services: ReadonlySet<string>;
  /** Rates and sizes are given, so that money per month is no invention. */
  readonly moneyIsGiven: boolean;
}

/** Refuses claims about what the input does not have. @throws ExpectationError */
export function checkExpectation(
  { text, scope, measure }: Expectation,
  { services, moneyIsGiven }: Claimable,
): void {
  if (scope !== EVERYTHING && !services.has(scope)) {
    throw new ExpectationError(
      `The expectation "${text}" is about Service ${scope}, which the input does not have.`,
      `Use one of ${[...services].sort().slice(0, 20).join(", ") || "none"}.`,
    );
  }
  if (measure === "costPerMonth" && !moneyIsGiven) {
    throw new ExpectationError(
      `The expectation "${text}" is about money per month, but rates and sizes are assumed.`,
      "Give them with --traffic, or use costPerMillion.",
    );
  }
}

function boundOf(
  number: number,
  unit: string | undefined,
  measure: Measure,
  { text, isDifference }: { readonly text: string; readonly isDifference: boolean },
): number {
  if (!Number.isFinite(number)) {
    throw new ExpectationError(
      `The expectation "${text}" compares with a number that is too large.`,
      "Write a smaller one.",
    );
  }
  if (unit === "%" && (measure.unit === "share" || isDifference)) return number / 100;
  if (unit === undefined && measure.unit !== "ns") return number;
  if (unit !== undefined && unit !== "%" && measure.unit === "ns") {
    return number * (NANOSECONDS[unit] as number);
  }
  if (unit === undefined && number === 0) return 0;
  throw new ExpectationError(
    measure.unit === "ns" && unit === undefined
      ? `The expectation "${text}" compares a time with a number that has no unit.`
      : `The expectation "${text}" gives "${measure.id}" the unit "${unit}", which it does not have.`,
    remedyFor(measure),
  );
}

function remedyFor({ unit }: Measure): string {
  if (unit === "ns") return "Use ns, us, ms or s; % is for a change, as in 'Δp99<=5%'.";
  return unit === "share" ? "Leave the unit out, or use %." : "Leave the unit out.";
}

/** Judges on the confidence bounds: met or missed only when the whole interval is on one side. */
export function judge(
  { comparison, bound }: Pick<Expectation, "comparison" | "bound">,
  interval: { readonly low: number; readonly high: number },
): ExpectationVerdict {
  const holds = (value: number): boolean => {
    if (comparison === "<") return value < bound;
    if (comparison === "<=") return value <= bound;
    return comparison === ">" ? value > bound : value >= bound;
  };
  const low = holds(interval.low);
  const high = holds(interval.high);
  if (low && high) return "met";
  return low || high ? "undecided" : "missed";
}

/** One verdict for several: a miss outweighs what is undecided, which outweighs what is met. */
export function overall(verdicts: readonly ExpectationVerdict[]): ExpectationVerdict | "none" {
  if (verdicts.length === 0) return "none";
  if (verdicts.includes("missed")) return "missed";
  return verdicts.includes("undecided") ? "undecided" : "met";
}
