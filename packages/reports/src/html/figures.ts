import { curveChart } from "../charts/curves.ts";
import { intervalChart } from "../charts/intervals.ts";
import { latencyChart } from "../charts/latency.ts";
import { loadChart, selectLoad } from "../charts/load.ts";
import { timelineChart } from "../charts/timeline.ts";
import { labelOf } from "../comparison-table.ts";
import { gridMeasures } from "../grid-table.ts";
import type { Result } from "../result.ts";
import type { Selection } from "../select.ts";
import { type Content, joined, Markup, markup, nothing } from "../words/markup.ts";
import { formatQuantity } from "../words/quantity.ts";
import { legend, name, scrolling, section } from "./parts.ts";

/** The charts: traffic between zones, latency, load, and the timeline where there is one. */
export function figures(selection: Selection): Markup {
  const shown = [
    configurations(selection),
    ...curves(selection),
    timeline(selection),
    zoneTraffic(selection),
    latency(selection),
    load(selection),
  ].filter((figure) => figure !== nothing);
  return shown.length === 0 ? nothing : section("charts", "To look at", "", joined(shown, "\n"));
}

/** The same chart for a desk and for a phone: text stays readable at both widths. */
function twoWidths(draw: (width: number) => string): Markup {
  const wide = draw(1028);
  if (wide === "") return nothing;
  return new Markup(`<div class="wide">${wide}</div><div class="narrow">${draw(326)}</div>`);
}

function figure(title: string, words: string, key: Content, body: Content): Markup {
  return markup`<figure class="card"><figcaption><h3>${title}</h3><p>${words}</p></figcaption>${key}${body}</figure>`;
}

/** The charts of a scenario's own; where several configurations have one, each says whose it is. */
function curves({ result, label }: Selection): readonly Markup[] {
  return (result.charts.curves ?? []).flatMap((chart) => {
    const drawn = twoWidths((width) => curveChart(chart, { width }));
    if (drawn === nothing) return [];
    const isOneOfMany = chart.configuration !== undefined && result.configurations.length > 1;
    const title = isOneOfMany ? `${chart.title}: ${label(chart.configuration ?? "")}` : chart.title;
    const names = chart.series.map((series) => series.name);
    const words = `${chart.y.label}. ${chart.description}`;
    return [figure(title, words, names.length < 2 ? nothing : legend(names), drawn)];
  });
}

function labelsOf(selection: Selection, configurations: readonly string[]): Markup {
  return configurations.length < 2 ? nothing : legend(configurations.map(selection.label));
}

const mostConfigurations = 24;

/** The first measures of a grid, a bar a configuration; a pair has its cards instead. */
function configurations(selection: Selection): Markup {
  const { result, pair } = selection;
  const shown = result.configurations.slice(0, mostConfigurations);
  if (pair !== undefined || shown.length < 2) return nothing;
  const plots = gridMeasures(selection)
    .filter(({ id }) =>
      shown.some((one) => (selection.estimate(id, one.id, "all")?.value ?? 0) !== 0),
    )
    .slice(0, 3)
    .map((measure) => {
      const rows = shown.map(({ id, label }) => ({
        label,
        estimate: selection.estimate(measure.id, id, "all") ?? noEstimate,
      }));
      const text = {
        title: measure.label,
        description: `Of each of ${rows.length} configurations`,
      };
      const chart = twoWidths((width) =>
        intervalChart(rows, { width, unit: measure.unit, ...text }),
      );
      return markup`<h4 class="small quiet">${labelOf(measure)}</h4>${chart}`;
    });
  if (plots.length === 0) return nothing;
  const words = "A bar a configuration; the thick line at its end is the 95% interval.";
  return figure("Configurations side by side", words, nothing, joined(plots));
}

const noEstimate = { value: null, low: null, high: null, n: 0 } as const;

