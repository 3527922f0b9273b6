import * as Plot from "@observablehq/plot";
import type { Estimate, Measure } from "../result.ts";
import { formatQuantity } from "../words/quantity.ts";
import { shortened, visible } from "../words/visible.ts";
import { drawFigure, type FigureText, seriesColour } from "./figure.ts";
import { linearTicks } from "./scale.ts";

export interface IntervalRow {
  readonly label: string;
  readonly estimate: Estimate;
  /** Which of the eight colours; 1 where absent. */
  readonly series?: number;
}

export interface IntervalChartOptions extends FigureText {
  readonly width: number;
  readonly unit: Measure["unit"];
}

interface Bar {
  readonly key: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly colour: string;
}

const CHARACTER_WIDTH = 6.9;
const LABEL_GAP = 8;
const NARROW_MARGIN = 126;
const LEAST_MARGIN = 120;

/** Room for the longest label, but no more than half of the figure. */
function marginFor(labels: readonly string[], width: number): number {
  const longest = Math.max(...labels.map((label) => [...label].length));
  const wanted = LABEL_GAP + Math.ceil(longest * CHARACTER_WIDTH);
  return Math.min(Math.max(wanted, LEAST_MARGIN), Math.floor(width / 2));
}

/** Estimates of one measure side by side: a bar from zero each, its interval at the end. */
export function intervalChart(
  rows: readonly IntervalRow[],
  { width, unit, ...text }: IntervalChartOptions,
): string {
  const bars = rows.flatMap(bar);
  if (bars.length === 0) return "";
  const narrow = width < 500;
  const low = Math.min(0, ...bars.map((one) => one.low));
  const high = Math.max(0, ...bars.map((one) => one.high));
  const range: [number, number] = [low, high > low ? high : low + 1];
  const ticks = linearTicks(...range, narrow ? 3 : 8);
  const places = rows.map((_, index) => index);
  const labels = rows.map(({ label }) => visible(label));
  const marginLeft = narrow ? NARROW_MARGIN : marginFor(labels, width);
  const longest = Math.floor((marginLeft - LABEL_GAP) / CHARACTER_WIDTH);
  return drawFigure(
    {
      width,
      height: 34 + rows.length * 26,
      marginLeft,
      marginRight: 62,
      marginTop: 4,
      marginBottom: 30,
      style: { background: "none" },
      x: { domain: range, label: null },
      y: { domain: places, axis: null, padding: 0.3 },
      marks: [
        Plot.gridX(ticks, { stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.axisX(ticks, {
          tickFormat: (value: number) => formatQuantity(value, unit, { round: true }),
          tickSize: 0,
          label: null,
          color: "var(--muted)",
        }),
        Plot.axisY(places, {
          tickFormat: (index: number) => shortened(labels[index] ?? "", longest),
          tickSize: 0,
          label: null,
          fill: "var(--ink)",
        }),
        Plot.rect(bars, {
          x1: 0,
          x2: "value",
          y: "key",
          fill: "colour",
          fillOpacity: 0.35,
          rx: 2,
        } as Plot.RectOptions),
        Plot.ruleY(bars, { x1: "low", x2: "high", y: "key", stroke: "colour", strokeWidth: 3 }),
        Plot.dot(bars, { x: "value", y: "key", r: 4, fill: "colour", stroke: "var(--paper)" }),
        Plot.text(bars, {
          x: "high",
          y: "key",
          text: ({ value }: Bar) => formatQuantity(value, unit),
          textAnchor: "start",
          dx: 9,
          fill: "var(--ink)",
        }),
      ],
    },
    text,
  );
}

function bar({ estimate, series = 1 }: IntervalRow, key: number): readonly Bar[] {
  const { value } = estimate;
  if (value === null || !Number.isFinite(value)) return [];
  const colour = seriesColour(series);
  return [{ key, value, low: estimate.low ?? value, high: estimate.high ?? value, colour }];
}
