// %% [markdown]
// # From a manifest to a routing decision to a cost
//
// This is the tutorial. It takes three plain Kubernetes objects, builds a small cluster around them,
// asks one node where it would send a connection, and follows that decision to the bill and to what
// clients notice. Every number below was computed when this page was rendered; run it again with
// `npm run notebooks`, or change it: it is an ordinary TypeScript file.

// %%

import { applyDefaults, Cluster, syntheticNodes } from "@k8s-netsim/k8s-model";
import type { KubeObject } from "@k8s-netsim/k8s-model/api";
import { explainRoute } from "@k8s-netsim/k8s-model/cluster";
import { applySet, formatDiagnostic, readManifests } from "@k8s-netsim/k8s-model/manifests";
import { MEASURES, prepareInput, whatIf } from "@k8s-netsim/k8s-model/scenario";
import {
  DEFAULT_ROUND_TRIP_TIMES,
  distanceBetween,
  PRICE_TABLES,
  transferCostUsd,
} from "@k8s-netsim/k8s-model/topology";
import { formatEstimate, formatQuantity, intervalChart } from "@k8s-netsim/reports";
import { formatDuration, millis, Simulation, seconds } from "@k8s-netsim/sim-core";
import { display, figure, table } from "./runtime/display.ts";

// %% [markdown]
// ## 1. Read a manifest
//
// A web tier of five pods, a Service in front of it, and a client that calls it. The client names
// the Service in an environment variable, as applications do.

