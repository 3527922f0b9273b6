import {
  apiServerRestart,
  clockSkew,
  cluster,
  deployment,
  etcdSlow,
  type FaultDefinition,
  leaderChange,
  nodePartition,
  openLoop,
  runScenario,
  scenario,
  service,
  watchLost,
} from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";

const server = {
  workers: 8,
  serviceTime: { distribution: "exponential", meanNs: millis(4) },
} as const;

/** Mean share of failed requests of a small shop under faults, its promises checked all along. */
function failedShare(...faults: FaultDefinition[]): number {
  const shop = scenario("shop", {
    vary: {},
    runs: { replications: 2, warmUp: seconds(2), length: seconds(90) },
    build: () =>
      cluster({
        zones: { a: { nodes: 1 }, b: { nodes: 1 } },
        objects: [
          deployment("web", { replicas: { a: 2, b: 2 }, server }),
          service("web", { port: 80 }),
        ],
        traffic: [
          openLoop({
            from: { zone: "b" },
            to: "web:80",
            ratePerSecond: 40,
            timeout: seconds(1),
            connection: { kind: "per-request" },
          }),
        ],
        faults,
      }),
    measure: ({ requests }) => ({ failed: requests.failedShare() }),
  });
  const answer = runScenario(shop, { seed: "1", check: true });
  return answer.configurations[0]?.metrics.get("failed")?.mean ?? Number.NaN;
}

describe("faults of the control plane in a scenario", () => {
  it("that cut nobody's packets lose no request", () => {
    expect(
      failedShare(
        apiServerRestart(0, { at: seconds(5), until: seconds(10) }),
        leaderChange({ at: seconds(20) }),
        etcdSlow(10, { at: seconds(40), until: seconds(60) }),
        watchLost("node-1-b", { at: seconds(50) }),
        clockSkew("node-1-a", seconds(30), { at: seconds(10), until: seconds(20) }),
        nodePartition("node-1-a", { at: seconds(15) }),
      ),
    ).toBe(0);
  });

  it("name what there is, or are errors that say what could be meant", () => {
    expect(() => failedShare(nodePartition("nowhere", { at: seconds(1) }))).toThrow(
      'There is no node "nowhere" to fail.',
    );
    expect(() => failedShare(apiServerRestart(7, { at: seconds(1), until: seconds(2) }))).toThrow(
      'There is no API server "7" to fail.',
    );
    expect(() => failedShare(etcdSlow(0, { at: seconds(1) }))).toThrow(
      "etcd cannot be 0 times slower.",
    );
  });
});
