import {
  constant,
  type Distribution,
  type Histogram,
  micros,
  millis,
  type SimTime,
  Simulation,
  seconds,
} from "@k8s-netsim/sim-core";
import {
  type CallEdgePlan,
  type Network,
  RequestTraffic,
  type RequestTrafficOptions,
  staticNetwork,
  type TrafficPlan,
  type WorkloadPlan,
} from "../../src/traffic/index.ts";
import { oneHop, SERVER } from "./three-zones.ts";

/** Nothing takes time but what a test is about. */
const NO_DISTANCE = {
  "same-node": micros(0),
  "same-zone": micros(0),
  "other-zone": micros(0),
  "other-region": micros(0),
};

/** One client pod in zone a, `servers` server pods in zone b. */
export function oneClient(servers = 1, endpoints?: () => readonly number[]): Network {
  const all = Array.from({ length: servers }, (_, index) => index);
  const network = staticNetwork({
    zones: ["a", "b"],
    nodes: [
      { node: 0, zone: 0, region: 0 },
      { node: 1, zone: 1, region: 0 },
    ],
    pods: [
      ...all.map((index) => ({ name: `default/server-${index}`, node: 1, workload: 1 })),
      { name: "default/client", node: 0, workload: 0 },
    ],
    endpoints: [[all], [all]],
  });
  return endpoints === undefined ? network : { ...network, endpoints };
}

export interface OneServerOptions {
  readonly rateHz: number;
  readonly edge?: Partial<CallEdgePlan>;
  readonly server?: Partial<WorkloadPlan>;
  readonly network?: Network;
  readonly length?: SimTime;
  readonly seed?: string;
  readonly options?: Partial<RequestTrafficOptions>;
  readonly during?: (sim: Simulation, traffic: RequestTraffic) => void;
}

/** Reused connections, and servers that serve anything at once in 1 ms, unless said otherwise. */
export function runOneServer(given: OneServerOptions): RequestTraffic {
  const { rateHz, edge = {}, server = {}, network = oneClient(), length = seconds(100) } = given;
  const sim = new Simulation({ seed: given.seed ?? "one server" });
  const connection = { kind: "keep-alive", requestsPerConnection: Infinity } as const;
  const serviceTimeNs: Distribution = constant(millis(1));
  const plan: TrafficPlan = {
    ...oneHop(rateHz, { connection, timeoutNs: seconds(1_000), ...edge }),
    workloads: [
      { ...SERVER, key: "default/Deployment/client" },
      { ...SERVER, workers: Infinity, serviceTimeNs, queueLimit: Infinity, ...server },
    ],
  };
  const traffic = new RequestTraffic({
    sim,
    plan,
    network,
    roundTripTimes: NO_DISTANCE,
    measureFromNs: seconds(0),
    endNs: length,
    ...given.options,
  });
  traffic.start();
  given.during?.(sim, traffic);
  sim.run();
  return traffic;
}

export function latencyOf(traffic: RequestTraffic): Histogram {
  return traffic.ledger.edges[0]?.latency as Histogram;
}
