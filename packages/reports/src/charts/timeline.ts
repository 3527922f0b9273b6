import * as Plot from "@observablehq/plot";
import type { Charts, Measure } from "../result.ts";
import { formatNumber } from "../words/number.ts";
import { formatQuantity } from "../words/quantity.ts";
import { shortened, visible } from "../words/visible.ts";
import { drawFigure, seriesColour } from "./figure.ts";
import { linearTicks } from "./scale.ts";

type Timeline = NonNullable<Charts["timeline"]>;

export interface TimelineChartOptions {
  readonly width: number;
  readonly measure: Measure;
  readonly configurations: readonly string[];
}

/** One measure over simulated time, a line a configuration, the moments of change marked. */
export function timelineChart(timeline: Timeline, options: TimelineChartOptions): string {
  const { width, measure, configurations } = options;
  const series = timeline.series.filter((one) => one.measure === measure.id);
  const points = series.flatMap((one) => one.points).filter(({ value }) => Number.isFinite(value));
  if (points.length === 0) return "";
  const narrow = width < 500;
  const times = points.map(({ seconds }) => seconds);
  const low = Math.min(0, ...points.map(({ value }) => value));
  const high = Math.max(...points.map(({ value }) => value));
  const range: [number, number] = [low, high > low ? high : low + 1];
  const span: [number, number] = [Math.min(...times), Math.max(...times)];
  const moments = momentsOf(timeline).filter(({ seconds }) => seconds >= span[0]);
  const middle = (span[0] + span[1]) / 2;
  return drawFigure(
    {
      width,
      height: narrow ? 200 : 220,
      marginLeft: 62,
      marginRight: 18,
      marginTop: 24,
      marginBottom: 38,
      style: { background: "none" },
      x: { domain: span, label: null },
      y: { domain: range, label: null },
      marks: [
        Plot.gridY(linearTicks(...range, 4), { stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.axisY(linearTicks(...range, 4), {
          tickFormat: (value: number) => formatQuantity(value, measure.unit, { round: true }),
          tickSize: 0,
          color: "var(--muted)",
        }),
        Plot.axisX(linearTicks(...span, narrow ? 4 : 10), {
          tickFormat: (value: number) => `${formatNumber(value)} s`,
          label: null,
          color: "var(--muted)",
        }),
        Plot.ruleX(moments, { x: "seconds", stroke: "var(--ink)", strokeDasharray: "4 3" }),
        momentLabels(
          moments.filter(({ seconds }) => seconds <= middle),
          "start",
        ),
        momentLabels(
          moments.filter(({ seconds }) => seconds > middle),
          "end",
        ),
        ...series.map((one) =>
          Plot.line(one.points, {
            x: "seconds",
            y: "value",
            stroke: seriesColour(configurations.indexOf(one.configuration)),
            strokeWidth: 2,
          }),
        ),
      ],
    },
    {
      title: `${measure.label} over time`,
      description: moments.map(({ seconds, label }) => `${label} at ${seconds} s`).join("; "),
    },
  );
}

interface Moment {
  readonly seconds: number;
  readonly label: string;
}

function momentsOf({ changeAtSeconds, marks = [] }: Timeline): readonly Moment[] {
  const change =
    changeAtSeconds === null ? [] : [{ seconds: changeAtSeconds, label: "the change" }];
  return [...change, ...marks].map(({ seconds, label }) => ({
    seconds,
    label: shortened(visible(label), 32),
  }));
}

function momentLabels(moments: readonly Moment[], textAnchor: "start" | "end"): Plot.Markish {
  return Plot.text(moments, {
    x: "seconds",
    text: "label",
    frameAnchor: "top",
    textAnchor,
    dx: textAnchor === "start" ? -4 : 4,
    dy: -16,
    fill: "var(--ink)",
    fontWeight: 600,
  });
}
