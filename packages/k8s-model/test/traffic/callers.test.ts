import { constant, exponential, millis, seconds, uniform } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import {
  type ConnectionPlan,
  FAILURES,
  type Network,
  REFUSED,
  type RequestTraffic,
} from "../../src/traffic/index.ts";
import { latencyOf, oneClient, runOneServer } from "./one-server.ts";

const near = (value: number, expected: number, share: number): void => {
  expect(value / expected).toBeGreaterThan(1 - share);
  expect(value / expected).toBeLessThan(1 + share);
};

function byPod(traffic: RequestTraffic, pods: number): number[] {
  return [...(traffic.ledger.edges[0]?.requestsByPod ?? [])].slice(0, pods);
}

describe("connections", () => {
  test("a pool of one connection makes the client an M/D/1 queue", () => {
    const connection = {
      kind: "keep-alive",
      requestsPerConnection: Infinity,
      connections: 1,
    } as const;
    const server = { serviceTimeNs: constant(millis(10)) };
    const traffic = runOneServer({
      rateHz: 70,
      edge: { connection },
      server,
      length: seconds(2_000),
    });
    near(latencyOf(traffic).mean / 1e6, 10 + (0.7 * 10) / (2 * 0.3), 0.05);
    expect(traffic.ledger.edges[0]?.connectionsByDistance[2]).toBe(1);
  });

  test("a pool that is full never opens more, whatever fails or closes", () => {
    const connection = { kind: "keep-alive", requestsPerConnection: 7, connections: 3 } as const;
    const traffic = runOneServer({
      rateHz: 500,
      edge: { connection, timeoutNs: millis(30) },
      server: { serviceTimeNs: exponential({ mean: millis(10) }), workers: 2, queueLimit: 1 },
      length: seconds(50),
    });
    const [edge] = traffic.ledger.edges;
    expect(traffic.inFlight).toBe(0);
    expect(edge?.calls).toBe(traffic.ledger.sourceRequests[0]);
  });

  /** Servers 2 and 3 join in the middle; the answer is their share of the requests from then on. */
  function shareOfNewPods(connection: ConnectionPlan): number {
    let endpoints = [0, 1];
    let before: number[] = [];
    const traffic = runOneServer({
      rateHz: 200,
      edge: { connection },
      network: oneClient(4, () => endpoints),
      during: (sim, running) => {
        sim.at(seconds(50), () => {
          endpoints = [0, 1, 2, 3];
          before = byPod(running, 4);
        });
      },
    });
    const since = byPod(traffic, 4).map((count, pod) => count - (before[pod] ?? 0));
    const all = since.reduce((sum, count) => sum + count, 0);
    return ((since[2] ?? 0) + (since[3] ?? 0)) / all;
  }

  test("long-lived connections send nothing to pods that a scale-out adds", () => {
    const connection = {
      kind: "long-lived",
      requestsPerConnection: Infinity,
      connections: 8,
    } as const;
    expect(shareOfNewPods(connection)).toBe(0);
  });

  test("a maximum age of connections brings new pods their share", () => {
    const connection = {
      kind: "long-lived",
      requestsPerConnection: Infinity,
      connections: 8,
      maxAgeNs: seconds(1),
    } as const;
    near(shareOfNewPods(connection), 0.5, 0.2);
  });

  test("a connection for each request reaches new pods at once", () => {
    near(shareOfNewPods({ kind: "per-request", requestsPerConnection: 1 }), 0.5, 0.05);
  });

  test("affinity holds a client to its endpoint for as long as it keeps coming", () => {
    let last = -1;
    const traffic = runOneServer({
      rateHz: 20,
      edge: { connection: { kind: "per-request", requestsPerConnection: 1 } },
      network: {
        ...oneClient(4),
        affinity: (_node, _port, _caller, _endpoints, drawn) => {
          last = last < 0 ? drawn : last;
          return last;
        },
      },
    });
    expect(byPod(traffic, 4).filter((count) => count > 0)).toHaveLength(1);
  });
});

describe("names and links", () => {
  test("a look-up takes its time once for each connection", () => {
    const resolver = { lookUp: () => millis(5) };
    const perRequest = { kind: "per-request", requestsPerConnection: 1 } as const;
    const each = runOneServer({
      rateHz: 50,
      edge: { connection: perRequest },
      options: { resolver },
    });
    expect(latencyOf(each).min).toBe(millis(6));
    const reused = runOneServer({ rateHz: 5, options: { resolver } });
    expect(latencyOf(reused).quantile(0.5) / millis(1)).toBeCloseTo(1, 1);
  });

  test("a name without an answer ends in a time-out that counts as DNS's", () => {
    const traffic = runOneServer({
      rateHz: 20,
      length: seconds(5),
      edge: { timeoutNs: seconds(1) },
      options: { resolver: { lookUp: () => Infinity } },
    });
    const [edge] = traffic.ledger.edges;
    expect(edge?.failures[FAILURES.indexOf("dns")]).toBe(edge?.calls);
    expect(traffic.inFlight).toBe(0);
  });

  test("requests of one size on a link between zones wait as in an M/D/1 queue", () => {
    // 1 MB a request over 100 MB/s: 10 ms each; answers go back over a link without a limit.
    const traffic = runOneServer({
      rateHz: 60,
      edge: { requestBytes: 1e6 },
      server: { serviceTimeNs: constant(0) },
      length: seconds(2_000),
      options: { linkBytesPerSecond: [Infinity, 1e8, Infinity, Infinity] },
    });
    near(latencyOf(traffic).mean / 1e6, 10 + (0.6 * 10) / (2 * 0.4), 0.05);
  });

  test("links that are missing or without a bandwidth are refused", () => {
    const run = (linkBytesPerSecond: number[]) => () =>
      runOneServer({ rateHz: 1, options: { linkBytesPerSecond } });
    expect(run([1])).toThrow("[link-count]");
    expect(run([1, 1, 0, 1])).toThrow("[link-bandwidth]");
  });

  test("round trips drawn from a distribution have its mean", () => {
    const traffic = runOneServer({
      rateHz: 200,
      options: {
        roundTripDistributions: { "other-zone": uniform({ low: millis(1), high: millis(3) }) },
      },
    });
    near(latencyOf(traffic).mean / 1e6, 1 + 2, 0.02);
  });
});

