import type { Endpoint, EndpointSlice, Service } from "@k8s-netsim/k8s-model/api";
import { ClusterZone, ZoneView } from "@k8s-netsim/k8s-model/data-plane";
import { Store } from "@k8s-netsim/k8s-model/store";
import type { SimTime } from "@k8s-netsim/sim-core";

export const SECOND = 1_000_000_000;

export function serviceNamed(name: string, spec: Service["spec"]): Service {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace: "default" }, spec };
}

export function sliceOf(service: string, endpoints: readonly Endpoint[]): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${service}-1`,
      namespace: "default",
      labels: { "kubernetes.io/service-name": service },
    },
    addressType: "IPv4",
    endpoints,
    ports: [{ name: "http", protocol: "TCP", port: 8080 }],
  };
}

export interface Names {
  readonly store: Store;
  readonly clock: { now: number };
  zone(latencyNs?: number): ClusterZone;
}

/** A store with one Service of each kind. */
export function names(): Names {
  const clock = { now: 0 };
  const store = new Store({ now: () => clock.now as SimTime });
  store.create(
    serviceNamed("web", {
      clusterIP: "10.96.0.7",
      clusterIPs: ["10.96.0.7", "fd00::7"],
      ports: [{ name: "http", port: 80 }],
    }),
  );
  store.create(serviceNamed("db", { clusterIP: "None", ports: [{ name: "http", port: 8080 }] }));
  store.create(serviceNamed("empty", { clusterIP: "None" }));
  store.create(serviceNamed("ext", { type: "ExternalName", externalName: "db.example.com" }));
  store.create(
    sliceOf("db", [
      { addresses: ["10.244.1.2"], hostname: "db-0", conditions: { ready: true } },
      { addresses: ["10.244.1.3"], conditions: {} },
      { addresses: ["10.244.1.4"], conditions: { ready: false, serving: true } },
    ]),
  );
  return {
    store,
    clock,
    zone: (latencyNs = 0) => {
      const watchers = { name: "coredns", latencyNs, jitterNs: 0 };
      return new ClusterZone(new ZoneView(store, watchers, `replica ${latencyNs}`));
    },
  };
}
