import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../../src/control-plane/runtime/token-bucket.ts";

const S = 1_000_000_000;

describe("a client's rate limit", () => {
  it("lets a burst through and then one request per interval", () => {
    const bucket = new TokenBucket(20, 3);
    const granted = Array.from({ length: 6 }, () => bucket.take(0) / S);
    expect(granted).toEqual([0, 0, 0, 0.05, 0.1, 0.15]);
  });

  it("earns no more than the burst while it is idle", () => {
    const bucket = new TokenBucket(20, 3);
    const granted = Array.from({ length: 4 }, () => bucket.take(100 * S) / S);
    expect(granted).toEqual([100, 100, 100, 100.05]);
  });

  it("never grants more than burst plus rate times time in any window", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { minLength: 1, maxLength: 60 }), (gapsMs) => {
        const bucket = new TokenBucket(10, 5);
        let nowNs = 0;
        const granted = gapsMs.map((gapMs) => {
          nowNs += gapMs * 1_000_000;
          return bucket.take(nowNs);
        });
        for (const [index, fromNs] of granted.entries()) {
          const count = granted.slice(index).filter((at) => at <= fromNs + S).length;
          expect(count).toBeLessThanOrEqual(15);
        }
      }),
    );
  });
});