function latency(selection: Selection): Markup {
  const curves = selection.result.charts.latency;
  const chart = twoWidths((width) => latencyChart(curves, { width, label: selection.label }));
  if (chart === nothing) return nothing;
  const key = labelsOf(
    selection,
    curves.map(({ configuration }) => configuration),
  );
  const words =
    "The share of requests answered within a time. Further left is faster; the upper end is the slow tail, where each line adds a nine. Dots mark 50% and 99%. The curves pool all replications; the table has means over them.";
  return figure("Latency", words, key, chart);
}

function load(selection: Selection): Markup {
  const { charts, configurations } = selection.result;
  const chosen = selectLoad(charts.load);
  const used = configurations
    .map(({ id }) => id)
    .filter((id) => charts.load.some(({ configuration }) => configuration === id));
  const options = { configurations: used, label: selection.label };
  const chart = twoWidths((width) => loadChart(chosen, { ...options, width }));
  if (chart === nothing) return nothing;
  const notes = [
    chosen.single > 0 ? `${countOf(chosen.single, "Service")} with one endpoint not shown` : "",
    chosen.hidden > 0 ? `${countOf(chosen.hidden, "more even Service")} not shown` : "",
    chosen.thinned > 0 ? `${countOf(chosen.thinned, "endpoint")} in the middle not drawn` : "",
  ].filter((note) => note !== "");
  const rest = notes.length > 0 ? ` (${notes.join("; ")}.)` : "";
  const words = `One dot an endpoint: its requests against the mean of its Service. At 1× all carry the same; the most uneven Service comes first.${rest}`;
  return figure("Load per endpoint", words, labelsOf(selection, used), chart);
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function timeline(selection: Selection): Markup {
  const { charts, configurations } = selection.result;
  const { timeline: line } = charts;
  if (line === undefined) return nothing;
  const ids = configurations.map(({ id }) => id);
  const plots = selection.result.measures.flatMap((measure) => {
    const chart = twoWidths((width) =>
      timelineChart(line, { width, measure, configurations: ids }),
    );
    return chart === nothing ? [] : [markup`<h4 class="small quiet">${measure.label}</h4>${chart}`];
  });
  if (plots.length === 0) return nothing;
  const words = "What clients saw, in simulated time. The dashed lines are the moments of change.";
  return figure("Over time", words, labelsOf(selection, ids), joined(plots));
}

function zoneTraffic(selection: Selection): Markup {
  const { charts, configurations } = selection.result;
  // One scale for all, so that equal colours are equal shares.
  const highest = Math.max(0, ...charts.zoneTraffic.map(({ share }) => share));
  const matrices = configurations.flatMap(({ id, label }) => {
    const cells = charts.zoneTraffic.filter(({ configuration }) => configuration === id);
    return cells.length === 0 ? [] : [matrix(label, cells, highest)];
  });
  if (matrices.length === 0) return nothing;
  const words =
    "Where the bytes go: the share of all bytes from the zone of the row to the zone of the column. Outlined cells stay in their zone.";
  return figure(
    "Traffic between zones",
    words,
    nothing,
    markup`<div class="pair">${matrices}</div>`,
  );
}

function matrix(label: string, cells: Result["charts"]["zoneTraffic"], highest: number): Markup {
  const zones = [...new Set(cells.flatMap(({ from, to }) => [from, to]))].sort();
  const shares = new Map(cells.map(({ from, to, share }) => [JSON.stringify([from, to]), share]));
  const rows = zones.map((from) => {
    const row = zones.map((to) => {
      const share = shares.get(JSON.stringify([from, to])) ?? 0;
      const heat = (highest > 0 ? share / highest : 0).toFixed(3);
      const own = from === to ? markup` class="own"` : nothing;
      return markup`<td${own} style="--v:${heat}">${formatQuantity(share, "share")}</td>`;
    });
    return markup`<tr><th scope="row">${name(from)}</th>${row}</tr>`;
  });
  const heads = zones.map((zone) => markup`<th scope="col">${name(zone)}</th>`);
  return scrolling(
    `Traffic between zones, ${label}`,
    markup`<table class="matrix"><caption><strong>${name(label)}</strong></caption>
<thead><tr><th scope="col"><span class="quiet">from ↓ to →</span></th>${heads}</tr></thead><tbody>${rows}</tbody></table>`,
  );
}
