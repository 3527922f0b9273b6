import { describe, expect, it } from "vitest";
import {
  evictionRatesHz,
  type ZoneState,
  zoneState,
} from "../../../src/control-plane/node-life-cycle/zone-state.ts";

const rates = { rateHz: 0.1, secondaryRateHz: 0.01, largeClusterSizeThreshold: 50 };

const ratesOf = (zones: Record<string, [ZoneState, number]>): Record<string, number> =>
  Object.fromEntries(
    evictionRatesHz(
      new Map(Object.entries(zones).map(([zone, [state, size]]) => [zone, { state, size }])),
      rates,
    ),
  );

describe("a zone", () => {
  it("is disrupted in part only when more than two nodes and the threshold's share are not ready", () => {
    expect(zoneState(1, 2, 0.55)).toBe("Normal");
    expect(zoneState(2, 3, 0.55)).toBe("PartialDisruption");
    expect(zoneState(4, 3, 0.55)).toBe("Normal");
    expect(zoneState(0, 1, 0.55)).toBe("FullDisruption");
    expect(zoneState(0, 0, 0.55)).toBe("Normal");
  });

  it("keeps the normal rate when it is down as a whole", () => {
    expect(ratesOf({ a: ["FullDisruption", 10], b: ["Normal", 10] })).toEqual({ a: 0.1, b: 0.1 });
  });

  it("slows down when disrupted in part, and stops where it is small", () => {
    expect(ratesOf({ a: ["PartialDisruption", 51], b: ["PartialDisruption", 50] })).toEqual({
      a: 0.01,
      b: 0,
    });
  });

  it("evicts nothing when all zones are down", () => {
    expect(ratesOf({ a: ["FullDisruption", 99], b: ["FullDisruption", 9] })).toEqual({
      a: 0,
      b: 0,
    });
  });
});
