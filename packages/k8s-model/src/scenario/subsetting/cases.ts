import { subsetLocally } from "./local.ts";
import { addScores, noScores, type ScoreSums } from "./score.ts";
import { Spread, type ZoneCounts } from "./spread.ts";

export type SubsettingAlgorithm = "random" | "local";

type Triple = readonly [number, number, number];

/**
 * A part of the large input set of KEP 2004: the nodes of three zones, and every multiset of three
 * numbers of endpoints out of a range.
 */
export interface CaseBlock {
  readonly nodes: Triple;
  readonly fewestEndpoints: number;
  readonly mostEndpoints: number;
  readonly step: number;
}

/** One to ten nodes a zone with 0 to 100 endpoints, and 30 nodes a zone with 100 to 1,000 in sevens. */
export function largeInputSet(): readonly CaseBlock[] {
  const blocks: CaseBlock[] = [];
  for (let a = 1; a <= 10; a++) {
    for (let b = a; b <= 10; b++) {
      for (let c = b; c <= 10; c++) {
        blocks.push({ nodes: [a, b, c], fewestEndpoints: 0, mostEndpoints: 100, step: 1 });
      }
    }
  }
  blocks.push({ nodes: [30, 30, 30], fewestEndpoints: 100, mostEndpoints: 1000, step: 7 });
  return blocks;
}

export interface ScoreOptions {
  readonly algorithm: SubsettingAlgorithm;
  /** Endpoints a zone from which on `local` subsets. */
  readonly startingThreshold: number;
  /** Takes only every so many of the cases: a look before the whole; 1 unless told. */
  readonly stride?: number;
}

/** Scores all cases of a block; a case without any endpoint is none. */
export function scoreBlock(block: CaseBlock, options: ScoreOptions): ScoreSums {
  const { algorithm, startingThreshold, stride = 1 } = options;
  const { nodes, fewestEndpoints, mostEndpoints, step } = block;
  const endpoints: [number, number, number] = [0, 0, 0];
  const spread = new Spread();
  const sums = noScores();
  let index = 0;
  for (let a = fewestEndpoints; a <= mostEndpoints; a += step) {
    for (let b = a; b <= mostEndpoints; b += step) {
      for (let c = b; c <= mostEndpoints; c += step) {
        if (c === 0 || index++ % stride !== 0) continue;
        endpoints[0] = a;
        endpoints[1] = b;
        endpoints[2] = c;
        spread.start({ nodes, endpoints });
        if (algorithm === "random") spread.shared = true;
        else subsetLocally(spread, startingThreshold);
        addScores(sums, spread);
      }
    }
  }
  return sums;
}

/** Scores one case of its own. */
export function scoreCase(
  counts: ZoneCounts,
  { algorithm, startingThreshold }: Omit<ScoreOptions, "stride">,
): ScoreSums {
  const spread = new Spread();
  spread.start(counts);
  if (algorithm === "random") spread.shared = true;
  else subsetLocally(spread, startingThreshold);
  const sums = noScores();
  addScores(sums, spread);
  return sums;
}
