import {
  ClusterZone,
  COREFILE_CACHE,
  DNS_COSTS,
  DnsCache,
  DnsClient,
  DnsLink,
  DnsPath,
  DnsServer,
  namesAsked,
  nodeLocalAgent,
  OutsideNames,
  podResolverConfig,
  type ResolverLibrary,
  runLookup,
  ZoneView,
} from "@k8s-netsim/k8s-model/data-plane";
import { type StudyChart, type StudyTable, study } from "@k8s-netsim/k8s-model/scenario";
import { Store } from "@k8s-netsim/k8s-model/store";
import { Histogram, poisson, Simulation } from "@k8s-netsim/sim-core";

const NODES = 10;
const REPLICAS = 2;
const SECOND_NS = 1_000_000_000;
const SEARCH_DOMAINS = 3;

/** Names that applications give, and where the search path finds them. */
const NAMES = {
  web: { full: "web.default.svc.cluster.local.", foundAt: 0 },
  "db.other": { full: "db.other.svc.cluster.local.", foundAt: 1 },
  "api.example.com": { full: "api.example.com.", foundAt: "as-is" },
  "api.example.com.": { full: "api.example.com.", foundAt: "as-is" },
} as const;

const WORLD = new Map([["api.example.com", { addresses: ["192.0.2.10"], ttlSeconds: 300 }]]);

/**
 * Pods on ten nodes look up one name at a given rate, with each resolver library and ndots, through
 * CoreDNS alone or through NodeLocal DNSCache. The same look-ups of the absolute name run beside
 * them: the difference is what the search path costs.
 */
