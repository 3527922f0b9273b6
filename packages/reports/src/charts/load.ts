import * as Plot from "@observablehq/plot";
import type { Charts } from "../result.ts";
import { formatNumber } from "../words/number.ts";
import { shortened, visible } from "../words/visible.ts";
import { drawFigure, seriesColour } from "./figure.ts";
import { linearTicks } from "./scale.ts";

type Load = Charts["load"];

/** What the load chart shows, chosen where there is more than fits. */
export interface LoadSelection {
  readonly services: readonly string[];
  readonly points: Load;
  /** Services with one endpoint, whose load is the mean by definition. */
  readonly single: number;
  /** Services left out because others are more uneven. */
  readonly hidden: number;
  /** Endpoints left out: of a large Service only the busiest, the idlest and evenly ranked ones. */
  readonly thinned: number;
}

const mostServices = 20;
const mostPoints = 60;

/** The most uneven Services first, at most twenty, at most sixty endpoints each. */
export function selectLoad(load: Load): LoadSelection {
  const groups = new Map<string, Map<string, Load[number][]>>();
  for (const point of load) {
    const service = groups.get(point.service) ?? new Map<string, Load[number][]>();
    const points = service.get(point.configuration) ?? [];
    points.push(point);
    groups.set(point.service, service.set(point.configuration, points));
  }
  const uneven = [...groups]
    .filter(([, configurations]) => [...configurations.values()].some(({ length }) => length > 1))
    .map(([service, configurations]) => ({ service, configurations, peak: peakOf(configurations) }))
    .sort((a, b) => b.peak - a.peak || (a.service < b.service ? -1 : 1));
  const shown = uneven.slice(0, mostServices);
  const all = shown.flatMap(({ configurations }) => [...configurations.values()]);
  const points = all.flatMap(thin);
  return {
    services: shown.map(({ service }) => service),
    points,
    single: groups.size - uneven.length,
    hidden: uneven.length - shown.length,
    thinned: all.flat().length - points.length,
  };
}

function peakOf(configurations: ReadonlyMap<string, Load>): number {
  let peak = 0;
  for (const { relativeToMean } of [...configurations.values()].flat()) {
    if (relativeToMean > peak) peak = relativeToMean;
  }
  return peak;
}

function thin(points: Load): Load {
  const ranked = [...points].sort((a, b) => a.relativeToMean - b.relativeToMean);
  if (ranked.length <= mostPoints) return ranked;
  const last = ranked.length - 1;
  return Array.from({ length: mostPoints }, (_, index) => {
    const rank = Math.round((index * last) / (mostPoints - 1));
    return ranked[rank];
  }).filter((point) => point !== undefined);
}

export interface LoadChartOptions {
  readonly width: number;
  readonly configurations: readonly string[];
  readonly label: (configuration: string) => string;
}

/** Each endpoint as a dot: its requests against the mean of its Service, a line a configuration. */
export function loadChart(selection: LoadSelection, options: LoadChartOptions): string {
  const { width, configurations } = options;
  if (selection.points.length === 0) return "";
  const narrow = width < 500;
  const highest = Math.max(1.2, ...selection.points.map(({ relativeToMean }) => relativeToMean));
  const lowest = Math.min(0.8, ...selection.points.map(({ relativeToMean }) => relativeToMean));
  const ticks = linearTicks(Math.max(0, lowest - 0.1), highest, narrow ? 4 : 8);
  const names = new Map(
    selection.services.map((service) => [service, shortened(visible(service), narrow ? 15 : 32)]),
  );
  const lane = Math.max(8, 22 / configurations.length);
  const colour = ({ configuration }: Load[number]): string =>
    seriesColour(configurations.indexOf(configuration));
  return drawFigure(
    {
      width,
      height: 46 + selection.services.length * (lane * configurations.length + 10),
      marginLeft: narrow ? 108 : 210,
      marginRight: 18,
      marginTop: 4,
      marginBottom: 42,
      style: { background: "none" },
      x: { domain: [Math.max(0, lowest - 0.1), highest + 0.02], label: null },
      y: { domain: [...configurations], axis: null, padding: 0.5 },
      fy: {
        domain: selection.services,
        padding: 0,
        axis: "left",
        tickFormat: (service: string) => names.get(service) ?? "",
        label: null,
      },
      marks: [
        Plot.gridX(ticks, { stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.ruleX([1], { stroke: "var(--muted)", strokeDasharray: "3 3" }),
        Plot.axisX(ticks, {
          tickFormat: (value: number) => `${formatNumber(value)}×`,
          tickSize: 0,
          label: "requests of an endpoint, against the mean of its Service",
          labelAnchor: "right",
          labelArrow: "none",
          color: "var(--muted)",
        }),
        Plot.dot(selection.points, {
          x: "relativeToMean",
          y: "configuration",
          fy: "service",
          r: 4,
          fill: colour,
          fillOpacity: 0.72,
        }),
      ],
    },
    { title: "Load per endpoint", description: describe(selection, options) },
  );
}

function describe(selection: LoadSelection, { configurations, label }: LoadChartOptions): string {
  return configurations
    .map((configuration) => {
      const points = selection.points.filter((point) => point.configuration === configuration);
      const peak = Math.max(0, ...points.map(({ relativeToMean }) => relativeToMean));
      return `${label(configuration)}: the busiest endpoint has ${formatNumber(peak, { decimals: 2 })} times the mean`;
    })
    .join("; ");
}
