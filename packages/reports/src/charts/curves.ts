import * as Plot from "@observablehq/plot";
import type { CurveAxis, CurveChart } from "../result.ts";
import { formatQuantity } from "../words/quantity.ts";
import { shortened, visible } from "../words/visible.ts";
import { drawFigure, seriesColour } from "./figure.ts";
import { linearTicks, logPlace, logTicks } from "./scale.ts";

interface Place {
  readonly x: number;
  readonly y: number;
}

interface Axis {
  readonly domain: readonly [number, number];
  /** Places of the ticks and what stands beside them. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  place(value: number): number;
}

const MARGIN_LEFT = 70;
const MARGIN_RIGHT = 24;

/** Lines of one quantity over another; points that an axis cannot show are left out. */
export function curveChart(chart: CurveChart, { width }: { readonly width: number }): string {
  const narrow = width < 500;
  const shown = chart.series.map((series) => ({
    ...series,
    points: series.points.filter(({ x, y }) => fits(x, chart.x) && fits(y, chart.y)),
  }));
  const points = shown.flatMap((series) => series.points);
  if (points.length === 0) return "";
  const across = axisOf(
    chart.x,
    points.map(({ x }) => x),
    narrow ? 4 : 9,
  );
  const up = axisOf(
    chart.y,
    points.map(({ y }) => y),
    5,
  );
  const marks = placedMarks(
    (chart.marks ?? []).filter(({ x }) => fits(x, chart.x)),
    across,
    width - MARGIN_LEFT - MARGIN_RIGHT,
  );
  const marginTop = 24 + ROW_HEIGHT * Math.max(0, ...marks.map(({ row }) => row));
  return drawFigure(
    {
      width,
      height: (narrow ? 216 : 276) + marginTop,
      marginLeft: MARGIN_LEFT,
      marginRight: MARGIN_RIGHT,
      marginTop,
      marginBottom: 44,
      style: { background: "none" },
      x: { domain: [...across.domain], label: null },
      y: { domain: [...up.domain], label: null },
      marks: [
        Plot.gridY(places(up), { stroke: "var(--line)", strokeOpacity: 1 }),
        Plot.axisY(places(up), {
          tickFormat: (_, index) => up.ticks[index]?.label ?? "",
          tickSize: 0,
          color: "var(--muted)",
        }),
        Plot.axisX(places(across), {
          tickFormat: (_, index) => across.ticks[index]?.label ?? "",
          label: axisWords(chart.x),
          labelAnchor: "right",
          labelArrow: "none",
          color: "var(--muted)",
        }),
        ...momentMarks(marks),
        ...shown.map(({ points: own, dashed }, index) => {
          const line = own.map(({ x, y }): Place => ({ x: across.place(x), y: up.place(y) }));
          const stroke = seriesColour(index);
          return own.length === 1
            ? Plot.dot(line, { x: "x", y: "y", r: 4, fill: stroke })
            : Plot.line(line, {
                x: "x",
                y: "y",
                stroke,
                strokeWidth: 2,
                ...(dashed === true ? { strokeDasharray: "6 4" } : {}),
              });
        }),
      ],
    },
    { title: chart.title, description: chart.description },
  );
}

function fits(value: number, { logarithmic }: CurveAxis): boolean {
  return Number.isFinite(value) && (logarithmic !== true || value > 0);
}

function axisOf(axis: CurveAxis, values: readonly number[], most: number): Axis {
  let low = Math.min(...values);
  let high = Math.max(...values);
  const words = (value: number): string =>
    formatQuantity(value, axis.unit ?? "count", { round: true });
  if (axis.logarithmic === true) {
    if (high <= low) [low, high] = [low / 2, high * 2];
    const ticks = logTicks(low, high, most);
    return {
      domain: [logPlace(low), logPlace(high)],
      ticks: ticks.map((value) => ({ at: logPlace(value), label: words(value) })),
      place: logPlace,
    };
  }
  low = Math.min(0, low);
  if (high <= low) high = low + 1;
  return {
    domain: [low, high],
    ticks: linearTicks(low, high, most).map((value) => ({ at: value, label: words(value) })),
    place: (value) => value,
  };
}

function places({ ticks }: Axis): number[] {
  return ticks.map(({ at }) => at);
}

function axisWords({ label, logarithmic }: CurveAxis): string {
  return `${visible(label)}${logarithmic === true ? " (logarithmic)" : ""}`;
}

interface PlacedMark {
  readonly x: number;
  readonly label: string;
  readonly anchor: "start" | "end";
  /** Counted from below; labels that would meet stand in different rows. */
  readonly row: number;
}

const ROW_HEIGHT = 14;
const CHARACTER_WIDTH = 7.5;
/** More labels than these in one place stand on each other. */
const MOST_ROWS = 6;

/** Labels grow away from the nearer side, each in the lowest row that has room for it. */
function placedMarks(
  marks: NonNullable<CurveChart["marks"]>,
  across: Axis,
  plotWidth: number,
): readonly PlacedMark[] {
  const [first, last] = across.domain;
  const taken: [from: number, to: number][][] = [];
  return marks.map(({ x, label: text }) => {
    const at = across.place(x);
    const label = shortened(visible(text), 32);
    const anchor = at <= (first + last) / 2 ? "start" : "end";
    const pixel = ((at - first) / (last - first)) * plotWidth;
    const length = label.length * CHARACTER_WIDTH;
    const [from, to] = anchor === "start" ? [pixel, pixel + length] : [pixel - length, pixel];
    const free = taken.findIndex((row) => row.every(([a, b]) => to < a || from > b));
    const row = Math.min(free < 0 ? taken.length : free, MOST_ROWS - 1);
    const inRow = taken[row] ?? [];
    taken[row] = [...inRow, [from, to]];
    return { x: at, label, anchor, row };
  });
}

function momentMarks(marks: readonly PlacedMark[]): readonly Plot.Markish[] {
  if (marks.length === 0) return [];
  return [
    Plot.ruleX(marks, { x: "x", stroke: "var(--ink)", strokeDasharray: "4 3" }),
    ...marks.map((mark) =>
      Plot.text([mark], {
        x: "x",
        text: "label",
        frameAnchor: "top",
        textAnchor: mark.anchor,
        dx: mark.anchor === "start" ? -4 : 4,
        dy: -16 - ROW_HEIGHT * mark.row,
        fill: "var(--ink)",
        fontWeight: 600,
      }),
    ),
  ];
}
