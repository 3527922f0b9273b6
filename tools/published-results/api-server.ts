import type { KubeObject } from "@k8s-netsim/k8s-model/api";
import { ApiServers } from "@k8s-netsim/k8s-model/api-server";
import { defaultTimings } from "@k8s-netsim/k8s-model/control-plane";
import { Store } from "@k8s-netsim/k8s-model/store";
import { Simulation } from "@k8s-netsim/sim-core";
import type { PublishedResult, ResultGroup } from "./published-result.ts";

/** One list of all objects, answered from the watch cache of one API server (ms). */
function listMs(objects: number, objectBytes: number): number {
  const sim = new Simulation({ seed: "published results" });
  const store = new Store({ now: () => sim.now });
  for (let index = 0; index < objects; index++) {
    const metadata = { name: `one-${index}`, namespace: "default" };
    store.create({ apiVersion: "v1", kind: "ConfigMap", metadata } as KubeObject);
  }
  const servers = new ApiServers(store, {}, () => objectBytes);
  const stream = servers.stream("ConfigMap", "lister");
  let doneNs = 0;
  servers.advance(0);
  const listed = (ns: number): void => {
    doneNs = ns;
  };
  servers.list({ atNs: 0, server: 0, streams: [stream], listed });
  return doneNs / 1e6;
}

const ALIKE = (ms: number): readonly number[] => [ms, ms, ms];

const uncached = (id: string, objects: string, published: readonly number[]): PublishedResult => ({
  id: `kep2340-list-disabled-${id}`,
  claim: `list of ${objects}, read from etcd: p50, p90, p99`,
  source: "kep2340",
  published,
  unit: "ms",
  verdict: "not reproduced",
  reason: "The model answers every list from the watch cache.",
});

export const apiServer: ResultGroup = {
  title: "API server and etcd",
  how: "One list of all objects by one client, by the model's API server with its default link of 10 Gbit/s. Its times have no spread: one number stands for all quantiles.",
  results: [
    {
      id: "kep2340-list-enabled-small",
      claim: "list of 300,000 objects of 1 KB from the watch cache: p50, p90, p99",
      source: "kep2340",
      published: [499.32, 582.04, 648],
      unit: "ms",
      preset: "1 KB an object",
      tolerance: { kind: "relative", by: 0.25 },
      verdict: "calibrated",
      reason: "The time per listed object is this p50; the spread is not modelled.",
      ours: () => ALIKE(listMs(300_000, 1_000)),
    },
    {
      id: "kep2340-list-enabled-large",
      claim: "list of 300 objects of 1 MB from the watch cache: p50, p90, p99",
      source: "kep2340",
      published: [25, 45, 49.49],
      unit: "ms",
      preset: "1 MB an object",
      tolerance: { kind: "relative", by: 0.25 },
      verdict: "not reproduced",
      reason:
        "300 MB take 240 ms on the model's link of 10 Gbit/s; the source does not say what its 25 ms cover.",
      ours: () => ALIKE(listMs(300, 1_000_000)),
    },
    uncached("large", "300 objects of 1 MB", [1438.49, 1856.13, 1985.61]),
    uncached("small", "300,000 objects of 1 KB", [10_493.83, 17_910.71, 21_800]),
    {
      id: "kep2340-fresh-110ms",
      claim: "share of reads that found the watch cache fresh within 110 ms",
      source: "kep2340",
      published: 0.999,
      unit: "",
      verdict: "not reproduced",
      reason: "The model's watch cache is never behind the store unless a fault says so.",
    },
    {
      id: "etcd-light",
      claim: "a request to an etcd of three members at light load takes less than",
      source: "etcd",
      published: 1,
      unit: "ms",
      tolerance: { kind: "at-most" },
      verdict: "not reproduced",
      reason:
        "The default write takes 5 ms, from the API request to the stored version: an assumption, not etcd alone.",
      ours: () => defaultTimings().apiWriteNs / 1e6,
    },
    {
      id: "etcd-heavy",
      claim: "requests a second that an etcd of three members serves, at least",
      source: "etcd",
      published: 30_000,
      unit: "per second",
      verdict: "not reproduced",
      reason: "The model's etcd limits the size of a write, not their rate.",
    },
  ],
};