export default study("dns-ndots", {
  question: "What do ndots and the search path cost clients and CoreDNS?",
  vary: {
    name: ["web", "db.other", "api.example.com", "api.example.com."],
    ndots: [1, 2, 5],
    resolver: ["glibc", "musl", "go"],
    nodeLocal: [false, true],
    lookupsPerSecond: [1000],
  },
  choices: {
    name: ["web", "db.other", "api.example.com", "api.example.com."],
    resolver: ["glibc", "musl", "go"],
    nodeLocal: [false, true],
  },
  ranges: {
    // No resolver counts further.
    ndots: { least: 0, most: 15 },
    lookupsPerSecond: { least: 1, most: 100_000 },
  },
  replications: 2,
  quick: {
    vary: {
      name: ["db.other", "api.example.com", "api.example.com."],
      ndots: [1, 5],
      resolver: ["glibc", "musl"],
      lookupsPerSecond: [250],
    },
  },
  run({ name, ndots, resolver, nodeLocal, lookupsPerSecond }, { seed, quick, progress }) {
    const seconds = quick ? 2 : 10;
    const setting = { ndots, library: resolver, nodeLocal, lookupsPerSecond, seconds, seed };
    const asGiven = lookUpMany({ ...setting, name });
    progress(0.5);
    const absolute = lookUpMany({ ...setting, name: NAMES[name].full });
    const { foundAt } = NAMES[name];
    const search = { library: resolver, name, ndots, family: "any", foundAt } as const;
    const names = namesAsked({ ...search, searchDomains: SEARCH_DOMAINS });
    const found = asGiven.failedShare < 1;
    return {
      values: {
        queriesPerLookup: asGiven.queriesPerLookup,
        offClosedForm: Math.abs(asGiven.queriesPerLookup - 2 * names),
        latencyMean: found ? asGiven.latency.mean : undefined,
        latencyP99: found ? asGiven.latency.quantile(0.99) : undefined,
        addedLatency: found ? asGiven.latency.mean - absolute.latency.mean : undefined,
        corednsLoad: asGiven.corednsLoad,
        corednsShare: asGiven.corednsPerLookup / asGiven.queriesPerLookup,
        corednsBusy: asGiven.corednsBusy,
        failed: asGiven.failedShare,
      },
      // Two queries that find the name need no table.
      tables: nodeLocal || (names === 1 && found) ? [] : [askedTable(name, ndots, resolver)],
      charts: [loadChart(`${resolver} looks up ${name}`, { ndots, nodeLocal }, asGiven)],
    };
  },
  metrics: {
    queriesPerLookup: { label: "Queries of a look-up", better: "lower" },
    offClosedForm: {
      label: "Queries off the closed form",
      description: "Names asked for, times two address types; 0 while every query is answered.",
    },
    latencyMean: { label: "Look-up, mean", unit: "ns", better: "lower" },
    latencyP99: { label: "Look-up, p99", unit: "ns", better: "lower" },
    addedLatency: {
      label: "What the search path adds",
      unit: "ns",
      better: "lower",
      description: "Mean look-up less that of the absolute name.",
    },
    corednsLoad: { label: "Load of CoreDNS", unit: "per-second", better: "lower" },
    corednsShare: { label: "Queries that reach CoreDNS", unit: "share", better: "lower" },
    corednsBusy: { label: "CoreDNS processors busy", unit: "share", better: "lower" },
    failed: { label: "Look-ups without an address", unit: "share", better: "lower" },
  },
  expect: {
    "an external name costs eight queries with ndots 5": ({ at, metric }) =>
      metric.queriesPerLookup
        .where(at.name("api.example.com"), at.ndots(5), at.nodeLocal(false))
        .above(7.99),
    "and two with ndots 1": ({ at, metric }) =>
      metric.queriesPerLookup
        .where(at.name("api.example.com"), at.ndots(1), at.nodeLocal(false))
        .below(2.01),
    "a final dot makes it two also with ndots 5": ({ at, metric }) =>
      metric.queriesPerLookup
        .where(at.name("api.example.com."), at.ndots(5), at.nodeLocal(false))
        .below(2.01),
    "look-ups ask as often as the closed form says": ({ at, metric }) =>
      metric.offClosedForm.where(at.nodeLocal(false), at.ndots(5)).below(0.001),
    "with ndots 1 musl never finds a Service of another namespace by its short name": ({
      at,
      metric,
    }) => metric.failed.where(at.name("db.other"), at.ndots(1), at.resolver("musl")).above(0.999),
    "glibc does": ({ at, metric }) =>
      metric.failed.where(at.name("db.other"), at.ndots(1), at.resolver("glibc")).below(0.001),
    "three useless names add over a millisecond without NodeLocal DNSCache": ({ at, metric }) =>
      metric.addedLatency
        .where(at.name("api.example.com"), at.ndots(5), at.nodeLocal(false))
        .above(1e6),
    "and less than that with it": ({ at, metric }) =>
      metric.addedLatency
        .where(at.name("api.example.com"), at.ndots(5), at.nodeLocal(true))
        .below(1e6),
    "NodeLocal DNSCache keeps nine of ten queries from CoreDNS": ({ at, metric }) =>
      metric.corednsShare.where(at.ndots(5), at.nodeLocal(true)).below(0.1),
  },
  answer: (results) => {
    const of = (name: string, ndots: number, nodeLocal: boolean) =>
      results.find(
        ({ parameters }) =>
          parameters.name === name &&
          parameters.ndots === ndots &&
          parameters.resolver === "glibc" &&
          parameters.nodeLocal === nodeLocal,
      )?.values;
    const many = of("api.example.com", 5, false);
    const cached = of("api.example.com", 5, true);
    const few = of("api.example.com.", 5, false);
    if (many === undefined || few === undefined) return "See the metrics of each configuration.";
    return `With ndots 5 a look-up of an external name asks ${inWords(many.queriesPerLookup)} queries and takes ${inMs(many.latencyMean)} with glibc, ${inMs(cached?.latencyMean)} with NodeLocal DNSCache; with a final dot ${inWords(few.queriesPerLookup)} queries and ${inMs(few.latencyMean)}.`;
  },
  assumptions: [
    {
      name: "processor time of a query",
      value: `${Math.round(DNS_COSTS.queryProcessorNs.value / 1000)} µs`,
      source: DNS_COSTS.queryProcessorNs.source,
    },
    {
      name: "round trip to CoreDNS, to the node's agent",
      value: "0.5 ms, 0.05 ms",
      source: "assumed: another node of the zone, one veth pair",
    },
    {
      name: "upstream of CoreDNS and of the agents",
      value: "5 ms, answers live 300 s, denials 60 s",
      source: "assumed: a resolver in the same region; only the first query of 30 s feels it",
    },
    {
      name: "cluster",
      value: `${NODES} nodes, ${REPLICAS} CoreDNS replicas of one processor, one name`,
      source: "an example; queries per look-up do not depend on it",
    },
  ],
});

interface Setting {
  readonly name: string;
  readonly ndots: number;
  readonly library: ResolverLibrary;
  readonly nodeLocal: boolean;
  readonly lookupsPerSecond: number;
  readonly seconds: number;
  readonly seed: string;
}

interface Outcome {
  readonly latency: Histogram;
  readonly queriesPerLookup: number;
  readonly corednsPerLookup: number;
  readonly corednsLoad: number;
  readonly corednsBusy: number;
  readonly failedShare: number;
}

function lookUpMany(setting: Setting): Outcome {
  const sim = new Simulation({ seed: setting.seed });
  const coredns = corednsReplicas(sim);
  const clients = clientsOf(sim, coredns, setting);
  const node = sim.random("node of a look-up");
  const latency = new Histogram();
  let finished = 0;
  let queries = 0;
  let failed = 0;
  const arrivals = poisson({ ratePerSecond: setting.lookupsPerSecond });
  const source = sim.arrivals(arrivals, sim.random("look-ups"), () => {
    const client = clients[node.int(clients.length)] as DnsClient;
    client.lookUp(setting.name, (one) => {
      finished++;
      queries += one.queries;
      if (one.result.outcome === "found") latency.record(one.durationNs);
      else failed++;
    });
  });
  sim.runUntil(setting.seconds * SECOND_NS);
  source.stop();
  const busyNs = coredns.reduce((sum, one) => sum + one.busyNs, 0);
  const load = sumReceived(coredns) / setting.seconds;
  sim.run();
  return {
    latency,
    queriesPerLookup: queries / finished,
    corednsPerLookup: sumReceived(coredns) / finished,
    corednsLoad: load,
    corednsBusy: busyNs / (REPLICAS * setting.seconds * SECOND_NS),
    failedShare: failed / finished,
  };
}

