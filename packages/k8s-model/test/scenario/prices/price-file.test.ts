import { describe, expect, test } from "vitest";
import type { KubeObject } from "../../../src/api/index.ts";
import { formatDiagnostic } from "../../../src/manifests/index.ts";
import { readPrices } from "../../../src/scenario/prices/index.ts";
import { pairPrice } from "../../../src/topology/index.ts";

function node(zone: string, region: string): KubeObject {
  const labels = { "topology.kubernetes.io/zone": zone, "topology.kubernetes.io/region": region };
  return { apiVersion: "v1", kind: "Node", metadata: { name: zone, labels } };
}

const NODES = [node("eu-1a", "eu-1"), node("eu-1b", "eu-1"), node("us-1a", "us-1")];
const HEAD = `apiVersion: netsim/v1
kind: Prices
label: ours
source: contract
date: "2026-10-01"
unit: GB
`;

function read(text: string): ReturnType<typeof readPrices> {
  return readPrices({ file: "p.yaml", text }, NODES);
}

function told(text: string): string {
  return read(text).diagnostics.map(formatDiagnostic).join("\n");
}

describe("a price file", () => {
  test("has prices by distance, by pair of regions and of zones: the nearest one counts", () => {
    const { prices, diagnostics } = read(`${HEAD}
betweenZones: { sender: 0.01, receiver: 0.02 }
betweenRegions: 0.09
regionPairs:
  - { from: eu-1, to: us-1, sender: 0.05, receiver: 0, bothWays: false }
zonePairs:
  - { from: eu-1b, to: us-1a, sender: 0.03, receiver: 0.01 }
natGateway: { perUnit: 0.045, perHour: 0.05 }
internetEgress: { perUnit: 0.09 }
`);
    expect(diagnostics).toEqual([]);
    const price = (from: string, to: string): unknown => {
      const zone = (name: string) => ({ zone: name, region: name.slice(0, 4) });
      return prices === undefined ? undefined : pairPrice(prices, zone(from), zone(to));
    };
    const paid = (senderUsd: number, receiverUsd: number) => ({ senderUsd, receiverUsd });
    expect(price("eu-1a", "eu-1a")).toEqual(paid(0, 0));
    expect(price("eu-1a", "eu-1b")).toEqual(paid(0.01, 0.02));
    expect(price("eu-1a", "us-1a")).toEqual(paid(0.05, 0));
    expect(price("us-1a", "eu-1a")).toEqual(paid(0.09, 0));
    expect(price("eu-1b", "us-1a")).toEqual(paid(0.03, 0.01));
    expect(price("us-1a", "eu-1b")).toEqual(paid(0.03, 0.01));
    expect(prices).toMatchObject({
      label: "ours",
      unitBytes: 1e9,
      northSouth: { natGateway: { perUnitUsd: 0.045, perHourUsd: 0.05 } },
    });
  });

  test("in JSON, in GiB, with zones that are free", () => {
    const { prices } = read(
      '{"apiVersion":"netsim/v1","kind":"Prices","label":"g","source":"s","date":"2026","unit":"GiB","betweenZones":0,"betweenRegions":0.01}',
    );
    expect(prices).toMatchObject({
      unitBytes: 1_073_741_824,
      byDistance: { "other-zone": { senderUsd: 0 } },
    });
  });
});

describe("what cannot be is told with its place and a remedy", () => {
  test("a gap: a way between two zones of the cluster without a price", () => {
    expect(told(`${HEAD}betweenZones: 0.01\n`)).toMatchInlineSnapshot(`
      "p.yaml:1:1  The prices: there is no price from eu-1 to us-1. 3 more ways have none either.
        Fix: add {from: eu-1, to: us-1, sender: 0.01, receiver: 0.01} to regionPairs with the price of your contract (0 where it is free), or betweenRegions for all that are not listed.   [price-file]"
    `);
    expect(
      told(
        `${HEAD}betweenRegions: 0.02\nzonePairs:\n  - {from: eu-1a, to: eu1b, sender: 0.01, receiver: 0}\n`,
      ),
    ).toMatchInlineSnapshot(`
      "p.yaml:8:1  zonePairs: there is no price from eu-1a to eu-1b. 1 more way has none either. The file names "eu1b", which the cluster does not have.
        Fix: add {from: eu-1a, to: eu-1b, sender: 0.01, receiver: 0.01} to zonePairs with the price of your contract (0 where it is free), or betweenZones for all that are not listed.   [price-file]"
    `);
  });

  const all = "betweenZones: 0.01\nbetweenRegions: 0.02\n";
  test.each([
    [
      `${all}natGateway: {perUnit: -1}`,
      "p.yaml:9:14  natGateway.perUnit: this cannot be.\n  Fix: a price is 0 or more.",
    ],
    [`${all}natGateway: {}`, "natGateway: this cannot be.\n  Fix: give perUnit, perHour or both."],
    [
      `${all}natGatway: {perUnit: 1}`,
      'there is no field "natGatway" here.\n  Fix: write natGateway',
    ],
    ["betweenZones: -0.01\nbetweenRegions: 0", "betweenZones: this cannot be."],
    ["betweenZones: .nan\nbetweenRegions: 0", "p.yaml:7:15  .nan is a number that"],
    ["betweenZones: .inf\nbetweenRegions: 0", "p.yaml:7:15  .inf is a number that"],
    ["betweenZones: {sender: 0.01}\nbetweenRegions: 0", "betweenZones: this cannot be."],
    [
      `${all}zonePairs:\n  - {from: eu-1a, to: eu-1a, sender: 0, receiver: 0}`,
      "p.yaml:10:5  zonePairs[0]: this cannot be.\n  Fix: from and to are the same",
    ],
    [
      `${all}zonePairs:\n  - {from: eu-1a, to: eu-1b, sender: 0, receiver: 0}\n  - {from: eu-1b, to: eu-1a, sender: 0, receiver: 0}`,
      "p.yaml:11:5  zonePairs[1]: eu-1b to eu-1a has a price already.",
    ],
    [
      `${all}zonePairs:\n  - {from: eu-1a, sender: 0, receiver: 0}`,
      "zonePairs[0]: the field to is missing.",
    ],
  ])("%s", (rest, message) => {
    expect(told(HEAD + rest)).toContain(message);
  });

  test.each([
    [
      'date: "2026-02-30"',
      "date: this cannot be.\n  Fix: this is no date; write 2026-10-01, 2026-10 or 2026.",
    ],
    ["date: yesterday", "date: this cannot be."],
    ["date: 2026", "date: this cannot be.\n  Fix: write the date in quotes"],
    ["", "The prices: the field date is missing."],
  ])("%s", (date, message) => {
    expect(told(HEAD.replace('date: "2026-10-01"', date) + all)).toContain(message);
  });

  test.each([
    ["", "p.yaml is empty."],
    ["kind: Traffic", "kind: this cannot be.\n  Fix: write Prices."],
    ["[1]", "The prices: this cannot be."],
    ["a: {__proto__: 1}", '"__proto__" is not accepted'],
    [HEAD.replace("unit: GB", "unit: TB") + all, "unit: this cannot be.\n  Fix: write GB"],
    [`${HEAD}currency: EUR\n${all}`, "currency: this cannot be.\n  Fix: amounts are in USD"],
  ])("%j", (text, message) => {
    expect(told(text)).toContain(message);
  });
});
