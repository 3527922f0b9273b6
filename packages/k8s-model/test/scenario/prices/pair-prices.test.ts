import { seconds } from "@k8s-netsim/sim-core";
import { expect, test } from "vitest";
import { prepareInput } from "../../../src/scenario/input/prepare-input.ts";
import { observeTraffic, unpricedBytes } from "../../../src/scenario/measures/observe-traffic.ts";
import { TrafficTotals } from "../../../src/scenario/measures/traffic-totals.ts";
import { steadyRun } from "../../../src/scenario/what-if/steady-run.ts";
import { whatIf } from "../../../src/scenario/what-if/what-if.ts";
import { restingCluster } from "../../../src/scenario/world/resting-cluster.ts";
import {
  checkPriceTable,
  DEFAULT_ROUND_TRIP_TIMES,
  PRICE_TABLES,
  type PriceTable,
  scaledPrices,
} from "../../../src/topology/index.ts";
import { compileTraffic } from "../../../src/traffic/index.ts";
import { shop } from "../shop.ts";

const input = prepareInput({ sources: [{ file: "shop.yaml", text: shop() }] });
const cluster = restingCluster(input.before.objects, { kubernetesVersion: "1.36" });
const plan = compileTraffic(input.before.traffic, cluster.workloads);
const network = cluster.networkFor(plan);
const { aws } = PRICE_TABLES;
const ledger = steadyRun(
  plan,
  network,
  {
    seed: "1",
    replications: 1,
    warmUpNs: seconds(0),
    lengthNs: seconds(5),
    roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
    prices: aws,
  },
  0,
);

function costPerMillion(prices: PriceTable): number {
  const observed = observeTraffic(ledger, { plan, network, prices, windowSeconds: 5 });
  return observed.get("costPerMillion", "all") ?? Number.NaN;
}

const price = aws.byDistance["other-zone"] ?? { senderUsd: Number.NaN, receiverUsd: 0 };
const ways = network.zones.flatMap((from) =>
  network.zones.flatMap((to) => (from === to ? [] : [`${from}>${to}`])),
);

test("the same price for each pair of zones costs what it costs by distance", () => {
  const byPair = { ...aws, byDistance: {}, zonePairs: new Map(ways.map((way) => [way, price])) };
  expect(costPerMillion(byPair)).toBeCloseTo(costPerMillion(aws), 9);
  expect(costPerMillion(scaledPrices(byPair, 3))).toBeCloseTo(3 * costPerMillion(aws), 9);
  expect(unpricedBytes(ledger.edges, byPair, network)).toBeGreaterThan(0);
});

test("each way costs its own: prices by pair add up to those of all pairs", () => {
  const free = { senderUsd: 0, receiverUsd: 0 };
  const alone = ways.map((way) => {
    const zonePairs = new Map(ways.map((each) => [each, each === way ? price : free]));
    return costPerMillion({ ...aws, zonePairs });
  });
  expect(alone.every((cost) => cost > 0)).toBe(true);
  expect(alone.reduce((so, cost) => so + cost, 0)).toBeCloseTo(costPerMillion(aws), 9);
});

test("the rows of the bill are priced by pair, too, and add up to the cost", () => {
  const [first = ""] = ways;
  const zonePairs = new Map([[first, { senderUsd: 0.5, receiverUsd: 0.25 }]]);
  const prices = { ...aws, zonePairs };
  const totals = new TrafficTotals(plan, network);
  totals.add(ledger);
  const usd = totals.transfers
    .priced(prices)
    .reduce((so, row) => so + (row.senderUsd?.mean ?? 0) + (row.receiverUsd?.mean ?? 0), 0);
  const requests = ledger.sourceRequests.reduce((so, each) => so + each, 0);
  expect((usd * 1e6) / requests).toBeCloseTo(costPerMillion(prices), 9);
});

test("a table of one's own is held to prices of 0 or more everywhere", () => {
  const wrong = { senderUsd: -1, receiverUsd: 0 };
  expect(() => checkPriceTable({ ...aws, zonePairs: new Map([["a>b", wrong]]) })).toThrow(
    "a>b: senderUsd is -1",
  );
  expect(() =>
    checkPriceTable({ ...aws, northSouth: { natGateway: { perUnitUsd: Number.NaN } } }),
  ).toThrow("natGateway: perUnitUsd is NaN");
});

test("what an assumption moves is the same by pair as by distance", () => {
  const settings = {
    seed: "1",
    replications: 2,
    warmUpNs: seconds(0),
    lengthNs: seconds(2),
    roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
  };
  const zonePairs = new Map(ways.map((way) => [way, price]));
  const effects = [aws, { ...aws, byDistance: {}, zonePairs }].map((prices) => {
    const { before, limits } = input;
    const objects = before.objects.map((object) =>
      object.kind === "Service"
        ? ({
            ...object,
            spec: { ...(object.spec as object), trafficDistribution: "PreferSameZone" },
          } as typeof object)
        : object,
    );
    const { sensitivity } = whatIf({
      before,
      after: { ...before, objects },
      settings: { ...settings, prices },
      kubernetesVersion: "1.36",
      limits,
      expectations: [],
      faults: [],
    });
    return sensitivity.flatMap((row) =>
      row.effects.filter(({ measure }) => measure === "costPerMillion"),
    );
  });
  const [byDistance = [], byPair = []] = effects;
  expect(byDistance.some(({ doubled }) => Math.abs(doubled) > 0.1)).toBe(true);
  for (const [index, { halved, doubled }] of byDistance.entries()) {
    expect(byPair[index]?.halved).toBeCloseTo(halved, 9);
    expect(byPair[index]?.doubled).toBeCloseTo(doubled, 9);
  }
});
