import {
  connectionFit,
  connectNs,
  type Fit,
  type ProxyKind,
  type ProxyProgram,
  PUBLISHED_EBPF_CROSSOVER_SERVICES,
  PUBLISHED_FIRST_PACKETS,
  ruleCostNs,
  syncFit,
} from "@k8s-netsim/k8s-model/data-plane";
import {
  measureProxySize,
  type ProxySize,
  ScenarioParameterError,
  type StudyTable,
  study,
} from "@k8s-netsim/k8s-model/scenario";

const SIZES = [10, 100, 1000, 5000, 10_000, 30_000] as const;
/** What a Service costs where none can be felt: the published nftables median, in ms. */
const PUBLISHED_BASE_MS = 0.012;
const MEASURED: readonly ProxyProgram[] = ["iptables-nft", "iptables-legacy", "nftables"];
const SYNCS = [
  ["partial", "one endpoint change"],
  ["full", "full sync over standing rules"],
  ["full-from-empty", "first sync of a node"],
] as const;
/** Ten times what was measured. */
const MOST_ENDPOINTS = 1_000_000;
/** A tenth of a connect is what operators begin to see. */
const NOTICEABLE = 0.1;

/**
 * Programs ever more Services on one node, in each mode, opens connections to Services picked at
 * random and counts the rules that each first packet meets. What a rule costs, and how long a sync
 * takes, comes from measurements of kube-proxy 1.36.2; the published chart stands beside it.
 */
