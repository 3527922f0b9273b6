import { expect, test } from "vitest";
import {
  checkPriceTable,
  distanceBetween,
  PRICE_TABLES,
  transferCostUsd,
  transferShareUsd,
} from "../../src/topology/index.ts";

test("AWS bills both ends of a gigabyte between zones, Google Cloud the sender of a gibibyte, Azure none", () => {
  expect(transferCostUsd(PRICE_TABLES.aws, "other-zone", 1e9)).toBeCloseTo(0.02, 12);
  expect(transferCostUsd(PRICE_TABLES.gcp, "other-zone", 1_073_741_824)).toBeCloseTo(0.01, 12);
  expect(transferCostUsd(PRICE_TABLES.azure, "other-zone", 1e9)).toBe(0);
});

test("a distance without a sourced price has no cost, rather than none to pay", () => {
  expect(transferCostUsd(PRICE_TABLES.gcp, "other-region", 1e9)).toBeUndefined();
});

test("distance is told by region, zone and node in this order", () => {
  const here = { node: 1, zone: 1, region: 0 };
  expect(distanceBetween(here, here)).toBe("same-node");
  expect(distanceBetween(here, { ...here, node: 2 })).toBe("same-zone");
  expect(distanceBetween(here, { node: 3, zone: 2, region: 0 })).toBe("other-zone");
  expect(distanceBetween(here, { node: 3, zone: 1, region: 1 })).toBe("other-region");
});

test("what sender and receiver pay is what both pay together", () => {
  const { aws } = PRICE_TABLES;
  for (const distance of ["same-zone", "other-zone", "other-region"] as const) {
    const sender = transferShareUsd(aws, distance, 5e9, "sender") ?? Number.NaN;
    const receiver = transferShareUsd(aws, distance, 5e9, "receiver") ?? Number.NaN;
    expect(sender + receiver).toBeCloseTo(transferCostUsd(aws, distance, 5e9) ?? 0, 12);
  }
});

test("the price tables that come with the model can be billed by, and gaps in one's own are named", () => {
  for (const table of Object.values(PRICE_TABLES)) checkPriceTable(table);
  const { gcp, aws } = PRICE_TABLES;
  expect(() =>
    checkPriceTable(gcp, ["other-zone", "other-region"]),
  ).toThrowErrorMatchingInlineSnapshot(`
    [PriceTableError: Price table "Google Cloud" has no price for other-region.
      Fix: give senderUsd and receiverUsd for it, 0 where it is free.   [price-table]]
  `);
  const negative = { ...aws, byDistance: { "other-zone": { senderUsd: -1, receiverUsd: 0 } } };
  expect(() => checkPriceTable(negative)).toThrow("other-zone: senderUsd is -1");
  expect(() => checkPriceTable({ ...aws, unitBytes: 0 })).toThrow("a unit of 0 bytes");
});
