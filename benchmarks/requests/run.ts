// Requests through RequestTraffic over a cluster at rest, in the shape named by the first argument:
// "simple" reuses connections over one hop to servers that never queue; "full" looks a name up and opens a
// connection for each request, crosses zones over links with a bandwidth, and queues at four workers a pod.
// The last line is the number asked for: requests/s, events/request or bytes/request.
import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { DEFAULT_ROUND_TRIP_TIMES } from "@k8s-netsim/k8s-model/topology";
import {
  RequestTraffic,
  type RequestTrafficOptions,
  staticNetwork,
  type TrafficPlan,
} from "@k8s-netsim/k8s-model/traffic";
import {
  constant,
  exponential,
  micros,
  millis,
  type SimTime,
  Simulation,
  seconds,
} from "@k8s-netsim/sim-core";

type Shape = "simple" | "full";
type Figure = "requests/s" | "events/request" | "bytes/request";

const [shape, figure, count] = process.argv.slice(2) as [Shape, Figure, string];
const RATE_HZ = 20_000;
/** Requests before anything is counted. */
const WARM_UP = 500_000;
const ZONES = ["zone-a", "zone-b", "zone-c"];
const NODES = 12;

function network(): ReturnType<typeof staticNetwork> {
  const nodes = Array.from({ length: NODES }, (_, node) => ({ node, zone: node % 3, region: 0 }));
  const pods = nodes.flatMap(({ node }) => [
    { name: `default/client-${node}`, node, workload: 0 },
    { name: `default/server-${node}`, node, workload: 1 },
  ]);
  const everywhere = nodes.map(({ node }) => 2 * node + 1);
  return staticNetwork({ zones: ZONES, nodes, pods, endpoints: nodes.map(() => [everywhere]) });
}

function plan(): TrafficPlan {
  const full = shape === "full";
  const client = { key: "default/Deployment/client", workers: 1, queueLimit: 0, edges: [] };
  return {
    servicePorts: [{ service: "default/server", port: 80 }],
    workloads: [
      { ...client, serviceTimeNs: constant(0) },
      {
        key: "default/Deployment/server",
        workers: full ? 4 : Number.POSITIVE_INFINITY,
        serviceTimeNs: full ? exponential({ mean: millis(2) }) : constant(micros(500)),
        queueLimit: 1_000,
        edges: [],
      },
    ],
    edges: [
      {
        name: "client -> default/server:80",
        from: 0,
        servicePort: 0,
        callsPerRequest: 1,
        requestBytes: 1_000,
        responseBytes: 10_000,
        connection: full
          ? { kind: "per-request", requestsPerConnection: 1 }
          : { kind: "keep-alive", requestsPerConnection: 1_000 },
        timeoutNs: seconds(10),
        retries: 0,
      },
    ],
    sources: [{ kind: "open", name: "client", edge: 0, rateHz: RATE_HZ }],
  };
}

/** Every connection begins with a question to the DNS cache of the node; zones are 10 Gbit/s apart. */
function fullPath(): Pick<RequestTrafficOptions, "resolver" | "linkBytesPerSecond"> {
  const lookUpNs = DEFAULT_ROUND_TRIP_TIMES["same-node"] + micros(50);
  return {
    resolver: { lookUp: () => lookUpNs },
    linkBytesPerSecond: ZONES.flatMap((from) =>
      ZONES.map((to) => (from === to ? Number.POSITIVE_INFINITY : 1.25e9)),
    ),
  };
}

function prepared(requests: number): { sim: Simulation; traffic: RequestTraffic } {
  const sim = new Simulation({ seed: "requests" });
  const traffic = new RequestTraffic({
    sim,
    plan: plan(),
    network: network(),
    roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
    ...(shape === "full" ? fullPath() : {}),
    measureFromNs: seconds(0),
    endNs: Math.round((requests / RATE_HZ) * 1e9) as SimTime,
  });
  traffic.start();
  return { sim, traffic };
}

const requests = Number(count);
let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ["gc"] });
const { sim, traffic } = prepared(requests + WARM_UP);
// Until everything is compiled and every table has its size.
sim.runUntil(Math.round((WARM_UP / RATE_HZ) * 1e9) as SimTime);
// Where it can be asked for: a collection that is due would otherwise fall into what is counted.
globalThis.gc?.();
await setImmediate();
await setImmediate();
collections = 0;
const eventsBefore = sim.events;
const answeredBefore = traffic.ledger.edges[0]?.calls ?? 0;
const bytesBefore = process.memoryUsage().heapUsed;
const beganMs = performance.now();
sim.run();
const tookMs = performance.now() - beganMs;
const bytes = process.memoryUsage().heapUsed - bytesBefore;
const answered = (traffic.ledger.edges[0]?.calls ?? 0) - answeredBefore;
await setImmediate();
await setImmediate();
const figures: Readonly<Record<Figure, number>> = {
  "requests/s": (answered * 1000) / tookMs,
  "events/request": (sim.events - eventsBefore) / answered,
  // A collection in between would hide garbage: no number is better than a wrong one.
  "bytes/request": collections === 0 ? Math.max(0, bytes) / answered : Number.NaN,
};
process.stdout.write(`${figures[figure]}\n`);
