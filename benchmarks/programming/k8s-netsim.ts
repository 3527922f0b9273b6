import { ApiServers } from "@k8s-netsim/k8s-model/api-server";
import { ProxyFleet } from "@k8s-netsim/k8s-model/data-plane";
import { Store, timestampAt } from "@k8s-netsim/k8s-model/store";
import { type SimTime, seconds } from "@k8s-netsim/sim-core";

const [nodes = 15_000, writes = 10_000] = process.argv.slice(2).map(Number);
const SLICES = 50;
const PER_SLICE = 100;
const MS = 1_000_000;

const clock = { now: 0 };
const store = new Store({ now: () => clock.now as SimTime });
const fleet = new ProxyFleet(
  store,
  {
    watchers: { name: "kube-proxy", latencyNs: 5 * MS, jitterNs: 10 * MS },
    minSyncPeriodNs: 1000 * MS,
    syncNs: 50 * MS,
    seed: 1,
    cost: {
      fullSyncNs: ({ endpoints }) => 100 * MS + endpoints * 20_000,
      partialSyncNs: (changed) => 10 * MS + changed.endpoints * 1_000,
    },
  },
  new ApiServers(store, { replicas: 5 }),
);

function endpoint(
  index: number,
  generation: number,
): Readonly<Record<string, unknown>> & { readonly uid: string } {
  const uid = `pod-${index}-${generation}`;
  return {
    uid,
    addresses: [`10.${generation & 255}.${index >> 8}.${index & 255}`],
    conditions: { ready: true, serving: true, terminating: false },
    targetRef: { kind: "Pod", name: uid, namespace: "default", uid },
    zone: "a",
  };
}

const slices = Array.from({ length: SLICES }, (_, slice) =>
  Array.from({ length: PER_SLICE }, (_, index) => endpoint(slice * PER_SLICE + index, 0)),
);

function sliceObject(slice: number): Parameters<Store["replace"]>[0] {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `web-${slice}`,
      namespace: "default",
      labels: { "kubernetes.io/service-name": "web" },
      annotations: {
        "endpoints.kubernetes.io/last-change-trigger-time": timestampAt(clock.now),
      },
    },
    addressType: "IPv4",
    endpoints: [...(slices[slice] ?? [])],
    ports: [],
  };
}

for (let slice = 0; slice < SLICES; slice++) store.create(sliceObject(slice));
for (let node = 0; node < nodes; node++) fleet.start(node, 0);
const start = process.hrtime.bigint();
for (let write = 0; write < writes; write++) {
  clock.now = seconds(5) + write * 50 * MS;
  const slice = write % SLICES;
  const endpoints = slices[slice] as ReturnType<typeof endpoint>[];
  const index = (write * 7) % PER_SLICE;
  fleet.endpointDied((endpoints[index] as { readonly uid: string }).uid, clock.now);
  endpoints[index] = endpoint(slice * PER_SLICE + index, write + 1);
  store.replace(sliceObject(slice));
  if (write % 5_000 === 4_999) {
    fleet.release(clock.now);
    store.prune();
  }
}
const { latency } = fleet.collect(fleet.quietNs());
const taken = Number(process.hrtime.bigint() - start) / 1e9;
if (latency.count !== nodes * writes) throw new Error("a change was not seen by a node");
console.log(taken);
