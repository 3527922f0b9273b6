import { expect, test } from "vitest";
import { distanceBetween, PRICE_TABLES, transferCostUsd } from "../../src/topology/index.ts";

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