describe("retries", () => {
  const refusing: Network = { ...oneClient(), endpoints: () => REFUSED };

  test("a budget allows its ratio of the requests and what the bucket held, and no more", () => {
    const retryBudget = { ratio: 0.2, burst: 10, perSecond: 0 };
    const edge = { retries: 3, retryBudget };
    const [ledger] = runOneServer({ rateHz: 200, edge, network: refusing }).ledger.edges;
    const calls = ledger?.calls ?? 0;
    expect(ledger?.retries).toBeLessThanOrEqual(10 + 0.2 * calls);
    expect(ledger?.retries).toBeGreaterThan(0.2 * calls - 10);
    expect(ledger?.retriesWithheld).toBeGreaterThan(0);
  });

  test("without a budget each failed request is tried as often as allowed", () => {
    const traffic = runOneServer({ rateHz: 100, edge: { retries: 3 }, network: refusing });
    const [ledger] = traffic.ledger.edges;
    expect(ledger?.retries).toBe(3 * (ledger?.calls ?? 0));
  });

  test("pauses are uniform up to a bound that doubles to its limit", () => {
    // The first attempts fail until a time: what a request waits for its answer is the pauses.
    const edge = { retries: 1, backoff: { baseNs: millis(100), maxNs: millis(100) } };
    let attempts = 0;
    const network = {
      ...oneClient(),
      endpoints: () => (attempts++ % 2 === 0 ? REFUSED : [0]),
    } as const;
    const connection = { kind: "per-request", requestsPerConnection: 1 } as const;
    // So few that one request is over before the next begins.
    const traffic = runOneServer({
      rateHz: 0.05,
      edge: { ...edge, connection },
      network,
      length: seconds(40_000),
    });
    near(latencyOf(traffic).mean / 1e6, 1 + 50, 0.06);
    expect(latencyOf(traffic).max).toBeLessThanOrEqual(millis(101));
  });

  test("retries of overload multiply it, and a budget keeps them from doing so", () => {
    const server = { workers: 1, queueLimit: 5, serviceTimeNs: exponential({ mean: millis(10) }) };
    const edge = { retries: 5, retriesOverloaded: true };
    const attempts = (given: object): number => {
      const [ledger] = runOneServer({ rateHz: 150, server, edge: { ...edge, ...given } }).ledger
        .edges;
      return 1 + (ledger?.retries ?? 0) / (ledger?.calls ?? 1);
    };
    expect(attempts({})).toBeGreaterThan(2);
    expect(attempts({ retryBudget: { ratio: 0.2, burst: 10, perSecond: 0 } })).toBeLessThan(1.21);
  });
});

describe("hedging", () => {
  test("the first of two answers counts: the closed form for exponential service", () => {
    const mean = 100;
    const after = 60;
    const traffic = runOneServer({
      rateHz: 20,
      edge: { hedge: { afterNs: millis(after) } },
      server: { serviceTimeNs: exponential({ mean: millis(mean) }) },
      length: seconds(2_000),
    });
    const alone = Math.exp(-after / mean);
    near(latencyOf(traffic).mean / 1e6, mean * (1 - alone) + (alone * mean) / 2, 0.03);
    const [edge] = traffic.ledger.edges;
    near((edge?.hedges ?? 0) / (edge?.calls ?? 1), alone, 0.03);
    expect(traffic.inFlight).toBe(0);
  });

  test("a request whose other copy was answered is not begun any more", () => {
    const traffic = runOneServer({
      rateHz: 150,
      edge: { hedge: { afterNs: millis(20) } },
      server: { serviceTimeNs: constant(millis(10)), workers: 1 },
      network: oneClient(2),
    });
    const busyNs = traffic.busyWorkerNs(0) + traffic.busyWorkerNs(1);
    const [edge] = traffic.ledger.edges;
    const begun = busyNs / millis(10);
    expect(begun).toBeLessThan((edge?.calls ?? 0) + (edge?.hedges ?? 0));
    expect(traffic.inFlight).toBe(0);
  });
});