export default study("proxy-modes", {
  question: "What does each proxy mode cost a first packet and a sync, as Services are added?",
  vary: {
    proxy: ["iptables-nft", "iptables-legacy", "nftables", "ipvs", "ebpf"],
    services: [30_000],
    endpointsPerService: [3],
  },
  choices: {
    proxy: ["iptables-nft", "iptables-legacy", "nftables", "ipvs", "ebpf", "userspace"],
  },
  ranges: {
    services: { least: 10, most: 100_000 },
    endpointsPerService: { least: 1, most: 1000 },
  },
  replications: 2,
  quick: { vary: { services: [5000] } },
  run({ proxy, services: largest, endpointsPerService: each }, { seed, progress }) {
    if (largest * each > MOST_ENDPOINTS) {
      throw new ScenarioParameterError(
        `Scenario "proxy-modes": ${largest} Services with ${each} endpoints each are too many.`,
        `ask for at most ${MOST_ENDPOINTS} endpoints in all.`,
      );
    }
    const sizes = [...SIZES.filter((size) => size < largest), largest];
    const rows = sizes.map((services, i) => {
      const row = measureProxySize({
        proxy,
        services,
        endpointsPerService: each,
        seed: `${seed}/${services}`,
      });
      progress((i + 1) / sizes.length);
      return row;
    });
    const [smallest] = rows as [ProxySize];
    const last = rows.at(-1) as ProxySize;
    return {
      values: {
        firstPacketP50: last.p50Ns,
        firstPacketP99: last.p99Ns,
        growth: last.p50Ns / smallest.p50Ns,
        partialSync: last.partialNs,
        fullSync: last.fullNs,
        firstSync: last.firstNs,
        rulesWritten: last.written,
        crossoverServices: crossoverOf(proxy),
        publishedRatio: publishedRatioOf(proxy, rows),
      },
      tables: [sizeTable(rows, largest), ...publishedTable(proxy, rows), ...spreadTable(proxy)],
      charts: [
        {
          title: "First packet by number of Services",
          description: "The median rises with the rules that a packet meets, or not at all.",
          x: { label: "Services", unit: "count", logarithmic: true },
          y: { label: "Time to connect, median", unit: "ns" },
          series: [
            { name: proxy, points: rows.map(({ services: x, p50Ns: y }) => ({ x, y })) },
            ...publishedSeries(proxy),
          ],
        },
        {
          title: "One endpoint changes: the sync",
          description: "How long a node works before one changed endpoint is in force.",
          x: { label: "Services", unit: "count", logarithmic: true },
          y: { label: "Partial sync", unit: "ns", logarithmic: true },
          series: [
            { name: proxy, points: rows.map(({ services: x, partialNs: y }) => ({ x, y })) },
          ],
        },
      ],
      warnings: [
        ...(largest > 10_000
          ? [
              "Beyond 10,000 Services costs are extrapolated: nothing larger was measured. The published chart ends at 30,000.",
            ]
          : []),
        ...(proxy === "ipvs" || proxy === "ebpf" || proxy === "userspace"
          ? [`${proxy} was not measured: its costs are assumptions.`]
          : []),
      ],
    };
  },
  metrics: {
    firstPacketP50: { label: "First packet, median", unit: "ns", better: "lower" },
    firstPacketP99: {
      label: "First packet, last percent of Services",
      unit: "ns",
      better: "lower",
      description:
        "The median for the Services that stand worst among the rules, not a slow packet.",
    },
    growth: {
      label: "First packet beside that with 10 Services",
      unit: "ratio",
      better: "lower",
    },
    partialSync: { label: "Sync after one endpoint change", unit: "ns", better: "lower" },
    fullSync: { label: "Full sync over standing rules", unit: "ns", better: "lower" },
    firstSync: { label: "First sync of a node", unit: "ns", better: "lower" },
    rulesWritten: { label: "Rules or entries written at the first sync" },
    crossoverServices: {
      label: "Services from which rules are felt",
      description: "Half of the rules then take a tenth of a connect in nftables mode.",
    },
    publishedRatio: {
      label: "What rules add, beside the published chart",
      unit: "ratio",
      description: "At the largest size that both have.",
    },
  },
  expect: {
    "in nftables mode a first packet does not feel how many Services there are": ({ at, metric }) =>
      metric.growth.where(at.proxy("nftables")).below(1.05),
    "in iptables mode it does": ({ at, metric }) =>
      metric.growth.where(at.proxy("iptables-nft")).above(1.5),
    "the legacy back end is felt later": ({ at, metric }) =>
      metric.crossoverServices.where(at.proxy("iptables-legacy")).above(1000),
    "the nf_tables back end is felt before 1,000 Services": ({ at, metric }) =>
      metric.crossoverServices.where(at.proxy("iptables-nft")).below(1000),
    "the prediction is not under half of the published chart": ({ at, metric }) =>
      metric.publishedRatio.where(at.proxy("iptables-nft")).above(0.5),
    "nor over twice of it": ({ at, metric }) =>
      metric.publishedRatio.where(at.proxy("iptables-nft")).below(2),
    "one endpoint change keeps nftables mode busy for over a second": ({ at, metric }) =>
      metric.partialSync.where(at.proxy("nftables")).above(1e9),
  },
  answer: (results) =>
    `${results
      .map(({ parameters: { proxy }, values: { firstPacketP50 = 0, partialSync = 0 } }) => {
        const packet = `${(firstPacketP50 / 1000).toFixed(0)} µs`;
        return `${proxy}: first packet ${packet}, one endpoint change ${inSeconds(partialSync)}`;
      })
      .join("; ")}.`,
  assumptions: [
    {
      name: "cost of a rule",
      value:
        "16 ns (15 to 23) with the nf_tables back end, 3.8 ns (3.3 to 3.9) with the legacy one",
      source: "fit to kube-proxy 1.36.2 on kernel 6.18.44; the published chart implies 9 to 31 ns",
    },
    {
      name: "time of a sync",
      value: syncSpreadInWords(),
      source: "kube-proxy 1.36.2, up to 10,000 Services; the published pages give no sync times",
    },
    {
      name: "order of the Services among the rules",
      value: "random",
      source: "kube-proxy follows Go's random map order, anew at each sync",
    },
    {
      name: "ipvs, eBPF",
      value: "2 µs and 0.5 µs a connection, whatever the size",
      source: "none; published is only that nftables is slightly faster than ipvs",
    },
    {
      name: "Services",
      value: "one TCP port each, ClusterIP",
      source: "what was measured",
    },
  ],
});

/** How many Services it takes until half of their rules are a tenth of a connect. */
function crossoverOf(proxy: ProxyKind): number | undefined {
  if (proxy !== "iptables-nft" && proxy !== "iptables-legacy") return undefined;
  const connect = connectNs("nftables", { rulesExamined: 1, endpoints: 3 });
  return Math.round((2 * NOTICEABLE * connect) / ruleCostNs(proxy).fittedNs);
}

function publishedOf(proxy: ProxyKind): typeof PUBLISHED_FIRST_PACKETS {
  const mode = proxy === "iptables-legacy" ? "iptables-nft" : proxy;
  return PUBLISHED_FIRST_PACKETS.filter((row) => mode.startsWith(row.mode));
}

function publishedRatioOf(proxy: ProxyKind, rows: readonly ProxySize[]): number | undefined {
  if (!proxy.startsWith("iptables")) return undefined;
  const both = publishedOf(proxy).filter((one) =>
    rows.some((row) => row.services === one.services),
  );
  const largest = both.at(-1);
  const row = rows.find(({ services }) => services === largest?.services);
  if (largest === undefined || row === undefined) return undefined;
  const base = connectNs(proxy, { rulesExamined: 1, endpoints: 3 });
  return (row.p50Ns - base) / ((largest.p50Ms - PUBLISHED_BASE_MS) * 1e6);
}

