import type { EndpointSlice, KubeObject, Service } from "@k8s-netsim/k8s-model/api";
import { ProxyFleet, proxySyncCost, runnerPeriods } from "@k8s-netsim/k8s-model/data-plane";
import { Store, timestampAt } from "@k8s-netsim/k8s-model/store";
import { Simulation } from "@k8s-netsim/sim-core";

const SECOND = 1_000_000_000;

/**
 * The 5,000-node load test of clusterloader2: 30 pods a node, a quarter of them in Deployments of
 * 250, a quarter in those of 30, half in those of 5; every second Deployment has a Service.
 */
const SERVICE_SIZES: readonly (readonly [services: number, endpoints: number])[] = [
  [75, 250],
  [625, 30],
  [7_500, 5],
];

/** Services and endpoints of the test. */
export const LOAD_TEST_SIZE: { readonly services: number; readonly endpoints: number } = {
  services: SERVICE_SIZES.reduce((sum, [services]) => sum + services, 0),
  endpoints: SERVICE_SIZES.reduce((sum, [services, size]) => sum + services * size, 0),
};

const ENDPOINTS_PER_SLICE = 100;
/** Ten pods a second come or go, half of them behind a Service. */
const CHANGE_PERIOD_NS = SECOND / 5;

/** The slices of all Services, one entry an endpoint, so that a draw of an endpoint finds its slice. */
function fill(store: Store): readonly EndpointSlice[] {
  const byEndpoint: EndpointSlice[] = [];
  let number = 0;
  for (const [services, size] of SERVICE_SIZES) {
    for (let index = 0; index < services; index++) {
      const name = `service-${number++}`;
      store.create(serviceNamed(name));
      for (let from = 0; from < size; from += ENDPOINTS_PER_SLICE) {
        const count = Math.min(ENDPOINTS_PER_SLICE, size - from);
        const slice = sliceOf(name, from, count, byEndpoint.length);
        store.create(slice);
        for (let endpoint = 0; endpoint < count; endpoint++) byEndpoint.push(slice);
      }
    }
  }
  return byEndpoint;
}

function serviceNamed(name: string): Service {
  const metadata = { name, namespace: "load" };
  return { apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ port: 80 }] } };
}

function sliceOf(service: string, from: number, count: number, first: number): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${service}-${from}`,
      namespace: "load",
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: "IPv4",
    ports: [{ port: 8080, protocol: "TCP" }],
    endpoints: Array.from({ length: count }, (_, index) => {
      const at = first + index;
      return {
        addresses: [`10.${128 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`],
        conditions: { ready: true },
      };
    }),
  };
}

/** What a kube-proxy in iptables mode is like. */
export interface LatencyTest {
  readonly nodes: number;
  readonly partialSync: boolean;
  readonly minSyncPeriodNs: number;
}

/** Quantiles of the network programming latency (s). */
export type Latency = Readonly<Record<"p50" | "p90" | "p99", number>>;

/**
 * kube-proxies over the Services of the load test while slices change at its pace. What a run takes
 * follows the fit through syncs measured of kube-proxy 1.36 with the legacy iptables back end.
 */
export function programmingLatency({ nodes, partialSync, minSyncPeriodNs }: LatencyTest): Latency {
  const sim = new Simulation({ seed: "published results" });
  const store = new Store({ now: () => sim.now });
  const slices = fill(store);
  const fleet = new ProxyFleet(store, {
    watchers: { name: "kube-proxy", latencyNs: 5_000_000, jitterNs: 10_000_000 },
    minSyncPeriodNs,
    syncNs: 0,
    seed: 1,
    cost: proxySyncCost("iptables-legacy"),
    periods: runnerPeriods("iptables", minSyncPeriodNs),
    ...(partialSync ? {} : { fullSyncPeriodNs: 1 }),
  });
  // Proxies start one after the other, so that their runs are not in step.
  for (let node = 0; node < nodes; node++) {
    sim.at((node * 30 * SECOND) / nodes, () => fleet.start(node, sim.now));
  }
  let changes = 0;
  sim.every(CHANGE_PERIOD_NS, () => {
    const slice = slices[(changes++ * 48_271) % slices.length] as EndpointSlice;
    store.replace(changedNow(slice, sim.now));
  });
  sim.runUntil(WARM_UP_NS);
  fleet.collect(sim.now);
  sim.runUntil(WARM_UP_NS + MEASURED_NS);
  const latency = fleet.collect(sim.now).latency.histogram();
  const seconds = (q: number): number => Math.round(latency.quantile(q) / 1e7) / 100;
  return { p50: seconds(0.5), p90: seconds(0.9), p99: seconds(0.99) };
}

const WARM_UP_NS = 90 * SECOND;
const MEASURED_NS = 300 * SECOND;

function changedNow<T extends KubeObject>(object: T, nowNs: number): T {
  const annotations = {
    "endpoints.kubernetes.io/last-change-trigger-time": timestampAt(nowNs),
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
