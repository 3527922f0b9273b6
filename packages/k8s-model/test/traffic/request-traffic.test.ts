import { constant, meanInterval, millis, minutes, Simulation, seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import { DEFAULT_ROUND_TRIP_TIMES } from "../../src/topology/index.ts";
import {
  DROPPED,
  type Network,
  PodState,
  REFUSED,
  RequestTraffic,
  type TrafficLedger,
  type TrafficPlan,
} from "../../src/traffic/index.ts";
import { oneHop, SERVER, threeZones } from "./three-zones.ts";

const ALL = [0, 1, 2, 3, 4, 5];

function run(
  plan: TrafficPlan,
  network: Network,
  seed = "traffic",
  length = seconds(20),
): RequestTraffic {
  const sim = new Simulation({ seed });
  const traffic = new RequestTraffic({
    sim,
    plan,
    network,
    roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
    measureFromNs: seconds(0),
    endNs: length,
  });
  traffic.start();
  sim.run();
  return traffic;
}

function failed(ledger: TrafficLedger): readonly number[] {
  return [...(ledger.edges[0]?.failures ?? [])];
}

function crossingConnections(ledger: TrafficLedger): number {
  const [node = 0, zone = 0, crossing = 0] = ledger.edges[0]?.connectionsByDistance ?? [];
  return crossing / (node + zone + crossing);
}

describe("requests over a cluster at rest", () => {
  test("even endpoints over three even zones are reached across zones on two connections of three", () => {
    const shares = Array.from({ length: 10 }, (_, index) =>
      crossingConnections(
        run(
          oneHop(200),
          threeZones(() => ALL),
          `even-${index}`,
        ).ledger,
      ),
    );
    const { low, high } = meanInterval(shares, 0.999);
    expect(low).toBeLessThan(2 / 3);
    expect(high).toBeGreaterThan(2 / 3);
  });

  test("users outside hold many long-lived connections, so no endpoint gets all they ask", () => {
    const connection = { kind: "long-lived", requestsPerConnection: 1 } as const;
    const network = threeZones(() => ALL);
    const { ledger } = run(oneHop(500, { from: -1, connection }), network);
    const requests = [...(ledger.edges[0]?.requestsByPod ?? [])].slice(0, 6);
    const mean = requests.reduce((so, each) => so + each, 0) / 6;
    expect(Math.min(...requests)).toBeGreaterThan(0);
    expect(Math.max(...requests) / mean).toBeLessThan(2);
  });

  test("a time line ends with the measured time, whatever still travels", () => {
    const sim = new Simulation({ seed: "bins" });
    const traffic = new RequestTraffic({
      sim,
      plan: oneHop(2_000),
      network: threeZones(() => ALL),
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      measureFromNs: seconds(0),
      endNs: seconds(3),
      binNs: seconds(1),
    });
    traffic.start();
    sim.run();
    expect(traffic.ledger.bins).toHaveLength(3);
  });

  test("endpoints of the caller's own zone are reached without crossing zones", () => {
    const own = threeZones((_, zone) => [2 * zone, 2 * zone + 1]);
    expect(crossingConnections(run(oneHop(200), own).ledger)).toBe(0);
  });

  test("everything that begins ends, and no call stays behind", () => {
    const traffic = run(
      oneHop(500),
      threeZones(() => ALL),
    );
    const [edge] = traffic.ledger.edges;
    expect(traffic.inFlight).toBe(0);
    expect(edge?.calls).toBe(traffic.ledger.sourceRequests[0]);
    expect(edge?.calls).toBe(edge?.latency.count);
    expect(edge?.requestsByPod.reduce((so, value) => so + value, 0)).toBe(edge?.calls);
  });

  test("a request takes a handshake, a round trip and its service time", () => {
    const plan: TrafficPlan = {
      ...oneHop(10),
      workloads: [
        oneHop(10).workloads[0] as never,
        { ...SERVER, serviceTimeNs: constant(millis(2)) },
      ],
    };
    const own = threeZones((node) => [node]);
    const { latency } = run(plan, own).ledger;
    const expectedNs = 2 * DEFAULT_ROUND_TRIP_TIMES["same-node"] + millis(2);
    expect(latency.quantile(0.5) / expectedNs).toBeCloseTo(1, 1);
  });

  test("without an endpoint every request is refused at once", () => {
    const { ledger } = run(
      oneHop(100),
      threeZones(() => REFUSED),
    );
    expect(failed(ledger)).toEqual([ledger.sourceRequests[0], 0, 0, 0, 0, 0, 0]);
  });

  test("under a Local policy without a local endpoint every request times out", () => {
    const { ledger } = run(
      oneHop(20),
      threeZones(() => DROPPED),
    );
    expect(failed(ledger)).toEqual([0, 0, ledger.sourceRequests[0], 0, 0, 0, 0]);
  });

  test("a long-lived connection keeps its endpoint: each client pod reaches one server", () => {
    const connection = {
      kind: "long-lived",
      requestsPerConnection: Number.POSITIVE_INFINITY,
    } as const;
    const { ledger } = run(
      oneHop(200, { connection }),
      threeZones(() => ALL),
    );
    const opened = ledger.edges[0]?.connectionsByDistance.reduce((so, value) => so + value, 0);
    expect(opened).toBe(6);
  });

  test("a keep-alive connection carries its number of requests", () => {
    const connection = { kind: "keep-alive", requestsPerConnection: 10 } as const;
    const { ledger } = run(
      oneHop(50, { connection }),
      threeZones(() => ALL),
      "keep",
      minutes(2),
    );
    const opened = ledger.edges[0]?.connectionsByDistance.reduce((so, value) => so + value, 0) ?? 0;
    expect((ledger.edges[0]?.calls ?? 0) / opened).toBeGreaterThan(8);
    expect((ledger.edges[0]?.calls ?? 0) / opened).toBeLessThanOrEqual(10);
  });

  test("a full queue answers with an error", () => {
    const tight = { ...SERVER, workers: 1, queueLimit: 1, serviceTimeNs: constant(millis(100)) };
    const plan = { ...oneHop(300), workloads: [oneHop(1).workloads[0] as never, tight] };
    const { ledger } = run(
      plan,
      threeZones(() => ALL),
    );
    expect(failed(ledger)[3]).toBeGreaterThan(0);
  });
});

describe("requests while pods stop", () => {
  function networkWithState(states: Map<number, PodState>): Network {
    const network = threeZones(() => ALL);
    return { ...network, podState: (pod) => states.get(pod) ?? PodState.serving };
  }

  function runWithLoss(state: PodState, retries: number): RequestTraffic {
    const states = new Map<number, PodState>();
    const sim = new Simulation({ seed: "loss" });
    const traffic = new RequestTraffic({
      sim,
      plan: oneHop(100, {
        retries,
      }),
      network: networkWithState(states),
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      measureFromNs: seconds(0),
      endNs: seconds(20),
    });
    traffic.start();
    sim.at(seconds(10), () => {
      states.set(0, state);
      traffic.podStopped(0);
    });
    sim.run();
    return traffic;
  }

  test("a node that goes silent costs time-outs until its endpoint is withdrawn", () => {
    const traffic = runWithLoss(PodState.silent, 0);
    expect(failed(traffic.ledger)[2]).toBeGreaterThan(50);
    expect(traffic.inFlight).toBe(0);
  });

  test("a pod that is gone refuses at once", () => {
    const traffic = runWithLoss(PodState.closed, 0);
    const [refused = 0, , timedOut = 0] = failed(traffic.ledger);
    expect(refused).toBeGreaterThan(50);
    expect(timedOut).toBeLessThan(10);
    expect(traffic.inFlight).toBe(0);
  });

  test("a pod that ends on a living node has closed its connections: nobody waits for it, gone as it is", () => {
    const states = new Map<number, PodState>();
    const before = threeZones(() => ALL);
    const after = threeZones(() => ALL.filter((pod) => pod !== 0));
    const sim = new Simulation({ seed: "farewell" });
    const traffic = new RequestTraffic({
      sim,
      plan: oneHop(100, { connection: { kind: "keep-alive", requestsPerConnection: 1_000 } }),
      network: {
        ...before,
        podState: (pod) => states.get(pod) ?? PodState.serving,
        endpoints: (...ask) => (states.has(0) ? after : before).endpoints(...ask),
      },
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      measureFromNs: seconds(0),
      endNs: seconds(20),
    });
    traffic.start();
    sim.at(seconds(10), () => {
      states.set(0, PodState.closed);
      traffic.podStopped(0);
      states.set(0, PodState.silent);
    });
    sim.run();
    const [, , timedOut = 0] = failed(traffic.ledger);
    expect(timedOut).toBe(0);
  });

  test("retries turn most refusals into answers", () => {
    const [without = 0] = failed(runWithLoss(PodState.closed, 0).ledger);
    const [withRetries = 0] = failed(runWithLoss(PodState.closed, 3).ledger);
    expect(withRetries).toBeLessThan(without / 20);
  });
});

test("two runs with one seed count the same", () => {
  const count = (): string =>
    JSON.stringify([
      ...(run(
        oneHop(300),
        threeZones(() => ALL),
      ).ledger.edges[0]?.requestsByPod ?? []),
    ]);
  expect(count()).toBe(count());
});
