import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  handleDisruption,
  type ZoneCount,
  type ZoneRecords,
} from "../../../src/control-plane/node-life-cycle/disruption.ts";
import { zoneState } from "../../../src/control-plane/node-life-cycle/zone-state.ts";

const options = {
  rateHz: 0.1,
  secondaryRateHz: 0.01,
  largeClusterSizeThreshold: 50,
  unhealthyZoneThreshold: 0.55,
};

type Pass = Readonly<Record<string, readonly [ready: number, notReady: number]>>;

const countsOf = (pass: Pass): Map<string, ZoneCount> =>
  new Map(Object.entries(pass).map(([zone, [ready, notReady]]) => [zone, { ready, notReady }]));

/** The rates after these passes, one after the other. */
function ratesAfter(...passes: Pass[]): Record<string, number> {
  let zones: ZoneRecords = new Map();
  for (const pass of passes) zones = handleDisruption(zones, countsOf(pass), options).zones;
  return Object.fromEntries([...zones].map(([zone, { rateHz }]) => [zone, rateHz]));
}

describe("a zone", () => {
  it("is disrupted in part only when more than two nodes and the threshold's share are not ready", () => {
    expect(zoneState(1, 2, 0.55)).toBe("Normal");
    expect(zoneState(2, 3, 0.55)).toBe("PartialDisruption");
    expect(zoneState(4, 3, 0.55)).toBe("Normal");
    expect(zoneState(0, 1, 0.55)).toBe("FullDisruption");
    expect(zoneState(0, 0, 0.55)).toBe("Normal");
  });

  it("keeps the normal rate when it is down as a whole", () => {
    expect(ratesAfter({ a: [0, 10], b: [10, 0] })).toEqual({ a: 0.1, b: 0.1 });
  });

  it("slows down when disrupted in part, and stops where it is small", () => {
    expect(ratesAfter({ a: [20, 31], b: [20, 30], c: [1, 0] })).toEqual({ a: 0.01, b: 0, c: 0.1 });
  });

  it("evicts nothing when all zones are down, and as its state says afterwards", () => {
    expect(ratesAfter({ a: [0, 99], b: [0, 9] })).toEqual({ a: 0, b: 0 });
    expect(ratesAfter({ a: [0, 99], b: [0, 9] }, { a: [0, 99], b: [9, 0] })).toEqual({
      a: 0.1,
      b: 0.1,
    });
  });
});

describe("passes over the zones", () => {
  const count = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }));
  const pass = fc.dictionary(fc.constantFrom("a", "b", "c"), count, { minKeys: 1 });

  it("stop evictions everywhere exactly while every zone is down", () => {
    fc.assert(
      fc.property(fc.array(pass, { minLength: 1, maxLength: 5 }), (passes) => {
        const last = passes.at(-1) ?? {};
        const allDown = Object.values(last).every(
          ([ready, notReady]) => zoneState(ready, notReady, 0.55) === "FullDisruption",
        );
        const rates = ratesAfter(...passes);
        if (allDown) expect(Object.values(rates).every((rateHz) => rateHz === 0)).toBe(true);
        else {
          const full = Object.entries(last).filter(
            ([, [ready, notReady]]) => zoneState(ready, notReady, 0.55) !== "PartialDisruption",
          );
          for (const [zone] of full) expect(rates[zone]).toBe(0.1);
        }
      }),
    );
  });
});
