import type { ConfigurationSummary, TrafficTotals } from "@k8s-netsim/k8s-model/scenario";
import type { Charts } from "@k8s-netsim/reports";

/** Points of the latency distribution: dense where tails are read. */
const LATENCY_SHARES: readonly number[] = [
  ...Array.from({ length: 49 }, (_, index) => (index + 1) / 50),
  0.985,
  0.99,
  0.993,
  0.995,
  0.997,
  0.998,
  0.999,
  0.9995,
  0.9999,
];
/** Time line: bins with fewer requests say nothing of a tail. */
const ENOUGH_FOR_A_TAIL = 20;

export interface ChartSide {
  readonly configuration: string;
  readonly summary: ConfigurationSummary;
}

export interface TimelineMarks {
  readonly binSeconds: number;
  readonly changeAtSeconds: number | null;
  readonly marks: readonly { readonly seconds: number; readonly label: string }[];
}

/** What both configurations look like in pictures. */
export function chartsOf(sides: readonly ChartSide[], timeline: TimelineMarks | undefined): Charts {
  return {
    zoneTraffic: sides.flatMap(zoneTraffic),
    latency: sides.map(latency),
    load: sides.flatMap(load),
    ...(timeline === undefined ? {} : { timeline: timelineOf(sides, timeline) }),
  };
}

function zoneTraffic({ configuration, summary }: ChartSide): Charts["zoneTraffic"] {
  const { totals } = summary;
  const all = totals.bytesByZonePair.reduce((so, bytes) => so + bytes, 0);
  return totals.zones.flatMap((from, row) =>
    totals.zones.map((to, column) => {
      const bytes = totals.bytesByZonePair[row * totals.zones.length + column] as number;
      return { configuration, from, to, share: all === 0 ? 0 : bytes / all };
    }),
  );
}

function latency({ configuration, summary }: ChartSide): Charts["latency"][number] {
  const { latency: histogram } = summary.totals;
  const points =
    histogram.count === 0
      ? []
      : LATENCY_SHARES.map((share) => ({ share, ns: histogram.quantile(share) }));
  return { configuration, points };
}

function load({ configuration, summary }: ChartSide): Charts["load"] {
  return [...summary.totals.loads()].flatMap(([service, endpoints]) => {
    const requests = endpoints.reduce((so, endpoint) => so + endpoint.requests, 0);
    if (requests === 0) return [];
    return endpoints.map(({ pod, zone, requests: own }) => ({
      configuration,
      service,
      endpoint: pod,
      zone,
      relativeToMean: (own * endpoints.length) / requests,
    }));
  });
}

type TimelineSeries = NonNullable<Charts["timeline"]>["series"][number];

function timelineOf(
  sides: readonly ChartSide[],
  { binSeconds, changeAtSeconds, marks }: TimelineMarks,
): NonNullable<Charts["timeline"]> {
  const series = sides.flatMap(({ configuration, summary: { totals } }): TimelineSeries[] => [
    {
      configuration,
      measure: "failedShare",
      points: points(totals, binSeconds, (bin) => share(bin.failed, bin.requests)),
    },
    {
      configuration,
      measure: "crossZoneShare",
      points: points(totals, binSeconds, (bin) => share(bin.crossZoneBytes, bin.bytes)),
    },
    {
      configuration,
      measure: "latencyP99",
      points: points(totals, binSeconds, (bin) =>
        bin.latency.count < ENOUGH_FOR_A_TAIL ? undefined : bin.latency.quantile(0.99),
      ),
    },
  ]);
  return { changeAtSeconds, marks, series };
}

function points(
  totals: TrafficTotals,
  binSeconds: number,
  value: (bin: TrafficTotals["bins"][number]) => number | undefined,
): readonly { readonly seconds: number; readonly value: number }[] {
  return totals.bins.flatMap((bin, index) => {
    const at = value(bin);
    return at === undefined ? [] : [{ seconds: index * binSeconds, value: at }];
  });
}

function share(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
