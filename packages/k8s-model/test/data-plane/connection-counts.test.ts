import "../../../../tools/property-seed.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ConnectionCounts } from "../../src/data-plane/index.ts";

const SECOND = 1e9;
const TIME_WAIT_S = 120;

test("closed connections keep their entries for the time of time-wait: rate × 120 s", () => {
  const counts = new ConnectionCounts(1e6);
  for (let at = 0; at < 300; at++) {
    for (let each = 0; each < 10; each++) {
      expect(counts.open(0, at * SECOND)).toBe(true);
      counts.close(0, at * SECOND);
    }
  }
  expect(counts.size(0, 299 * SECOND)).toBe(10 * TIME_WAIT_S);
  expect(counts.size(0, 299 * SECOND + TIME_WAIT_S * SECOND)).toBe(0);
});

test("a full table drops new connections, and standing ones keep their room", () => {
  const counts = new ConnectionCounts(3);
  expect([1, 2, 3, 4].map(() => counts.open(7, 0))).toEqual([true, true, true, false]);
  expect(counts.open(8, 0)).toBe(true);
  expect(counts.dropped).toBe(1);
  counts.forget(7);
  expect(counts.open(7, 0)).toBe(true);
});

test("a table near its limit lets go of closing entries once a minute", () => {
  const counts = new ConnectionCounts(100);
  const opened = (atS: number, count: number): number => {
    let done = 0;
    for (let each = 0; each < count; each++) {
      if (!counts.open(0, atS * SECOND)) continue;
      counts.close(0, atS * SECOND);
      done += 1;
    }
    return done;
  };
  expect(opened(0, 150)).toBe(150);
  expect(opened(1, 150)).toBe(100 - 55);
  expect(opened(61, 150)).toBe(100);
});

test("as many entries are held as were opened, less those whose time is over", () => {
  const step = fc.record({
    node: fc.integer({ min: -1, max: 3 }),
    afterS: fc.integer({ min: 0, max: 90 }),
    closes: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const counts = new ConnectionCounts(1e9);
      const standing = new Map<number, number>();
      const closing: { node: number; untilNs: number }[] = [];
      let nowNs = 0;
      for (const { node, afterS, closes } of steps) {
        nowNs += afterS * SECOND;
        const held = standing.get(node) ?? 0;
        if (closes && held > 0) {
          counts.close(node, nowNs);
          standing.set(node, held - 1);
          closing.push({ node, untilNs: nowNs + TIME_WAIT_S * SECOND });
        } else {
          counts.open(node, nowNs);
          standing.set(node, held + 1);
        }
        const late = closing.filter((one) => one.node === node && one.untilNs > nowNs).length;
        expect(counts.size(node, nowNs)).toBe((standing.get(node) ?? 0) + late);
      }
    }),
    { numRuns: 100 },
  );
});
