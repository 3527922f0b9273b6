import {
  joinedScores,
  largeInputSet,
  meanScores,
  noScores,
  type ScoreSums,
  type SubsettingAlgorithm,
  scoreBlock,
  study,
} from "@k8s-netsim/k8s-model/scenario";
import { type Experiment, experiment, type PlainData } from "@k8s-netsim/sim-core";
import { runInWorkers } from "@k8s-netsim/sim-core/node";

/** Printed in KEP 2004, "Test Results", over 39,273,145 inputs. */
const PUBLISHED = {
  random: { total: 72.48, inZone: 38.84, overload: 100, slices: 100 },
  local: { total: 86.71, inZone: 84.33, overload: 98.25, slices: 63.1 },
} as const;

/** The quick size looks at every 101st input of each block. */
const QUICK_STRIDE = 101;

/**
 * KEP 2004 chose between ways to subset endpoints by zone with a study in closed form: what became
 * the topology hints began here. Two of its algorithms are defined by its text: `random` (no
 * subsetting) and `local` (the recommended one).
 */
export default study("topology-subsetting", {
  question: "How good is subsetting endpoints by zone, over all inputs of KEP 2004's study?",
  vary: { algorithm: ["random", "local"], startingThreshold: [3] },
  choices: { algorithm: ["random", "local"] },
  replications: "exact",
  run: async ({ algorithm, startingThreshold }, { quick, progress }) => {
    const sums = quick
      ? scoreEvery(QUICK_STRIDE, algorithm, startingThreshold)
      : await scoreAll(algorithm, startingThreshold, progress);
    const scores = meanScores(sums);
    const published = PUBLISHED[algorithm];
    const isPublished = !quick && (algorithm === "random" || startingThreshold === 3);
    return {
      values: { ...scores, cases: sums.cases, maxOverload: sums.maxOverload },
      tables: isPublished
        ? [
            {
              title: "Beside the published scores",
              columns: [{ label: "score" }, { label: "ours" }, { label: "KEP 2004" }],
              rows: (["total", "inZone", "overload", "slices"] as const).map((score) => [
                score,
                scores[score].toFixed(2),
                published[score].toFixed(2),
              ]),
              note: "local-shared, local-weighted and local-opt are left out: the KEP's text does not define them.",
            },
          ]
        : [],
    };
  },
  metrics: {
    total: {
      label: "Total score",
      better: "higher",
      description: "45 % traffic that stays in its zone, 40 % overload, 15 % slices.",
    },
    inZone: {
      label: "In-zone score",
      better: "higher",
      description: "Traffic that stays in its zone, per cent.",
    },
    overload: {
      label: "Overload score",
      better: "higher",
      description:
        "100 less half the largest overload and half the mean deviation of an endpoint's load, per cent.",
    },
    slices: {
      label: "Slice score",
      better: "higher",
      description: "EndpointSlices needed without subsetting, per cent of those with it.",
    },
    maxOverload: {
      label: "Largest overload",
      unit: "share",
      better: "lower",
      description: "How far any endpoint's load is above an even one, over all inputs.",
    },
    cases: { label: "Inputs", description: "Combinations of nodes and endpoints in three zones." },
  },
  expect: {
    "subsetting keeps most traffic in its zone": ({ at, metric }) =>
      metric.inZone.where(at.algorithm("local")).above(80),
    "without it, little stays": ({ at, metric }) =>
      metric.inZone.where(at.algorithm("random")).below(45),
    "no endpoint carries half as much again as with an even load": ({ metric }) =>
      metric.maxOverload.below(0.5),
    "the recommended algorithm scores better in all": ({ at, metric }) =>
      metric.total.where(at.algorithm("local")).above(80),
  },
  answer: (results) =>
    `${results
      .map(
        ({ parameters, values: { total = 0, inZone = 0 } }) =>
          `${parameters.algorithm}: ${total.toFixed(2)} of 100 in all, ${inZone.toFixed(2)} % of the traffic stays in its zone`,
      )
      .join("; ")}.`,
  assumptions: [
    {
      name: "traffic of a zone",
      value: "its share of the nodes",
      source: "KEP 2004, Assumptions",
    },
    {
      name: "the zone with most insufficient endpoints",
      value: "the one whose endpoints carry most; of equal ones the one that lacks most",
      source: "the KEP leaves it open; this reading gives the printed means",
    },
  ],
});

function scoreEvery(
  stride: number,
  algorithm: SubsettingAlgorithm,
  startingThreshold: number,
): ScoreSums {
  return largeInputSet()
    .map((block) => scoreBlock(block, { algorithm, startingThreshold, stride }))
    .reduce(joinedScores, noScores());
}

/** All inputs, on all processors; the sums are joined in the order of the blocks. */
async function scoreAll(
  algorithm: SubsettingAlgorithm,
  startingThreshold: number,
  progress: (share: number) => void,
): Promise<ScoreSums> {
  const { records } = await runInWorkers({
    module: import.meta.url,
    exportName: "blocks",
    argument: { algorithm, startingThreshold },
    onProgress: ({ finished, total }) => progress(finished / total),
  });
  return records
    .map(({ result }) => result as unknown as ScoreSums)
    .reduce(joinedScores, noScores());
}

/** One run a block of the input set, for the workers. */
export function blocks(argument: PlainData): Experiment {
  const { algorithm, startingThreshold } = argument as {
    readonly algorithm: SubsettingAlgorithm;
    readonly startingThreshold: number;
  };
  const set = largeInputSet();
  return experiment({
    name: "topology-subsetting",
    seed: "none",
    replications: 1,
    configurations: set.map((_, block) => ({ block })),
    run: ({ parameters }) => {
      const block = set[parameters.block as number];
      if (block === undefined) throw new Error("There is no such block.");
      return { ...scoreBlock(block, { algorithm, startingThreshold }) };
    },
  }) as unknown as Experiment;
}
