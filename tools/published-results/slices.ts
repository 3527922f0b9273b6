import type { EndpointSlice } from "@k8s-netsim/k8s-model/api";
import { watchBytes } from "@k8s-netsim/k8s-model/scenario";
import { exactBytesPerEndpoint, playService } from "./kep752.ts";
import { podKey, readyNode, readyPod, webService } from "./objects.ts";
import { once, type ResultGroup } from "./published-result.ts";
import { ServiceChain } from "./service-chain.ts";

const PRESET = "300 B an endpoint (`blog2020`)";
const NODES = [readyNode("node-0", "a")];

const blog = once(() => playService("endpoints", 5_000, 3_000, watchBytes("blog2020")));

/** A Service whose pods came before it, in a store of its own. */
function packed(pods: number, endpointsPerSlice: number): ServiceChain {
  const chain = new ServiceChain({ kind: "EndpointSlice", endpointsPerSlice, nodes: NODES });
  chain.step(() => {
    for (let index = 0; index < pods; index++) chain.store.create(readyPod(index, "node-0"));
    chain.store.create(webService());
  });
  return chain;
}

/** Two full slices lose five endpoints each; then ten pods come at once. */
const refill = once((): { readonly creates: number; readonly updates: number } => {
  const chain = packed(200, 100);
  const slices = chain.objects<EndpointSlice>();
  for (const { endpoints = [] } of slices) {
    for (const { targetRef } of (endpoints ?? []).slice(0, 5)) {
      chain.step(() => chain.store.delete("Pod", `${targetRef?.namespace}/${targetRef?.name}`));
    }
  }
  const before = chain.objects().length;
  chain.count();
  chain.step(() => {
    for (let index = 200; index < 210; index++) chain.store.create(readyPod(index, "node-0"));
  });
  const creates = chain.objects().length - before;
  return { creates, updates: chain.count().writes - creates };
});

/** Bytes to all nodes when one of 7,500 node members of a Service goes. */
function memberLeaves(kind: "Endpoints" | "EndpointSlice"): number {
  const members = 7_500;
  const chain = new ServiceChain({
    kind,
    watchers: members,
    bytesOf: watchBytes("exact-1.36"),
    nodes: NODES,
  });
  chain.step(() => {
    for (let index = 0; index < members; index++) chain.store.create(readyPod(index, "node-0"));
    chain.store.create(webService());
  });
  chain.count();
  chain.step(() => chain.store.delete("Pod", podKey(readyPod(members >> 1, "node-0"))));
  return chain.count().bytes;
}

const leaving = once(() => ({
  endpoints: memberLeaves("Endpoints"),
  slices: memberLeaves("EndpointSlice"),
}));

export const slices: ResultGroup = {
  title: "Endpoints and slices: other sources",
  how: "The same chain as for KEP 752: the model's controllers, store and API server without anything that merges or limits. What such a Service costs with limits on, and what etcd refuses, is the scenario `endpointslice-churn` (`--param bytes=blog2020` takes the blog's size).",
  results: [
    {
      id: "blog2020-update-bytes",
      claim: "5,000 pods, 3,000 nodes, one Endpoints object: one endpoint changes, bytes",
      source: "blog2020",
      published: 4.5e9,
      unit: "bytes",
      preset: PRESET,
      verdict: "arithmetic",
      ours: () => blog().singleUpdate.bytes,
    },
    {
      id: "blog2020-rolling-bytes",
      claim: "the same, every endpoint changes once (printed as more than 22 TB), bytes",
      source: "blog2020",
      published: 22.5e12,
      unit: "bytes",
      preset: PRESET,
      verdict: "arithmetic",
      ours: () => blog().rollingUpdate.bytes,
    },
    {
      id: "blog2020-bytes-per-endpoint",
      claim: "bytes of an endpoint, as 1.5 MB for 5,000 implies",
      source: "blog2020",
      published: 300,
      unit: "bytes",
      tolerance: { kind: "relative", by: 0.1 },
      verdict: "not reproduced",
      reason:
        "The blog does not say what its objects look like, nor in which encoding. Ours: a watch event about the Endpoints object of 5,000 pods as 1.36 serializes it (protobuf, as kube-proxy reads it; node names of 6 characters), by address.",
      ours: () => exactBytesPerEndpoint("endpoints", 5_000),
    },
    {
      id: "blog2020-15-pods",
      claim: "15 pods with 5 endpoints a slice: slices",
      source: "blog2020",
      published: 3,
      unit: "count",
      verdict: "predicted",
      ours: () => packed(15, 5).objects().length,
    },
    {
      id: "docs-slice-packing-creates",
      claim: "10 new endpoints, two unchanged slices with room for 5 each: slices created",
      source: "docs-endpoint-slices",
      published: 1,
      unit: "count",
      verdict: "predicted",
      ours: () => refill().creates,
    },
    {
      id: "docs-slice-packing-updates",
      claim: "the same: slices updated",
      source: "docs-endpoint-slices",
      published: 0,
      unit: "count",
      verdict: "predicted",
      ours: () => refill().updates,
    },
    {
      id: "openai-endpoints-watch",
      claim: "7,500 nodes that are endpoints, nodes come and go: bytes a second, at times",
      source: "openai",
      published: 1e9,
      unit: "bytes/s",
      tolerance: { kind: "factor", by: 1.5 },
      verdict: "not reproduced",
      reason:
        "The source does not say how often nodes came and went. Ours: one node leaves each second, objects as 1.36 serializes them; one a few seconds would give the published rate.",
      ours: () => leaving().endpoints,
    },
    {
      id: "openai-endpointslice-factor",
      claim: "that load falls by so much with EndpointSlices",
      source: "openai",
      published: 1000,
      unit: "times",
      tolerance: { kind: "factor", by: 1.5 },
      verdict: "not reproduced",
      reason:
        "Slices of 100 out of 7,500 can give 75 at most; the source does not explain the rest. Ours: bytes of the same change, Endpoints by slices.",
      ours: () => leaving().endpoints / leaving().slices,
    },
  ],
};
