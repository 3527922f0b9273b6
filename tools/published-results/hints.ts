import type { PublishedResult, ResultGroup, Value } from "./published-result.ts";
import {
  HINTED,
  hintsPerZone,
  PREFER_CLOSE,
  trafficSpread,
  type Zones,
  zonedService,
} from "./zones.ts";

const hints = (zones: Zones): readonly number[] | undefined =>
  hintsPerZone(zonedService(HINTED, zones), zones.podsPerZone.length);

/** Pods dealt to zones one by one. */
const dealt = (pods: number, zones: number): readonly number[] =>
  Array.from({ length: zones }, (_, zone) => Math.ceil((pods - zone) / zones));

const milli = (shares: readonly number[]): readonly number[] =>
  shares.map((share) => Math.round(share * 100_000));

/** The KEP's table for the unit tests: are hints set? */
const KEP_TABLE: readonly (readonly [what: string, Zones, set: boolean])[] = [
  ["2 endpoints, 3 zones", { podsPerZone: [1, 1, 0] }, false],
  ["3 endpoints, 3 zones", { podsPerZone: [1, 1, 1] }, true],
  ["4 endpoints, 3 zones", { podsPerZone: [2, 1, 1] }, false],
  ["4 endpoints, 2 zones", { podsPerZone: [2, 2] }, true],
  ["4 endpoints, all in one of 2 zones", { podsPerZone: [4, 0] }, true],
  [
    "4 endpoints, 3 zones, one with twice the cores",
    { podsPerZone: [2, 1, 1], cpuMilliPerZone: milli([0.5, 0.25, 0.25]) },
    true,
  ],
  [
    "400 endpoints, 4 zones with slightly different cores",
    { podsPerZone: [100, 100, 100, 100], cpuMilliPerZone: milli([0.26, 0.25, 0.25, 0.24]) },
    true,
  ],
  ["4 endpoints, 1 zone", { podsPerZone: [4] }, false],
];

const SAME_SOURCE =
  "The threshold of 20 % and the rule's own constants are those of the same source.";

/** What zones give and receive: their own endpoints beside those hinted to them. */
function transfers(podsPerZone: readonly number[], shares: readonly number[]): Value {
  const hinted = hints({ podsPerZone, cpuMilliPerZone: milli(shares) }) ?? podsPerZone;
  const giving: Record<string, number> = {};
  const receiving: Record<string, number> = {};
  for (const [zone, pods] of podsPerZone.entries()) {
    const name = String.fromCharCode(97 + zone);
    const more = (hinted[zone] as number) - pods;
    if (more > 0) receiving[name] = more;
    if (more < 0) giving[name] = -more;
  }
  return { giving, receiving };
}

interface TransferCase {
  readonly id: string;
  readonly podsPerZone: readonly number[];
  readonly desired: readonly number[];
  readonly published: Value;
  readonly note?: string;
}

const TRANSFERS: readonly TransferCase[] = [
  {
    id: "none",
    podsPerZone: [1, 1, 1],
    desired: [1.2, 1.1, 1],
    published: { giving: {}, receiving: {} },
    note: " The shares are scaled to the three endpoints that there are.",
  },
  {
    id: "a16",
    podsPerZone: [16, 0, 0],
    desired: [5.1, 5.1, 5.8],
    published: { giving: { a: 10 }, receiving: { b: 5, c: 5 } },
  },
  {
    id: "need-most",
    podsPerZone: [16, 0, 0],
    desired: [5, 5.6, 5.4],
    published: { giving: { a: 11 }, receiving: { b: 6, c: 5 } },
  },
  {
    id: "give-most",
    podsPerZone: [0, 8, 8],
    desired: [5, 5.6, 5.4],
    published: { giving: { b: 2, c: 3 }, receiving: { a: 5 } },
  },
];

/** Numbers of endpoints, up to 60, for which equal zones get no hints. */
function unhintable(zones: number): readonly number[] {
  const counts: number[] = [];
  for (let pods = 1; pods <= 60; pods++) {
    if (hints({ podsPerZone: dealt(pods, zones) }) === undefined) counts.push(pods);
  }
  return counts;
}

const UNHINTABLE: readonly (readonly [zones: number, counts: readonly number[]])[] = [
  [3, [1, 2, 4, 5, 8, 11]],
  [2, [1, 3, 5]],
  [4, [1, 2, 3, 5, 6, 7, 10, 11, 15]],
];

