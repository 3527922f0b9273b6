import type { ScenarioResult } from "@k8s-netsim/k8s-model/scenario";

export type RoutingMetric =
  | "crossZone"
  | "cost"
  | "p50"
  | "p99"
  | "zoneLoad"
  | "busiest"
  | "failed"
  | "endpoints"
  | "hinted";

export type RoutingResult = ScenarioResult<RoutingMetric>;

/** What a setting may do to clients and pods, however cheap it is. */
const BOUNDS = { failed: 0.001, p99AgainstDefault: 1.25, zoneLoad: 0.85 } as const;

/** Costs that differ by less than this share of Default's count as equal. */
const EQUAL_COST = 0.02;

/**
 * Settings that one can choose today; of equally cheap ones the first, as it leaves a caller the most
 * endpoints. The keys of 1.17 to 1.21 are gone.
 */
const SETTINGS = ["Default", "PreferSameZone", "hints", "PreferSameNode", "Local"] as const;

export interface Choice {
  readonly shape: string;
  readonly today: RoutingResult | undefined;
  /** The cheapest setting within the bounds; absent where none is. */
  readonly chosen: RoutingResult | undefined;
  /** Settings that are cheaper still, each with the bound that it breaks. */
  readonly rejected: readonly { readonly policy: string; readonly why: string }[];
}

/** The setting to choose for each shape. */
export function choicesOf(results: readonly RoutingResult[]): readonly Choice[] {
  const shapes = [...new Set(results.map(({ parameters }) => String(parameters.shape)))];
  return shapes.map((shape) => choiceFor(shape, results));
}

function choiceFor(shape: string, results: readonly RoutingResult[]): Choice {
  const settings = SETTINGS.flatMap((policy) =>
    results.filter(({ parameters }) => parameters.shape === shape && parameters.policy === policy),
  );
  const today = settings.find(({ parameters }) => parameters.policy === "Default");
  const judged = settings.map((setting) => ({ setting, why: brokenBound(setting, today) }));
  const least = EQUAL_COST * (today === undefined ? 0 : costOf(today));
  let chosen: RoutingResult | undefined;
  for (const { setting, why } of judged) {
    if (why !== undefined) continue;
    if (chosen === undefined || costOf(setting) < costOf(chosen) - least) chosen = setting;
  }
  const dearest = chosen === undefined ? Number.POSITIVE_INFINITY : costOf(chosen) - least;
  return {
    shape,
    today,
    chosen,
    rejected: judged.flatMap(({ setting, why }) =>
      why !== undefined && costOf(setting) < dearest
        ? [{ policy: String(setting.parameters.policy), why }]
        : [],
    ),
  };
}

/** The gravest bound that a setting breaks, in words; what is not measured breaks none. */
function brokenBound(
  { values, intervals }: RoutingResult,
  today: RoutingResult | undefined,
): string | undefined {
  const { failed = 0, zoneLoad = 0, p99 = 0 } = values;
  if (zoneLoad > BOUNDS.zoneLoad) {
    const lost = failed > BOUNDS.failed ? `, ${percent(failed)} fail` : "";
    return `a zone's pods ${percent(zoneLoad)} loaded${lost}`;
  }
  if ((intervals.failed?.high ?? failed) > BOUNDS.failed) return `${percent(failed)} fail`;
  const before = today?.values.p99;
  return before === undefined || p99 <= BOUNDS.p99AgainstDefault * before
    ? undefined
    : `p99 ${(p99 / before).toFixed(1)} times Default's`;
}

/** The answer: which setting for which shapes, what it does to the bill, and where to keep Default. */
export function settingToChoose(results: readonly RoutingResult[]): string {
  const choices = choicesOf(results);
  const parts = [...SETTINGS.slice(1), "Default"].flatMap((policy) => {
    const shapes = choices.filter(({ chosen }) => chosen?.parameters.policy === policy);
    return shapes.length === 0 ? [] : [part(policy, shapes)];
  });
  const lost = choices.filter(({ chosen }) => chosen === undefined);
  if (lost.length > 0)
    parts.push(
      `nothing for ${listed(lost.map(({ shape }) => shape))}: no setting stays within the bounds`,
    );
  const { failed, p99AgainstDefault, zoneLoad } = BOUNDS;
  const unhinted = results.filter(
    ({ parameters, values }) => parameters.policy === "hints" && values.hinted === 0,
  );
  const refused =
    unhinted.length === 0
      ? ""
      : ` Hints are refused for ${listed(unhinted.map(({ parameters }) => String(parameters.shape)))}.`;
  return (
    `Choose ${parts.join("; ")}.${refused} Chosen is the cheapest setting with at most ` +
    `${percent(failed)} failed, p99 at most ${p99AgainstDefault} times Default's and no zone's pods ` +
    `loaded beyond ${percent(zoneLoad)}.`
  );
}

function part(policy: string, shapes: readonly Choice[]): string {
  const names = listed(shapes.map(({ shape }) => shape));
  if (policy === "Default") {
    const isForced = shapes.some(({ rejected }) => rejected.length > 0);
    return `Default for ${names}${isForced ? ", where every cheaper setting overloads a zone or fails requests" : ""}`;
  }
  const saved = shapes.flatMap(({ today, chosen }) =>
    today === undefined || chosen === undefined ? [] : [1 - costOf(chosen) / costOf(today)],
  );
  const least = Math.min(...saved);
  const most = Math.max(...saved);
  const range =
    percent(least) === percent(most) ? percent(most) : `${percent(least)} to ${percent(most)}`;
  const setting = policy === "hints" ? "hints (topology-mode: Auto)" : policy;
  return `${setting} for ${names}${saved.length === 0 ? "" : ` (zone traffic costs ${range} less)`}`;
}

function listed(shapes: readonly string[]): string {
  const names = shapes.map((shape) => `"${shape}"`);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function costOf({ values }: RoutingResult): number {
  return values.cost ?? 0;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value !== 0 && Math.abs(value) < 10 ? Number(value.toFixed(1)) : value.toFixed(0)} %`;
}
