import { seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import type { Service } from "../../src/api/index.ts";
import {
  type ClusterOptions,
  cluster,
  deployment,
  openLoop,
  runScenario,
  scale,
  scenario,
  service,
} from "../../src/scenario/index.ts";
import type { Failure } from "../../src/traffic/index.ts";

interface Seen {
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
  readonly by: (cause: Failure) => number;
}

const CAUSES = ["refused", "reset", "timed-out", "dns", "conntrack-full"] as const;

/** Pods in two zones ask a Service of two pods a zone, a new connection each time. */
function seen(given: Partial<ClusterOptions> & { readonly lengthS?: number } = {}): Seen {
  const { lengthS = 20, ...options } = given;
  const asked = scenario("ways", {
    vary: {},
    runs: { replications: 1, warmUp: seconds(1), length: seconds(lengthS) },
    build: () =>
      cluster({
        zones: { a: { nodes: 2 }, b: { nodes: 2 } },
        objects: [
          deployment("web", { replicas: 4, server: { workers: 1_000, serviceTime: NO_TIME } }),
          deployment("caller", { replicas: 4 }),
          service("web", { port: 80 }),
        ],
        traffic: [CLIENT],
        ...options,
      }),
    measure: ({ requests }) => ({
      failed: requests.failedShare(),
      count: requests.count,
      p50: requests.latency.count === 0 ? undefined : requests.latency.quantile(0.5),
      p99: requests.latency.count === 0 ? undefined : requests.latency.quantile(0.99),
      ...Object.fromEntries(CAUSES.map((cause) => [cause, requests.failedBy(cause)])),
    }),
  });
  const metrics = runScenario(asked, { seed: "ways" }).configurations[0]?.metrics;
  const value = (name: string): number => metrics?.get(name)?.mean ?? 0;
  return {
    failed: value("failed"),
    p50Ms: value("p50") / 1e6,
    p99Ms: value("p99") / 1e6,
    count: value("count"),
    by: (cause) => value(cause),
  };
}

const NO_TIME = { distribution: "constant", valueNs: 1_000 } as const;

const CLIENT = openLoop({
  from: { deployment: "caller" },
  to: "web:80",
  ratePerSecond: 200,
  timeout: seconds(3),
  connection: { kind: "per-request" },
});

const WEB = deployment("web", { replicas: 4, server: { workers: 1_000, serviceTime: NO_TIME } });
const CALLER = deployment("caller", { replicas: 4 });

describe("DNS", () => {
  test("a look-up costs each new connection a round trip to CoreDNS, and more for longer names", () => {
    const known = seen();
    const short = seen({ dns: {} });
    const long = seen({ dns: { spelling: "service" } });
    expect(short.failed).toBe(0);
    expect(short.p50Ms - known.p50Ms).toBeGreaterThan(0.55);
    expect(short.p50Ms - known.p50Ms).toBeLessThan(0.75);
    expect((long.p50Ms - known.p50Ms) / (short.p50Ms - known.p50Ms)).toBeCloseTo(3, 0);
  });

  test("a NodeLocal agent takes most of it away", () => {
    const far = seen({ dns: {} });
    const near = seen({ dns: { nodeLocalCache: true } });
    expect(far.p50Ms - near.p50Ms).toBeGreaterThan(0.4);
  });

  test("a CoreDNS that cannot keep up fails calls for DNS", () => {
    const slow = seen({ dns: { replicas: 1, queryProcessorNs: 20e6 } });
    expect(slow.by("dns")).toBeGreaterThan(0.2 * slow.count);
    expect(slow.by("timed-out")).toBe(0);
  });
});

describe("headless Services", () => {
  const headless = service("web", { port: 80, headless: true });
  const fewer = [scale("web", { at: seconds(3), replicas: 2 })];

  test("are reached at all of their endpoints without any option", () => {
    expect(seen({ objects: [WEB, CALLER, headless] }).failed).toBe(0);
  });

  test("send clients to pods that are gone for as long as their answers live", () => {
    const objects = [WEB, CALLER, headless];
    const stale = seen({ objects, changes: fewer, dns: { ttlSeconds: 30 } });
    const fresh = seen({ objects, changes: fewer, dns: { ttlSeconds: 0 } });
    expect(stale.failed).toBeGreaterThan(0.1);
    expect(fresh.failed).toBeLessThan(0.01);
  });

  test("a client that never asks again is worse off than one behind a cluster IP", () => {
    const never = seen({
      objects: [WEB, CALLER, headless],
      changes: fewer,
      dns: { ttlSeconds: 0, reResolve: { when: "never" } },
    });
    const proxied = seen({ changes: fewer, dns: {} });
    expect(never.failed).toBeGreaterThan(0.2);
    expect(proxied.failed).toBeLessThan(0.02);
  });

  test("without a ready endpoint the name has no address", () => {
    const none = seen({
      objects: [deployment("web", { replicas: 0 }), CALLER, headless],
      dns: {},
    });
    expect(none.by("dns")).toBe(none.count);
  });
});

describe("connection tracking", () => {
  test("a new connection each time fills a small table with those that were closed", () => {
    const roomy = seen({ conntrackMax: 131_072 });
    const full = seen({ conntrackMax: 200 });
    expect(roomy.failed).toBe(0);
    expect(full.by("conntrack-full")).toBeGreaterThan(0.3 * full.count);
    expect(full.by("timed-out")).toBe(0);
  });

  test("connections that are kept need no more than their number", () => {
    const traffic = [{ ...CLIENT, connection: { kind: "long-lived" } as const }];
    expect(seen({ traffic, conntrackMax: 20 }).failed).toBe(0);
  });
});

describe("links", () => {
  test("answers queue for the interface of their node", () => {
    const traffic = [{ ...CLIENT, responseBytes: 1e6 }];
    const free = seen({ traffic });
    // 50 answers of 1 MB a second from each of four nodes: half of what 100 MB/s carry.
    const busy = seen({ traffic, linkBandwidths: { nodes: "100MB/s" } });
    expect(busy.p50Ms - free.p50Ms).toBeGreaterThan(9);
    expect(busy.failed).toBe(0);
  });

  test("a narrow link from one zone to another slows that way alone", () => {
    const objects = [
      deployment("web", { replicas: { b: 4 }, server: { workers: 1_000, serviceTime: NO_TIME } }),
      deployment("caller", { replicas: { a: 4 } }),
      service("web", { port: 80 }),
    ];
    const callers = { ...CLIENT, workload: "default/Deployment/caller-a", responseBytes: 1e5 };
    const over = (pair: string): number =>
      seen({ objects, traffic: [callers], linkBandwidths: { pairs: { [pair]: "200Mbit" } } }).p50Ms;
    // 100 kB over 25 MB/s take 4 ms.
    expect(over("a->b")).toBeLessThan(3);
    expect(over("b->a")).toBeGreaterThan(5);
  });

  test("round trips vary as they are told to", () => {
    const drawn = { distribution: "uniform", lowNs: 5e6, highNs: 15e6 } as const;
    const { p50Ms } = seen({
      roundTripDistributions: { "same-node": drawn, "same-zone": drawn, "other-zone": drawn },
    });
    // Handshake and request: four half round trips of 5 ms in the mean.
    expect(p50Ms).toBeGreaterThan(18);
    expect(p50Ms).toBeLessThan(22);
  });
});

describe("protocols", () => {
  test("UDP has no handshake, TCP one round trip, SCTP two", () => {
    const trip = { "same-node": seconds(0.01), "same-zone": seconds(0.01) };
    const roundTripTimes = { ...trip, "other-zone": seconds(0.01) };
    const p50 = (protocol: "UDP" | "TCP" | "SCTP"): number =>
      seen({
        roundTripTimes,
        objects: [WEB, CALLER, service("web", { port: 80, protocol })],
      }).p50Ms;
    expect(p50("UDP")).toBeCloseTo(10, 0);
    expect(p50("TCP")).toBeCloseTo(20, 0);
    expect(p50("SCTP")).toBeCloseTo(30, 0);
  });

  test("long UDP flows of a pod that ends time out until the proxy clears them, and go on elsewhere", () => {
    const traffic = [{ ...CLIENT, connection: { kind: "long-lived" } as const }];
    const udp = seen({
      traffic,
      objects: [WEB, CALLER, service("web", { port: 80, protocol: "UDP" })],
      changes: [scale("web", { at: seconds(3), replicas: 1 })],
    });
    expect(udp.by("refused") + udp.by("reset")).toBe(0);
    expect(udp.by("timed-out")).toBeLessThan(0.1 * udp.count);
    const gone = seen({
      traffic,
      objects: [WEB, CALLER, service("web", { port: 80, protocol: "UDP" })],
      changes: [scale("web", { at: seconds(3), replicas: 0 })],
    });
    expect(gone.by("timed-out")).toBeGreaterThan(0.5 * gone.count);
  });

  test("a pod reaches itself through a Service unless the network forbids it", () => {
    const calls = { objects: [WEB, service("web", { port: 80 })] };
    const traffic = [{ ...CLIENT, workload: "default/Deployment/web" }];
    expect(seen({ ...calls, traffic }).failed).toBe(0);
    const { failed } = seen({ ...calls, traffic, hairpin: false });
    expect(failed).toBeGreaterThan(0.2);
    expect(failed).toBeLessThan(0.3);
  });
});

test("endpoints that are not ready get requests only where the Service publishes them", () => {
  // Ready 10 s after their containers run, which answer after one.
  const web = deployment("web", { replicas: 1, readinessSeconds: 10 });
  const refused = (publishNotReadyAddresses: boolean): number =>
    seen({
      objects: [web, CALLER, service("web", { port: 80, publishNotReadyAddresses })],
      changes: [scale("web", { at: seconds(3), replicas: 4 })],
    }).by("refused");
  expect(refused(true)).toBeGreaterThan(0);
  expect(refused(false)).toBe(0);
});

test("terminating endpoints that still serve are used where there is no other", () => {
  const failed = (preStopSeconds: number): number =>
    seen({
      objects: [
        deployment("web", { replicas: 2, preStopSeconds }),
        CALLER,
        service("web", { port: 80 }),
      ],
      changes: [scale("web", { at: seconds(3), replicas: 0 })],
      lengthS: 10,
    }).failed;
  expect(failed(20)).toBe(0);
  expect(failed(1)).toBeGreaterThan(0.3);
});

describe("users outside", () => {
  const zones = { a: { nodes: 1 }, b: { nodes: 1 } };
  const users = { ...CLIENT, name: "users", timeoutNs: seconds(1) };
  const { workload: _, ...outside } = users;
  const reached = (options: Partial<Parameters<typeof service>[1]>, externalIPs?: string[]) => {
    const [web] = service("web", { port: 80, ...options }).objects;
    const spec = {
      ...(web as Service).spec,
      ...(externalIPs === undefined ? {} : { externalIPs }),
    };
    const objects = [deployment("web", { replicas: { a: 2 } }), { ...web, spec } as Service];
    return seen({ zones, objects, traffic: [outside] });
  };

  test("an external IP with a Local policy drops what comes in where no endpoint is", () => {
    const local = reached({ externalTrafficPolicy: "Local" }, ["192.0.2.7"]);
    expect(local.by("timed-out") / local.count).toBeCloseTo(0.5, 1);
    expect(reached({ externalTrafficPolicy: "Cluster" }, ["192.0.2.7"]).failed).toBe(0);
  });

  test("a load balancer asks the health check node port and spares such nodes", () => {
    const local = { type: "LoadBalancer", externalTrafficPolicy: "Local" } as const;
    expect(reached(local).failed).toBe(0);
    const nodePort = reached({ ...local, type: "NodePort" });
    expect(nodePort.by("timed-out") / nodePort.count).toBeCloseTo(0.5, 1);
  });
});

test("second chances of callers are within reach of a scenario", () => {
  const slow = { distribution: "exponential", meanNs: 20e6 } as const;
  const objects = [
    deployment("web", { replicas: 4, server: { workers: 1_000, serviceTime: slow } }),
    CALLER,
    service("web", { port: 80 }),
  ];
  const asked = { from: { deployment: "caller" }, to: "web:80", ratePerSecond: 200 } as const;
  const plain = seen({ objects, traffic: [openLoop(asked)] });
  const hedged = seen({ objects, traffic: [openLoop({ ...asked, hedgeAfter: "30ms" })] });
  expect(hedged.p99Ms).toBeLessThan(0.85 * plain.p99Ms);
  const retried = openLoop({
    ...asked,
    retries: 3,
    backoff: { baseNs: 1e6, maxNs: 1e7 },
    retryBudget: { ratio: 0.1 },
  });
  expect(retried.retryBudget?.ratio).toBe(0.1);
  expect(retried.backoff?.maxNs).toBe(1e7);
});
