import { arrivalNs } from "@k8s-netsim/k8s-model/store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const watchers = { name: "kube-proxy", latencyNs: 1000, jitterNs: 500 };
const stream = { seed: 7, stream: 1 };

describe("deliveries of one stream", () => {
  it("never overtake each other and never come before the write", () => {
    fc.assert(
      fc.property(fc.nat(20_000), fc.array(fc.nat(2000), { maxLength: 30 }), (watcher, gaps) => {
        let [atNs, before] = [0, 0];
        for (const [position, gap] of gaps.entries()) {
          atNs += gap;
          const arrives = arrivalNs(watchers, stream, watcher, { position, atNs }, before);
          expect(arrives).toBeGreaterThanOrEqual(Math.max(before, atNs + watchers.latencyNs));
          before = arrives;
        }
      }),
    );
  });

  it("spread over the jitter evenly among watchers", () => {
    const count = 15_000;
    let sum = 0;
    for (let watcher = 0; watcher < count; watcher++) {
      sum += arrivalNs(watchers, stream, watcher, { position: 3, atNs: 0 }, 0) - 1000;
    }
    // Mean 250 ns; the standard error of the mean is 500 / sqrt(12 × 15,000) = 1.2 ns.
    expect(Math.abs(sum / count - 250)).toBeLessThan(6);
  });
});