// %%

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 5
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example/web:1.0
          ports: [{ name: http, containerPort: 8080 }]
          resources: { requests: { cpu: 250m } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  selector: { app: web }
  ports: [{ name: http, port: 80, targetPort: http }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: client }
spec:
  replicas: 3
  selector: { matchLabels: { app: client } }
  template:
    metadata: { labels: { app: client } }
    spec:
      containers:
        - name: client
          image: registry.example/client:1.0
          env: [{ name: WEB_URL, value: "http://web" }]
          resources: { requests: { cpu: 250m } }
`;

const read = readManifests([{ file: "web.yaml", text: manifest }]);
display(
  table(
    read.objects.map(({ object }) => ({ kind: object.kind, name: object.metadata.name ?? "" })),
  ),
);

// %% [markdown]
// Mistakes are named with their place and the remedy. Had the Service asked for a port that no
// container has:

// %%

const mistaken = prepareInput({
  sources: [{ file: "web.yaml", text: manifest.replace("targetPort: http", "targetPort: http2") }],
});
for (const diagnostic of mistaken.diagnostics) display(formatDiagnostic(diagnostic));

// %% [markdown]
// ## 2. Build the cluster
//
// Six nodes in three zones. Applying an object does what the API server does: it is given its
// defaults, and written to the store. Then the controllers, the scheduler, the kubelets and the
// proxies take over, each with its delays, on one simulated clock.

// %%

const sim = new Simulation({ seed: "manifest-to-cost" });
const cluster = new Cluster(sim);
const apply = (object: KubeObject) => cluster.apply(applyDefaults(object));
for (const node of syntheticNodes({ zones: ["a", "b", "c"], nodesPerZone: 2 })) apply(node);
for (const { object } of read.objects) apply(object);
cluster.settle();
const settledNs = sim.now;

const pods = [...cluster.pods].map((pod) => ({ ...pod, node: cluster.nodes.at(pod.nodeIndex) }));
display(
  table(
    ["web", "client"].map((workload) => {
      const own = pods.filter(({ key }) => key.startsWith(`default/${workload}-`));
      const inZone = (zone: string) => own.filter(({ node }) => node?.zone === zone).length;
      return { workload, "zone a": inZone("a"), "zone b": inZone("b"), "zone c": inZone("c") };
    }),
  ),
);
display(`At rest after ${formatDuration(settledNs)} of simulated time.`);

// %% [markdown]
// ## 3. Ask for a routing decision
//
// kube-proxy decides on the node of the caller, by what it has programmed there. Here is the decision
// for a connection from the client in zone c: every endpoint it knows, and why it was kept.

// %%

const caller = pods.find(
  ({ key, node }) => key.startsWith("default/client-") && node?.zone === "c",
);

function decide() {
  const answer = explainRoute(cluster, {
    fromPod: caller?.key ?? "",
    service: "default/web",
    port: 80,
  });
  if ("refused" in answer) throw new Error(answer.refused.sentence);
  return answer.explained;
}

function showDecision(): void {
  const { choice, podIndices } = decide();
  for (const step of choice.steps) display(step);
  display(
    table(
      choice.endpoints.map(({ kept, reason }, index) => {
        const pod = cluster.pods.at(podIndices[index] ?? -1);
        const zone = cluster.nodes.at(pod?.nodeIndex ?? -1)?.zone ?? "";
        return { "endpoint in zone": zone, kept: kept ? "yes" : "no", why: reason };
      }),
    ),
  );
}

showDecision();

// %% [markdown]
// Without a wish of the Service's, all ready endpoints are equal: four connections of five leave
// zone c.
//
// ## 4. Change one field
//
// `trafficDistribution: PreferSameZone` asks for hints: the EndpointSlice controller writes into each
// endpoint the zone that should use it, and kube-proxy keeps to them. The change has to travel: right
// after it is written, the node still acts on what it knew.

// %%

const changed = applySet(read.objects, "Service/web:spec.trafficDistribution=PreferSameZone");
for (const { object } of changed.objects) apply(object);
sim.runUntil(millis(Math.ceil(sim.now / millis(1)) + 1));
display(
  `1 ms later: ${decide().choice.routing.rule}, ${decide().view.servicesBehind} version behind`,
);
cluster.settle();
display(`At rest: ${decide().choice.routing.rule}`);
showDecision();

// %% [markdown]
// One endpoint is left for the client in zone c, and it is next door. Its peers in the other zones
// share two endpoints each: what routing saves in distance it may lose in balance.
//
// ## 5. What a connection costs
//
// Distance has a latency and a price. Both are parameters with a source; here are the defaults, and
// what a million requests with 1 kB in and 10 kB out cost on each way.

// %%

const bytes = 1_000_000 * (1_000 + 10_000);
const ways = [
  { to: "the same node", place: { node: 0, zone: 0, region: 0 } },
  { to: "the same zone", place: { node: 1, zone: 0, region: 0 } },
  { to: "another zone", place: { node: 2, zone: 1, region: 0 } },
];
display(
  table(
    ways.map(({ to, place }) => {
      const distance = distanceBetween({ node: 0, zone: 0, region: 0 }, place);
      const costs = Object.values(PRICE_TABLES).map(({ label, ...prices }) => {
        const usd = transferCostUsd({ label, ...prices }, distance, bytes) ?? null;
        return [label, formatQuantity(usd, "usd-per-million")] as const;
      });
      const roundTrip = formatQuantity(DEFAULT_ROUND_TRIP_TIMES[distance], "ns");
      return { to, "round trip": roundTrip, ...Object.fromEntries(costs) };
    }),
  ),
);

// %% [markdown]
// ## 6. What if?
//
// Now the whole question at once: the input as it is and as changed, under the same arrivals, ten
// times each. `prepareInput` infers the traffic from `WEB_URL`, fills in what the manifests do not say
// and lists it; `whatIf` runs both sides and pairs them. This is what `k8s-netsim what-if` does. Nobody
// gave a rate, so money is told per million requests; a sum per month would be invented.

// %%

const input = prepareInput({
  sources: [{ file: "web.yaml", text: manifest }],
  sets: ["Service/web:spec.trafficDistribution=PreferSameZone"],
  zones: 3,
  nodesPerZone: 2,
});
const answer = whatIf({
  before: input.before,
  after: input.after,
  kubernetesVersion: input.kubernetesVersion.value,
  limits: input.limits,
  expectations: [],
  faults: [],
  settings: {
    seed: "manifest-to-cost",
    replications: 10,
    warmUpNs: seconds(5),
    lengthNs: seconds(20),
    roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
    prices: PRICE_TABLES.aws,
  },
});

const overall = answer.comparisons.filter(({ scope }) => scope === "all");
const words = (
  interval: (typeof overall)[number]["before"],
  unit: (typeof MEASURES)[number]["unit"],
  change = false,
) =>
  interval === undefined
    ? "–"
    : formatEstimate({ value: interval.mean, ...interval }, unit, { change }).both;
display(
  table(
    MEASURES.filter(({ unit }) => unit !== "usd-per-month").flatMap(({ id, label, unit }) => {
      const row = overall.find(({ measure }) => measure === id);
      if (row?.difference === undefined) return [];
      const { before, after, difference } = row;
      return {
        measure: label,
        "as it is": words(before, unit),
        changed: words(after, unit),
        "change (95% interval)": words(difference, unit, true),
      };
    }),
  ),
);

// %%

const cost = overall.find(({ measure }) => measure === "costPerMillion");
const rows = (
  [
    ["as it is", cost?.before],
    ["changed", cost?.after],
  ] as const
).flatMap(([label, interval], series) =>
  interval === undefined
    ? []
    : [{ label, series, estimate: { value: interval.mean, ...interval } }],
);
display(
  figure(
    intervalChart(rows, {
      width: 640,
      unit: "usd-per-million",
      title: "Cost of zone traffic",
      description: "Per million entry requests, before and after",
    }),
    "Cost of zone traffic per million entry requests at AWS's list prices, before and after the change.",
  ),
);

// %% [markdown]
// ## 7. Why
//
// An answer without a reason is hard to act on. The findings say which Services cannot profit, by
// which rule, and what would mend it.

// %%

for (const { subject, message, rule = "" } of answer.findings) {
  display(`${subject} ${message}${rule === "" ? "" : `\n  rule: ${rule}`}`);
}

// %% [markdown]
// And what was taken for granted, because no manifest says it, with how far the change in cost moves
// when each is halved and doubled:

// %%

const base = cost?.difference?.mean ?? 0;
display(
  table(
    answer.sensitivity.flatMap(({ assumption, effects }) => {
      const effect = effects.find(({ measure }) => measure === "costPerMillion");
      if (effect === undefined || (effect.halved === 0 && effect.doubled === 0)) return [];
      const moved = (by: number) => formatQuantity(base + by, "usd-per-million", { change: true });
      const { name, value } = assumption;
      return {
        assumption: name,
        value,
        halved: moved(effect.halved),
        doubled: moved(effect.doubled),
      };
    }),
  ),
);

// %% [markdown]
// ## Where to go from here
//
// - Ask about your own manifests: `npm run netsim -- what-if -f FILE --set …` writes a report to read
//   and to send.
// - Take one decision apart on the command line: `npm run netsim -- explain 'pod/A -> svc/B:80' -f FILE`.
// - Each rule, its source and its limits: [the model pages](../../docs/model).
