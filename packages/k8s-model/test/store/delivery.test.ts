import {
  arrivalNs,
  firstNotArrived,
  hashEnd,
  hashStart,
  hashUnit,
  jitterSource,
  SendLine,
} from "@k8s-netsim/k8s-model/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const watchers = { name: "kube-proxy", latencyNs: 1000, jitterNs: 400 };

/** A line on which versions become ready at times and take so long to send to ten watchers. */
function lineOf(gaps: readonly number[], copyNs: number): SendLine {
  const line = new SendLine();
  let readyNs = 0;
  let freeNs = 0;
  for (const gap of gaps) {
    readyNs += gap;
    const startNs = Math.max(readyNs, freeNs);
    freeNs = startNs + 10 * copyNs;
    line.push(startNs, copyNs, freeNs);
  }
  return line;
}

const lines = fc
  .tuple(fc.array(fc.nat(300), { minLength: 1, maxLength: 40 }), fc.nat(20))
  .map(([gaps, copyNs]) => lineOf(gaps, copyNs));

describe("deliveries of one stream", () => {
  it("never overtake each other and never come before their copy has left", () => {
    fc.assert(
      fc.property(lines, fc.nat(20_000), fc.nat(9), (line, watcher, rank) => {
        const jitter = jitterSource(1, 2, watcher);
        let arrivedNs = 0;
        for (let position = 0; position < line.end; position++) {
          const alone = arrivalNs(line, position, rank, watchers, jitter);
          arrivedNs = Math.max(arrivedNs, alone);
          const leaves = line.startNs.at(position) + (rank + 1) * line.copyNs.at(position);
          expect(alone).toBeGreaterThanOrEqual(Math.floor(leaves) + 1000);
          expect(alone).toBeLessThan(Math.floor(line.endNs.at(position)) + 1400);
          // One nanosecond before, this version had not arrived; now it and all before it have.
          expect(firstNotArrived(line, 0, arrivedNs, rank, watchers, jitter)).toBeGreaterThan(
            position,
          );
          if (alone === arrivedNs) {
            const before = firstNotArrived(line, 0, arrivedNs - 1, rank, watchers, jitter);
            expect(before).toBeLessThanOrEqual(position);
          }
        }
      }),
    );
  });

  it("are found the same from wherever the search begins", () => {
    fc.assert(
      fc.property(lines, fc.nat(9), fc.nat(15_000), fc.nat(15_000), (line, rank, one, other) => {
        const jitter = jitterSource(7, 0, rank);
        const [early, late] = [Math.min(one, other), Math.max(one, other)];
        const from = firstNotArrived(line, 0, early, rank, watchers, jitter);
        expect(firstNotArrived(line, from, late, rank, watchers, jitter)).toBe(
          firstNotArrived(line, 0, late, rank, watchers, jitter),
        );
      }),
    );
  });

  it("spread over the jitter evenly among watchers", () => {
    const line = lineOf([0], 0);
    let sum = 0;
    for (let watcher = 0; watcher < 10_000; watcher++) {
      sum += arrivalNs(line, 0, 0, watchers, jitterSource(1, 2, watcher)) - 1000;
    }
    expect(sum / 10_000).toBeGreaterThan(195);
    expect(sum / 10_000).toBeLessThan(205);
  });

  it("forget what lies below a position and keep the rest", () => {
    const line = lineOf([5, 5, 5, 5], 3);
    const before = [2, 3].map((position) => line.endNs.at(position));
    line.dropBelow(2);
    expect([2, 3].map((position) => line.endNs.at(position))).toEqual(before);
    expect(line.end).toBe(4);
  });
});

describe("a hash taken in two steps", () => {
  it("equals the hash taken at once", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), fc.nat(), (a, b, c, d) => {
        expect(hashEnd(hashStart(a, b, c), d)).toBe(hashUnit(a, b, c, d));
      }),
    );
  });
});