export const topologyHints: ResultGroup = {
  title: "Topology hints",
  how: "The model's EndpointSlice controller syncs a Service of `topology-mode: Auto` over nodes with the published shares of CPU; hints are read off the slices that it writes. The threshold of 20 % comes from the code of 1.36 (topologycache.go); KEP 2433 names 20 % and 30 %.",
  results: [
    {
      id: "kep2433-cpu-split",
      claim: "zones of 20, 16 and 14 cores: shares of the endpoints",
      source: "kep2433",
      published: [0.4, 0.32, 0.28],
      unit: "",
      verdict: "predicted",
      reason: "50 endpoints, dealt to the zones one by one.",
      ours: () =>
        (hints({ podsPerZone: [17, 17, 16], cpuMilliPerZone: [20_000, 16_000, 14_000] }) ?? []).map(
          (count) => count / 50,
        ),
    },
    {
      id: "kep2433-overload-4of3",
      claim: "4 endpoints, 3 equal zones: overload of the endpoint that has a zone for itself",
      source: "kep2433",
      published: 1 / 3,
      unit: "",
      tolerance: { kind: "absolute", by: 1e-12 },
      verdict: "arithmetic",
      reason: "Zones keep to their own endpoints (PreferClose); one node each, by its routing.",
      ours: () => trafficSpread(PREFER_CLOSE, { podsPerZone: [2, 1, 1] }).overload,
    },
    ...KEP_TABLE.map(
      ([what, zones, set], index): PublishedResult => ({
        id: `kep2433-hints-case-${index + 1}`,
        claim: `${what}: are hints set?`,
        source: "kep2433",
        published: set,
        unit: "",
        verdict: "predicted",
        ...(index === 6
          ? { reason: "The KEP gives no numbers for the cores; 26, 25, 25, 24 %." }
          : {}),
        ours: () => hints(zones) !== undefined,
      }),
    ),
    {
      id: "tac-test-2eps-3zones",
      claim: "2 endpoints, shares .3, .4, .3: are hints set?",
      source: "topologycache-test",
      published: false,
      unit: "",
      verdict: "calibrated",
      reason: SAME_SOURCE,
      ours: () =>
        hints({ podsPerZone: [1, 1, 0], cpuMilliPerZone: milli([0.3, 0.4, 0.3]) }) !== undefined,
    },
    {
      id: "tac-test-2eps-2zones",
      claim: "2 endpoints, shares .45, .55: hints per zone",
      source: "topologycache-test",
      published: [1, 1],
      unit: "count",
      verdict: "calibrated",
      reason: SAME_SOURCE,
      ours: () => hints({ podsPerZone: [1, 1], cpuMilliPerZone: milli([0.45, 0.55]) }) ?? [],
    },
    {
      id: "tac-test-10eps-3zones",
      claim: "5, 2 and 3 endpoints, shares .35, .35, .3: hints per zone",
      source: "topologycache-test",
      published: [4, 3, 3],
      unit: "count",
      verdict: "calibrated",
      reason: SAME_SOURCE,
      ours: () =>
        hints({ podsPerZone: [5, 2, 3], cpuMilliPerZone: milli([0.35, 0.35, 0.3]) }) ?? [],
    },
    ...TRANSFERS.map(
      ({ id, podsPerZone, desired, published, note = "" }): PublishedResult => ({
        id: `tac-give-receive-${id}`,
        claim: `zones with ${podsPerZone.join(", ")} endpoints that should have ${desired.join(", ")}: given and received`,
        source: "topologycache-utils-test",
        published,
        unit: "count",
        verdict: "calibrated",
        reason: `${SAME_SOURCE}${note}`,
        ours: () => transfers(podsPerZone, desired),
      }),
    ),
    ...UNHINTABLE.map(
      ([zones, counts]): PublishedResult => ({
        id: `tac-unhintable-${zones}zones`,
        claim: `${zones} equal zones: numbers of endpoints, up to 60, that get no hints`,
        source: "topologycache",
        published: counts,
        unit: "count",
        verdict: "calibrated",
        reason: `${SAME_SOURCE} The list is not printed there: it was worked out from the rule.`,
        ours: () => unhintable(zones),
      }),
    ),
    {
      id: "tar-docs-50pct",
      claim:
        "3 zones with fewer than 3 endpoints each: share of cases without hints (printed as about 50 %)",
      source: "docs-topology-aware-routing",
      published: 0.5,
      unit: "",
      verdict: "predicted",
      reason: "Of 3 to 8 endpoints in three equal zones.",
      ours: () => unhintable(3).filter((pods) => pods >= 3 && pods <= 8).length / 6,
    },
  ],
};
