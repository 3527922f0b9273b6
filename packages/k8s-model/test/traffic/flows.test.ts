import { meanInterval, Simulation, seconds } from "@k8s-netsim/sim-core";
import { expect, test } from "vitest";
import { DEFAULT_ROUND_TRIP_TIMES } from "../../src/topology/index.ts";
import {
  callOrder,
  expectedFlows,
  RequestTraffic,
  type TrafficPlan,
} from "../../src/traffic/index.ts";
import { EDGE, oneHop, SERVER, threeZones } from "./three-zones.ts";

test("flows divide a caller's rate evenly among the endpoints of its node", () => {
  const network = threeZones(() => [0, 1, 2]);
  const { edges } = expectedFlows(oneHop(600), network, [0, 1]);
  expect([0, 1, 2, 3].map((pod) => edges[0]?.requestsByPodHz.get(pod) ?? 0)).toEqual(
    [200, 200, 200, 0].map((hz) => expect.closeTo(hz, 9)),
  );
});

test("what no endpoint takes is counted as failed", () => {
  const { edges } = expectedFlows(
    oneHop(600),
    threeZones(() => -1),
    [0, 1],
  );
  expect(edges[0]?.failedHz).toBeCloseTo(600, 9);
});

test("requests and flows agree in the mean, over two hops and uneven endpoints", () => {
  // The servers ask themselves half a time: a second hop over the same Service would be a cycle,
  // so the second edge leads to a Service of its own with other endpoints.
  const network = threeZones((_, zone) => (zone === 0 ? [0, 1] : [0, 1, 2, 3, 4, 5]));
  const plan: TrafficPlan = {
    ...oneHop(300),
    servicePorts: [
      { service: "default/server", port: 80 },
      { service: "default/store", port: 6379 },
    ],
    edges: [
      EDGE,
      { ...EDGE, name: "server -> store", from: 1, servicePort: 1, callsPerRequest: 0.5 },
    ],
    workloads: [
      oneHop(1).workloads[0] as never,
      { ...SERVER, edges: [1] },
      { ...SERVER, key: "default/Deployment/store" },
    ],
  };
  const withStore = {
    ...network,
    workloadOf: (pod: number) => (pod >= 4 && pod < 6 ? 2 : network.workloadOf(pod)),
    endpoints: (node: number, port: number) =>
      port === 0 ? network.endpoints(node, 0, "internal") : ([4, 5] as const),
    readyEndpoints: (port: number) => (port === 0 ? [0, 1, 2, 3] : [4, 5]),
  };
  const serverOnly = {
    ...withStore,
    endpoints: (node: number, port: number) => {
      const all = withStore.endpoints(node, port);
      return port === 0 && typeof all !== "number" ? all.filter((pod) => pod < 4) : all;
    },
  };
  const order = callOrder(plan, (port) => (port === 0 ? [1] : [2]));
  const flows = expectedFlows(plan, serverOnly, order);
  const observed = Array.from({ length: 8 }, (_, replication) => {
    const sim = new Simulation({ seed: `agree-${replication}` });
    const traffic = new RequestTraffic({
      sim,
      plan,
      network: serverOnly,
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      measureFromNs: seconds(1),
      endNs: seconds(31),
    });
    traffic.start();
    sim.run();
    return traffic.ledger;
  });
  for (let edge = 0; edge < 2; edge++) {
    for (let pod = 0; pod < 6; pod++) {
      const rates = observed.map((ledger) => (ledger.edges[edge]?.requestsByPod[pod] ?? 0) / 30);
      const { low, high } = meanInterval(rates, 0.9999);
      const expected = flows.edges[edge]?.requestsByPodHz.get(pod) ?? 0;
      expect(low).toBeLessThanOrEqual(expected + 1e-9);
      expect(high).toBeGreaterThanOrEqual(expected - 1e-9);
    }
  }
});
