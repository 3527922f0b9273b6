import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { markup } from "../words/markup.ts";
import { visible } from "../words/visible.ts";

export type PlotOptions = Plot.PlotOptions;

export interface FigureText {
  /** Short name of the figure, read first by a screen reader. */
  readonly title: string;
  /** What one sees in it, in a sentence. */
  readonly description: string;
}

/**
 * A chart as SVG text, drawn without a browser: the same bytes each time and on each engine
 * (coordinates are rounded to hundredths). Colours are `var(--series-0)` to `var(--series-7)`,
 * `var(--ink)`, `var(--muted)`, `var(--line)`; the page or `standaloneSvg` defines them.
 */
export function drawFigure(options: PlotOptions, text: FigureText): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const drawn = Plot.plot({ ...options, document });
  const svg = drawn.tagName.toLowerCase() === "svg" ? drawn : drawn.querySelector("svg");
  if (svg === null) throw new Error("Plot drew no SVG.");
  for (const style of [...svg.querySelectorAll("style")]) style.remove();
  for (const element of [svg, ...svg.querySelectorAll("*")]) tidyAttributes(element);
  const width = svg.getAttribute("width") ?? "640";
  const height = svg.getAttribute("height") ?? "400";
  const inner = [...svg.childNodes].map((node) => node.toString()).join("");
  return figureFrame(Number(width), Number(height), text, inner);
}

/** The `svg` element of every figure: scales to its container, named for assistive technology. */
export function figureFrame(
  width: number,
  height: number,
  text: FigureText,
  inner: string,
): string {
  const label = markup`aria-label="${visible(text.title)}. ${visible(text.description)}"`;
  const head = markup`<svg xmlns="http://www.w3.org/2000/svg" class="figure" role="img" text-anchor="middle" ${label} viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}">`;
  return `${head}${inner}</svg>`;
}

const numberPattern = /-?\d+\.\d+(?:e[-+]?\d+)?|-?\d+e[-+]?\d+/g;

function tidyAttributes(element: Element): void {
  for (const { name, value } of [...element.attributes]) {
    if (name.startsWith("aria-") || name === "class" || name === "href") continue;
    const rounded = value.replace(numberPattern, (number) => String(round(Number(number))));
    if (rounded !== value) element.setAttribute(name, rounded);
  }
}

/** To hundredths of a pixel: below what one sees, above what engines disagree about. */
export function round(value: number): number {
  const rounded = Math.round(value * 100) / 100;
  return Object.is(rounded, -0) ? 0 : rounded;
}

/** The colours of a figure, for light and for dark surroundings. */
export const figureColours: { readonly light: string; readonly dark: string } = {
  light:
    "--ink:#16202b;--muted:#5b6875;--line:#dfe4e9;--paper:#ffffff;--series-0:#7d8997;--series-1:#0969da;--series-2:#c2570c;--series-3:#138058;--series-4:#8250df;--series-5:#c0307a;--series-6:#0d7f8c;--series-7:#8a6116",
  dark: "--ink:#e6edf3;--muted:#9ba7b4;--line:#2c353f;--paper:#161b22;--series-0:#8f9bab;--series-1:#58a6ff;--series-2:#f0883e;--series-3:#3fb984;--series-4:#b48bff;--series-5:#f778ba;--series-6:#39c5cf;--series-7:#d4a72c",
};

export const figureStyle: string =
  '.figure{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--ink);overflow:visible}.figure text{white-space:pre}';

/**
 * A figure that stands alone in a file or a notebook: it brings its colours and a ground of its own,
 * dark where the reader prefers dark, so that it can be read on any page.
 */
export function standaloneSvg(svg: string): string {
  const ground = "background:var(--paper)";
  const style = `<style>.figure{${figureColours.light};${ground}}@media(prefers-color-scheme:dark){.figure{${figureColours.dark}}}${figureStyle}</style>`;
  return `${svg.replace(/>/, `>${style}`)}\n`;
}

export const seriesColour = (index: number): string => `var(--series-${index % 8})`;