function sumReceived(servers: readonly DnsServer[]): number {
  return servers.reduce((sum, { received }) => sum + received, 0);
}

function corednsReplicas(sim: Simulation): DnsServer[] {
  const store = new Store({ now: () => sim.now });
  for (const [name, namespace, clusterIP] of [
    ["web", "default", "10.96.0.20"],
    ["db", "other", "10.96.0.21"],
  ] as const) {
    const metadata = { name, namespace };
    store.create({ apiVersion: "v1", kind: "Service", metadata, spec: { clusterIP } });
  }
  const upstream = new OutsideNames(sim, WORLD);
  const watchers = { name: "coredns", latencyNs: 0, jitterNs: 0 };
  return Array.from({ length: REPLICAS }, (_, index) => {
    const zone = new ClusterZone(new ZoneView(store, watchers, `coredns-${index}`));
    const cache = new DnsCache(COREFILE_CACHE);
    return new DnsServer(sim, { processors: 1, zone, cache, upstream });
  });
}

/** One client a node: a process that looks names up for all of its pods. */
function clientsOf(sim: Simulation, coredns: readonly DnsServer[], setting: Setting): DnsClient[] {
  const { library, ndots, nodeLocal } = setting;
  const random = sim.random("paths to DNS");
  const service = new DnsPath(sim, { servers: coredns, random });
  return Array.from({ length: NODES }, () => {
    const path = nodeLocal ? pathToAgent(sim, coredns, random) : service;
    const address = nodeLocal ? "169.254.20.10" : "10.96.0.10";
    const config = podResolverConfig("default", [address], { ndots });
    return new DnsClient(sim, { library, config, paths: [path] });
  });
}

type Random = ReturnType<Simulation["random"]>;

function pathToAgent(sim: Simulation, servers: readonly DnsServer[], random: Random): DnsPath {
  const coredns = new DnsLink(sim, { servers, random });
  const agent = nodeLocalAgent(sim, { coredns, upstream: new OutsideNames(sim, WORLD) });
  const roundTripNs = DNS_COSTS.agentRoundTripNs.value;
  return new DnsPath(sim, { servers: [agent], roundTripNs, random });
}

/** One look-up, query by query. */
function askedTable(name: string, ndots: number, library: ResolverLibrary): StudyTable {
  const config = podResolverConfig("default", ["10.96.0.10"], { ndots });
  const known: readonly string[] = Object.values(NAMES).map(({ full }) => full.slice(0, -1));
  const { queries, result } = runLookup(
    library,
    { name, family: "any", config, nowNs: 0 },
    (query) => {
      const rcode = known.includes(query.name) ? "NOERROR" : "NXDOMAIN";
      const addresses = rcode === "NOERROR" && query.type === "A" ? ["192.0.2.10"] : [];
      return { answer: { rcode, addresses }, delayNs: 1 };
    },
  );
  return {
    title: `${library} looks up ${name} with ndots ${ndots}`,
    note: `Result: ${result.outcome}. All names have IPv4 addresses only.`,
    columns: [{ label: "query" }, { label: "type" }, { label: "answer" }],
    rows: queries.map(({ query, answer }) => [
      query.name,
      query.type,
      answer?.rcode === "NXDOMAIN" ? "no such name" : answer?.addresses.length ? "address" : "none",
    ]),
  };
}

/** What CoreDNS is asked at higher rates: straight lines, up to what its processors can do. */
function loadChart(
  title: string,
  { ndots, nodeLocal }: { readonly ndots: number; readonly nodeLocal: boolean },
  { corednsPerLookup }: Outcome,
): StudyChart {
  const capacityHz = (REPLICAS * SECOND_NS) / DNS_COSTS.queryProcessorNs.value;
  const rates = [0, 5000, 10_000, 15_000, 20_000];
  const cached = nodeLocal ? ", NodeLocal DNSCache" : "";
  return {
    title: `Load of CoreDNS: ${title}`,
    description: "Queries a second by look-ups a second, and what the replicas can answer.",
    x: { label: "Look-ups", unit: "per-second" },
    y: { label: "Queries to CoreDNS", unit: "per-second" },
    series: [
      {
        name: `ndots ${ndots}${cached}`,
        points: rates.map((x) => ({ x, y: x * corednsPerLookup })),
      },
      { name: "capacity", points: rates.map((x) => ({ x, y: capacityHz })), dashed: true },
    ],
  };
}

function inWords(queries: number | undefined): string {
  return (queries ?? 0).toFixed(0);
}

function inMs(ns: number | undefined): string {
  return `${((ns ?? 0) / 1e6).toFixed(2)} ms`;
}
