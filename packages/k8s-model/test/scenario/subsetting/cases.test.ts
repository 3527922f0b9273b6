import { expect, test } from "vitest";
import {
  joinedScores,
  largeInputSet,
  meanScores,
  noScores,
  scoreBlock,
} from "../../../src/scenario/index.ts";
import { subsetLocally } from "../../../src/scenario/subsetting/local.ts";
import { Spread, type ZoneCounts } from "../../../src/scenario/subsetting/spread.ts";

function groups(counts: ZoneCounts, startingThreshold = 0): number[] | "shared" {
  const spread = new Spread();
  spread.start(counts);
  subsetLocally(spread, startingThreshold);
  return spread.shared ? "shared" : [...spread.group];
}

test("the input set has the published number of inputs, and without subsetting the published scores", () => {
  const sums = largeInputSet()
    .map((block) => scoreBlock(block, { algorithm: "random", startingThreshold: 3 }))
    .reduce(joinedScores, noScores());
  expect(sums.cases).toBe(39_273_145);
  const { total, inZone, overload, slices } = meanScores(sums);
  expect([total.toFixed(2), inZone.toFixed(2)]).toEqual(["72.48", "38.84"]);
  expect([overload, slices]).toEqual([100, 100]);
}, 60_000);

test("overloaded zones are relieved, whole endpoints are evened out, or all zones share all", () => {
  // Expected 3.3 a zone: one endpoint moves from the zone with five to the one with two.
  expect(groups({ nodes: [1, 1, 1], endpoints: [5, 3, 2] })).toEqual([4, 3, 3]);
  // Expected 1.67 a zone: a zone that ends with one endpoint has an overload of 67 %.
  expect(groups({ nodes: [1, 1, 1], endpoints: [3, 1, 1] })).toBe("shared");
  // Expected 1.3, 12.9 and 12.9: the first gives until no other lacks a whole endpoint.
  expect(groups({ nodes: [1, 10, 10], endpoints: [9, 9, 9] })).toEqual([3, 12, 12]);
});

test("the zone whose endpoints carry most is served first, though another lacks more of them", () => {
  // Expected 2.5, 22.5 and 10: a lacks half an endpoint and carries most, so that b, which lacks two and
  // a half, gets none of the three that c could give.
  expect(groups({ nodes: [2, 18, 8], endpoints: [2, 20, 13] })).toEqual([2, 20, 13]);
  // Expected 3.5, 21 and 10.5: here b carries most, and gets all four that it lacks.
  expect(groups({ nodes: [3, 18, 9], endpoints: [3, 17, 15] })).toEqual([3, 21, 11]);
});

test("below the starting threshold all zones use all endpoints", () => {
  const counts: ZoneCounts = { nodes: [1, 1, 1], endpoints: [3, 3, 2] };
  expect(groups(counts, 3)).toBe("shared");
  expect(groups(counts, 2)).toEqual([3, 3, 2]);
});

test("no endpoint is lost, and none carries half as much again as with an even load", () => {
  for (const [index, block] of largeInputSet().entries()) {
    if (index % 9 !== 0) continue;
    const sums = scoreBlock(block, { algorithm: "local", startingThreshold: 3, stride: 53 });
    expect(sums.maxOverload).toBeLessThan(0.5);
  }
  const spread = new Spread();
  for (let a = 0; a <= 20; a++) {
    for (let b = 0; b <= 20; b++) {
      spread.start({ nodes: [2, 5, 9], endpoints: [a, b, 20] });
      subsetLocally(spread, 0);
      expect(spread.group.reduce((so, count) => so + count)).toBe(a + b + 20);
      for (const [zone, own] of spread.own.entries()) {
        expect(own).toBeLessThanOrEqual(spread.group[zone] as number);
        expect(own).toBeGreaterThanOrEqual(0);
      }
    }
  }
});