function publishedSeries(proxy: ProxyKind): {
  name: string;
  points: { x: number; y: number }[];
  dashed: true;
}[] {
  const rows = publishedOf(proxy);
  if (rows.length === 0) return [];
  const points = rows.map(({ services: x, p50Ms }) => ({ x, y: p50Ms * 1e6 }));
  return [{ name: `published (KEP 3866), ${rows[0]?.mode}`, points, dashed: true }];
}

function sizeTable(rows: readonly ProxySize[], largest: number): StudyTable {
  return {
    title: `Up to ${largest} Services`,
    columns: [
      { label: "Services", unit: "count" },
      { label: "written", unit: "count" },
      { label: "bytes", unit: "bytes" },
      { label: "first packet p50", unit: "ns" },
      { label: "p99", unit: "ns" },
      { label: "one endpoint change", unit: "ns" },
      { label: "full sync", unit: "ns" },
      { label: "first sync", unit: "ns" },
    ],
    rows: rows.map((row) => [
      row.services,
      row.written,
      row.bytes,
      row.p50Ns,
      row.p99Ns,
      row.partialNs,
      row.fullNs,
      row.firstNs,
    ]),
  };
}

function publishedTable(proxy: ProxyKind, rows: readonly ProxySize[]): StudyTable[] {
  if (proxy === "ebpf") return [ebpfTable()];
  const base = connectNs(proxy, { rulesExamined: 1, endpoints: 3 });
  const published = publishedOf(proxy);
  if (published.length === 0) return [];
  return [
    {
      title: "Beside the published chart",
      note: "The chart's round trips have another base: what its rules add is its median less 0.012 ms. Its bars are read to 0.004 ms; kernel, machine and back end are not said.",
      columns: [
        { label: "Services", unit: "count" },
        { label: "published p50", unit: "ns" },
        { label: "published, added", unit: "ns" },
        { label: "predicted, added", unit: "ns" },
      ],
      rows: published.map(({ services, p50Ms }) => {
        const row = rows.find((one) => one.services === services);
        const added = (p50Ms - PUBLISHED_BASE_MS) * 1e6;
        return [services, p50Ms * 1e6, added, row === undefined ? null : row.p50Ns - base];
      }),
    },
  ];
}

/** The intervals of the report say how far chance moves a number; this says how good the fits are. */
function spreadTable(proxy: ProxyKind): StudyTable[] {
  const program = MEASURED.find((one) => one === proxy);
  if (program === undefined) return [];
  const row = (what: string, { spread, errors }: Fit): [string, number, number, number] => [
    what,
    errors.length,
    spread,
    worstOf({ errors }),
  ];
  return [
    {
      title: "How far the fits are from what was measured",
      note: "Relative errors: the root of their mean square, and the largest. One machine with shared processors.",
      columns: [
        { label: "cost" },
        { label: "measured rows", unit: "count" },
        { label: "spread", unit: "share" },
        { label: "worst row", unit: "share" },
      ],
      rows: [
        row("first packet", connectionFit(program)),
        ...SYNCS.map(([kind, what]) => row(what, syncFit(program, kind))),
      ],
    },
  ];
}

function worstOf({ errors }: Pick<Fit, "errors">): number {
  return Math.max(...errors.map(Math.abs));
}

function syncSpreadInWords(): string {
  const fits = MEASURED.flatMap((program) => SYNCS.map(([kind]) => syncFit(program, kind)));
  const percent = (share: number): string => (100 * share).toFixed(0);
  const spreads = fits.map(({ spread }) => spread);
  return `fits through measured syncs, ${percent(Math.min(...spreads))} to ${percent(Math.max(...spreads))} % off on average, ${percent(Math.max(...fits.map(worstOf)))} % at worst`;
}

/** What Cilium would have to add to a connection to be passed where it was seen to be passed. */
function ebpfTable(): StudyTable {
  const half = (PUBLISHED_EBPF_CROSSOVER_SERVICES + 1) / 2;
  const first = connectNs("iptables-nft", { rulesExamined: 1, endpoints: 4 });
  const programs = ["iptables-nft", "iptables-legacy"] as const;
  return {
    title: "The published crossover with iptables, near 20,000 Services",
    note: "One test saw short connections through Cilium become as frequent as through iptables only there, and 2.2 times rarer with few Services: its connections must cost more than a hash look-up, whatever the reason. The assumption here is 0.5 µs.",
    columns: [{ label: "iptables back end" }, { label: "cost of a connection", unit: "ns" }],
    rows: programs.map((program) => [
      program,
      connectNs(program, { rulesExamined: half, endpoints: 4 }) - first,
    ]),
  };
}

function inSeconds(ns: number): string {
  return ns < 1e9 ? `${(ns / 1e6).toFixed(0)} ms` : `${(ns / 1e9).toFixed(1)} s`;
}
