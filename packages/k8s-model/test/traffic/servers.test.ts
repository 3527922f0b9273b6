import { constant, exponential, millis, seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import { type FailedAttempt, PodState } from "../../src/traffic/index.ts";
import { latencyOf, oneClient, runOneServer } from "./one-server.ts";

/** Mean time in an M/M/c queue (Erlang C), for a service time of 1. */
function meanTimeMMc(servers: number, offered: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= offered / k;
    sum += term;
  }
  const last = (term * offered) / servers / (1 - offered / servers);
  return 1 + last / (sum + last) / (servers - offered);
}

describe("queues", () => {
  test.each([1, 2, 5])("%i workers are an M/M/c queue", (workers) => {
    const offered = 0.7 * workers;
    const rateHz = offered * 100;
    const server = { workers, serviceTimeNs: exponential({ mean: millis(10) }) };
    const mean = latencyOf(runOneServer({ rateHz, server, length: seconds(2_000) })).mean / 1e7;
    expect(mean / meanTimeMMc(workers, offered)).toBeGreaterThan(0.96);
    expect(mean / meanTimeMMc(workers, offered)).toBeLessThan(1.04);
  });

  test("a planned queue gives the times of one that is served event by event, to the nanosecond", () => {
    const server = { workers: 3, serviceTimeNs: exponential({ mean: millis(10) }) };
    const planned = runOneServer({ rateHz: 270, server });
    // As many cores as workers slow nobody down, and keep the queue from being planned.
    const stepped = runOneServer({ rateHz: 270, server: { ...server, cores: 3 } });
    const [a, b] = [planned, stepped].map((run) => latencyOf(run));
    expect(a?.count).toBe(b?.count);
    expect(Math.abs((a?.mean ?? 0) - (b?.mean ?? 1))).toBeLessThan(2);
    expect(planned.busyWorkerNs(0) / stepped.busyWorkerNs(0)).toBeCloseTo(1, 6);
  });

  test("answers foreseen when a request is sent are those of a server that never runs out of workers", () => {
    const serviceTimeNs = exponential({ mean: millis(10) });
    const foreseen = runOneServer({ rateHz: 200, server: { serviceTimeNs } });
    const queued = runOneServer({ rateHz: 200, server: { serviceTimeNs, workers: 1_000 } });
    expect(latencyOf(foreseen).snapshot()).toEqual(latencyOf(queued).snapshot());
  });

  test.each([
    ["reset where its node lives", PodState.closed, Infinity],
    ["reset where its node lives", PodState.closed, 1_000],
    ["never answered where its node is gone", PodState.silent, Infinity],
    ["never answered where its node is gone", PodState.silent, 1_000],
  ] as const)(
    "what a pod had not answered when it stopped is %s, with state %d and %d workers",
    (_, after, workers) => {
      let stopped = false;
      const told: FailedAttempt[] = [];
      const traffic = runOneServer({
        rateHz: 1_000,
        server: { workers, serviceTimeNs: constant(millis(50)) },
        edge: { timeoutNs: seconds(1) },
        length: seconds(2),
        network: {
          ...oneClient(),
          podState: () => (stopped ? after : PodState.serving),
          attemptFailed: (attempt) => told.push(attempt),
        },
        during: (sim, running) => {
          sim.at(seconds(1), () => {
            stopped = true;
            running.podStopped(0);
          });
        },
      });
      const [refused = 0, reset = 0, timedOut = 0] = traffic.ledger.edges[0]?.failures ?? [];
      if (after === PodState.closed) {
        // 50 ms of 1,000 requests a second were in service; what came after was refused.
        expect(reset).toBeGreaterThan(30);
        expect(reset).toBeLessThan(75);
        expect(refused).toBeGreaterThan(900);
        expect(timedOut).toBe(0);
      } else {
        expect(timedOut).toBeGreaterThan(930);
        expect(refused + reset).toBe(0);
      }
      expect(traffic.inFlight).toBe(0);
      const toldOf = (failure: string): number =>
        told.filter((attempt) => attempt.failure === failure).length;
      expect([toldOf("refused"), toldOf("reset"), toldOf("timed-out")]).toEqual([
        refused,
        reset,
        timedOut,
      ]);
    },
  );

  test("a full queue refuses the share of an M/M/1/K queue", () => {
    const server = { workers: 1, queueLimit: 4, serviceTimeNs: exponential({ mean: millis(10) }) };
    const [edge] = runOneServer({ rateHz: 80, server, length: seconds(2_000) }).ledger.edges;
    const rho = 0.8;
    let states = 0;
    for (let k = 0, power = 1; k <= 5; k++, power *= rho) states += power;
    const blocked = (rho * rho * rho * rho * rho) / states;
    const share = (edge?.failures[3] ?? 0) / (edge?.calls ?? 1);
    expect(share / blocked).toBeGreaterThan(0.95);
    expect(share / blocked).toBeLessThan(1.05);
  });
});

describe("requests that share cores", () => {
  test.each([
    ["exponential", exponential({ mean: millis(10) })],
    ["constant", constant(millis(10))],
  ])("on one core they take mean / (1 − load), also where service is %s", (_, serviceTimeNs) => {
    const server = { serviceTimeNs, cores: 1 };
    const traffic = runOneServer({ rateHz: 60, server, length: seconds(3_000) });
    const mean = latencyOf(traffic).mean / 1e6;
    expect(mean / (10 / (1 - 0.6))).toBeGreaterThan(0.96);
    expect(mean / (10 / (1 - 0.6))).toBeLessThan(1.04);
  });

  test("nobody is slowed down while there are cores enough", () => {
    const server = { serviceTimeNs: constant(millis(10)), cores: 1_000 };
    const latency = latencyOf(runOneServer({ rateHz: 500, server }));
    expect(latency.min).toBe(millis(10));
    expect(latency.max).toBe(millis(10));
  });

  test("the core time used is that of the requests served", () => {
    const server = { serviceTimeNs: constant(millis(10)), cores: 2 };
    const traffic = runOneServer({ rateHz: 150, server });
    const served = latencyOf(traffic).count;
    expect(traffic.busyWorkerNs(0) / (served * millis(10))).toBeCloseTo(1, 6);
  });
});
