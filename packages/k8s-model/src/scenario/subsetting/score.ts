import { type Spread, ZONES } from "./spread.ts";

const ENDPOINTS_PER_SLICE = 100;

/** Scores of cases by the measures of KEP 2004, summed, each from 0 to 100, 100 the best. */
export interface ScoreSums {
  cases: number;
  /** Traffic that stays in its zone, per cent. */
  inZone: number;
  /** 100 less half the largest overload and half the mean deviation of an endpoint's load, per cent. */
  overload: number;
  /** EndpointSlices needed without subsetting, per cent of those with it. */
  slices: number;
  /** How far any endpoint's load is above an even one at most, as a share. */
  maxOverload: number;
}

export function noScores(): ScoreSums {
  return { cases: 0, inZone: 0, overload: 0, slices: 0, maxOverload: 0 };
}

/** Adds the scores of one case. */
export function addScores(sums: ScoreSums, spread: Spread): void {
  sums.cases++;
  if (spread.shared) {
    let inZone = 0;
    for (let zone = 0; zone < ZONES; zone++) {
      inZone += (spread.nodes[zone] as number) * (spread.present[zone] as number);
    }
    sums.inZone += (100 * inZone) / (spread.allNodes * spread.total);
    sums.overload += 100;
    sums.slices += 100;
    return;
  }
  let inZone = 0;
  let largest = 0;
  let sum = 0;
  let slices = 0;
  for (let zone = 0; zone < ZONES; zone++) {
    const group = spread.group[zone] as number;
    const deviation = spread.expected(zone) / group - 1;
    inZone += ((spread.nodes[zone] as number) * (spread.own[zone] as number)) / group;
    if (deviation > largest) largest = deviation;
    sum += Math.abs(deviation) * group;
    slices += Math.ceil(group / ENDPOINTS_PER_SLICE);
  }
  sums.inZone += (100 * inZone) / spread.allNodes;
  sums.overload += 100 - 50 * largest - (50 * sum) / spread.total;
  sums.slices += (100 * Math.ceil(spread.total / ENDPOINTS_PER_SLICE)) / slices;
  sums.maxOverload = Math.max(sums.maxOverload, largest);
}

/** Scores of two sets of cases together. */
export function joinedScores(a: ScoreSums, b: ScoreSums): ScoreSums {
  return {
    cases: a.cases + b.cases,
    inZone: a.inZone + b.inZone,
    overload: a.overload + b.overload,
    slices: a.slices + b.slices,
    maxOverload: Math.max(a.maxOverload, b.maxOverload),
  };
}

/** Mean scores; the total weighs traffic 45, overload 40 and slices 15. */
export interface MeanScores {
  readonly total: number;
  readonly inZone: number;
  readonly overload: number;
  readonly slices: number;
}

export function meanScores({ cases, ...sums }: ScoreSums): MeanScores {
  const inZone = sums.inZone / cases;
  const overload = sums.overload / cases;
  const slices = sums.slices / cases;
  return { total: 0.45 * inZone + 0.4 * overload + 0.15 * slices, inZone, overload, slices };
}
