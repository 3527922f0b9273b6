import * as Plot from "@observablehq/plot";
import type { Charts } from "../result.ts";
import { formatQuantity } from "../words/quantity.ts";
import { drawFigure, seriesColour } from "./figure.ts";
import { logPlace, logTicks } from "./scale.ts";

type Latency = Charts["latency"];

export interface LatencyChartOptions {
  readonly width: number;
  readonly label: (configuration: string) => string;
}

interface Place {
  readonly configuration: string;
  readonly ns: number;
  readonly x: number;
  readonly y: number;
}

// The tail is where people look: each further nine gets the same height.
const percentiles: readonly (readonly [share: number, label: string])[] = [
  [0, "0%"],
  [0.5, "50%"],
  [0.9, "90%"],
  [0.99, "99%"],
  [0.999, "99.9%"],
];
const top = 0.9995;

/**
 * Latency distributions: time on a logarithmic axis, and the share of requests answered within it
 * on an axis where each further nine takes the same room, so that the tail can be read.
 */
export function latencyChart(latency: Latency, { width, label }: LatencyChartOptions): string {
  const places = latency.flatMap(({ configuration, points }) => curve(configuration, points));
  if (places.length === 0) return "";
  const low = Math.min(...places.map(({ ns }) => ns));
  const high = Math.max(...places.map(({ ns }) => ns));
  const ticks = logTicks(low, high, width < 500 ? 5 : 10);
  const narrow = width < 500;
  const configurations = latency.map(({ configuration }) => configuration);
  const colour = (place: Place): string =>
    seriesColour(configurations.indexOf(place.configuration));
  const marked = latency.length <= 2 ? marks(latency) : [];
  return drawFigure(
    {
      width,
      height: narrow ? 300 : 340,
      marginLeft: 48,
      marginRight: 24,
      marginTop: 12,
      marginBottom: 42,
      style: { background: "none" },
      x: { domain: [logPlace(low), logPlace(high)], label: null },
      y: { domain: [0, nines(top)], label: null },
      marks: [
        Plot.gridY(
          percentiles.map(([share]) => nines(share)),
          { stroke: "var(--line)", strokeOpacity: 1 },
        ),
        Plot.axisY(
          percentiles.map(([share]) => nines(share)),
          {
            tickFormat: (_, index) => percentiles[index]?.[1] ?? "",
            tickSize: 0,
            color: "var(--muted)",
          },
        ),
        Plot.axisX(ticks.map(logPlace), {
          tickFormat: (_, index) => formatQuantity(ticks[index] ?? 0, "ns", { round: true }),
          label: "answered within (logarithmic)",
          labelAnchor: "right",
          labelArrow: "none",
          color: "var(--muted)",
        }),
        ...latency.map(({ configuration }, index) =>
          Plot.line(
            places.filter((place) => place.configuration === configuration),
            { x: "x", y: "y", stroke: seriesColour(index), strokeWidth: 2.25 },
          ),
        ),
        Plot.dot(marked, {
          x: "x",
          y: "y",
          r: 4,
          fill: colour,
          stroke: "var(--paper)",
          strokeWidth: 1.5,
        }),
      ],
    },
    { title: "Latency distributions", description: describe(latency, label) },
  );
}

function curve(configuration: string, points: Latency[number]["points"]): readonly Place[] {
  const usable = points.filter(({ ns, share }) => ns > 0 && share >= 0 && share <= 1);
  // Flat ends say nothing: from the last point below 0.1 % to the first above the top.
  const first = usable.findLastIndex(({ share }) => share < 0.001);
  const last = usable.findIndex(({ share }) => share >= top);
  return usable
    .slice(Math.max(0, first), last < 0 ? usable.length : last + 1)
    .map(({ ns, share }) => ({
      configuration,
      ns,
      x: logPlace(ns),
      y: nines(Math.min(share, top)),
    }));
}

/** 0 at share 0, 1 at 90 %, 2 at 99 %, 3 at 99.9 %. */
function nines(share: number): number {
  return -Math.log(1 - share) / Math.LN10;
}

function marks(latency: Latency): readonly Place[] {
  return latency.flatMap(({ configuration, points }) =>
    [0.5, 0.99].flatMap((share) => {
      const ns = quantile(points, share);
      return ns === undefined ? [] : [{ configuration, ns, x: logPlace(ns), y: nines(share) }];
    }),
  );
}

/** The time within which `share` of the requests are answered, on the straight line between points. */
function quantile(points: Latency[number]["points"], share: number): number | undefined {
  const after = points.findIndex((point) => point.share >= share);
  const high = points[after];
  const low = points[after - 1];
  if (high === undefined) return undefined;
  if (low === undefined || high.share === low.share) return high.ns;
  return low.ns + ((high.ns - low.ns) * (share - low.share)) / (high.share - low.share);
}

function describe(latency: Latency, label: (configuration: string) => string): string {
  return latency
    .map(({ configuration, points }) => {
      const words = [0.5, 0.99].map((share) => {
        const ns = quantile(points, share);
        return `${share * 100}% within ${formatQuantity(ns ?? null, "ns")}`;
      });
      return `${label(configuration)}: ${words.join(", ")}`;
    })
    .join("; ");
}
