import { seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import type { Pod } from "../../src/api/index.ts";
import { cluster, deployment, openLoop, service } from "../../src/scenario/index.ts";
import { type DefinitionRun, runDefinition } from "../../src/scenario/world/run-definition.ts";
import { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES } from "../../src/topology/index.ts";

interface Situation {
  readonly ratePerSecond: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
  readonly probesUnderLoad?: boolean;
  readonly cores?: number;
  readonly lengthS?: number;
}

/** Pods whose Ready condition was ever written as false, and the run. */
function probed(given: Situation): { left: ReadonlySet<string>; run: DefinitionRun } {
  const { ratePerSecond, probesUnderLoad = true, cores, lengthS = 30 } = given;
  const { timeoutSeconds = 1, failureThreshold = 3 } = given;
  const definition = cluster({
    zones: { a: { nodes: 2 } },
    objects: [
      deployment("web", {
        replicas: 2,
        readiness: { periodSeconds: 1, timeoutSeconds, failureThreshold },
        server: {
          workers: 2,
          queueLimit: 1_000,
          serviceTime: { distribution: "constant", valueNs: 20e6 },
          ...(cores === undefined ? {} : { cores }),
        },
      }),
      deployment("caller", { replicas: 1 }),
      service("web", { port: 80 }),
    ],
    traffic: [
      openLoop({
        from: { deployment: "caller" },
        to: "web:80",
        ratePerSecond,
        timeout: seconds(1),
        connection: { kind: "per-request" },
      }),
    ],
    probesUnderLoad,
  });
  const left = new Set<string>();
  const runs: DefinitionRun[] = [];
  runDefinition(
    definition,
    {
      seed: "readiness",
      replications: 1,
      warmUpNs: seconds(0),
      lengthNs: seconds(lengthS),
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      prices: PRICE_TABLES.aws,
      ways: { probesUnderLoad },
    },
    (run) => runs.push(run),
    ({ cluster: live }) => {
      live.store.onWrite("Pod", () => {
        for (const pod of live.store.list<Pod>("Pod")) {
          const ready = pod.status?.conditions?.find(({ type }) => type === "Ready");
          if (ready?.status === "False") left.add(pod.metadata.name);
        }
      });
    },
  );
  return { left, run: runs[0] as DefinitionRun };
}

describe("readiness probes under load", () => {
  test("pods that keep up stay ready", () => {
    const { left, run } = probed({ ratePerSecond: 120 });
    expect(left.size).toBe(0);
    expect(run.ledger.sourceFailed[0]).toBe(0);
  });

  test("overloaded pods leave their endpoints, and come back when their queues are empty", () => {
    const { left, run } = probed({ ratePerSecond: 300, lengthS: 60 });
    expect(left.size).toBe(2);
    const answered = run.ledger.bins
      .slice(30, 60)
      .reduce((sum, bin) => sum + bin.answeredByPod.size, 0);
    expect(answered).toBeGreaterThan(0);
  });

  test("without the option nobody leaves, however long the queue", () => {
    expect(probed({ ratePerSecond: 300, probesUnderLoad: false }).left.size).toBe(0);
  });

  test("a probe that waits longer than the queue, or more failures than there is time for, keeps pods", () => {
    expect(probed({ ratePerSecond: 300, timeoutSeconds: 60 }).left.size).toBe(0);
    expect(probed({ ratePerSecond: 300, failureThreshold: 100 }).left.size).toBe(0);
  });

  test("probes wait for shared cores as well", () => {
    expect(probed({ ratePerSecond: 60, cores: 1 }).left.size).toBe(0);
    expect(probed({ ratePerSecond: 300, cores: 1 }).left.size).toBe(2);
  });

  test("every request ends, with probes in the queues", () => {
    for (const cores of [undefined, 1]) {
      const { run } = probed({ ratePerSecond: 300, ...(cores === undefined ? {} : { cores }) });
      const [edge] = run.ledger.edges;
      const failed = edge?.failures.reduce((sum, count) => sum + count, 0) ?? 0;
      expect((edge?.latency.count ?? 0) + failed).toBe(edge?.calls);
    }
  });
});
