import { Simulation, seconds } from "@k8s-netsim/sim-core";
import { expect, test } from "vitest";
import { OUTSIDE_SOURCE, TransferRows } from "../../src/scenario/measures/transfers.ts";
import { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES } from "../../src/topology/index.ts";
import { RequestTraffic, type TrafficLedger } from "../../src/traffic/index.ts";
import { EDGE, oneHop, threeZones } from "../traffic/three-zones.ts";

const network = threeZones(() => [0, 1, 2, 3, 4, 5]);
const plan = {
  ...oneHop(200),
  edges: [EDGE, { ...EDGE, name: "users -> default/server:80", from: -1 }],
  sources: [
    { kind: "open", name: "client", edge: 0, rateHz: 200 },
    { kind: "open", name: "users", edge: 1, rateHz: 100 },
  ],
} as const;

function run(seed: string): TrafficLedger {
  const sim = new Simulation({ seed });
  const traffic = new RequestTraffic({
    sim,
    plan,
    network,
    roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
    measureFromNs: seconds(0),
    endNs: seconds(10),
  });
  traffic.start();
  sim.run();
  return traffic.ledger;
}

test("the rows of the bill hold every byte once, by source, Service and zone pair", () => {
  const ledgers = ["a", "b", "c", "d"].map(run);
  const rows = new TransferRows();
  for (const ledger of ledgers) rows.add(ledger, plan, network);
  const transfers = rows.priced(PRICE_TABLES.aws);
  const sources = ["default/Deployment/client", OUTSIDE_SOURCE];
  expect([...new Set(transfers.map(({ source }) => source))].sort()).toEqual(sources.sort());
  // 3 × 3 zone pairs for each of the two.
  expect(transfers).toHaveLength(18);
  const sum = transfers.reduce((so, { bytes }) => so + bytes.mean, 0);
  const sent = ledgers.reduce((so, { bytesByZonePair }) => so + bytesByZonePair.reduce(add), 0);
  expect(sum / (sent / ledgers.length)).toBeCloseTo(1, 9);
});

test("both ends pay between zones, nobody inside one, and intervals hold the mean", () => {
  const rows = new TransferRows();
  for (const seed of ["a", "b", "c", "d"]) rows.add(run(seed), plan, network);
  for (const { from, to, bytes, senderUsd, receiverUsd } of rows.priced(PRICE_TABLES.aws)) {
    const usd = from === to ? 0 : bytes.mean * 1e-11;
    expect(senderUsd?.mean).toBeCloseTo(usd, 15);
    expect(receiverUsd?.mean).toBeCloseTo(usd, 15);
    expect(bytes.low).toBeLessThan(bytes.mean);
    expect(bytes.high).toBeGreaterThan(bytes.mean);
  }
});

function add(a: number, b: number): number {
  return a + b;
}
