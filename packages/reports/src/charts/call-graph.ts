import type { CallEdge, ServiceSummary } from "../result.ts";
import { joined, type Markup, markup } from "../words/markup.ts";
import { formatNumber } from "../words/number.ts";
import { shortened, visible } from "../words/visible.ts";
import { figureFrame, round } from "./figure.ts";

interface Place {
  readonly name: string;
  readonly layer: number;
  readonly x: number;
  readonly y: number;
}

const box = { width: 168, height: 34, columnGap: 74, rowGap: 14, margin: 4 };
const mostNodes = 60;

/**
 * The call graph as boxes and curves, callers to the left; empty where there are too many boxes. A
 * workload that calls is drawn as the Service it stands behind, so that chains of calls show.
 */
export function callGraphChart(
  calls: readonly CallEdge[],
  services: readonly ServiceSummary[] = [],
): string {
  const edges = behindServices(calls, services);
  const places = layOut(edges);
  if (places.size === 0 || places.size > mostNodes) return "";
  const all = [...places.values()];
  const width = Math.max(...all.map(({ x }) => x)) + box.width + box.margin;
  const height = Math.max(...all.map(({ y }) => y)) + box.height + box.margin;
  const curves = edges.map((edge) => curve(edge, places));
  const boxes = all.map(drawBox);
  return figureFrame(
    width,
    height,
    {
      title: "Call graph",
      description: `${places.size} workloads and Services, ${edges.length} calls; the table lists them`,
    },
    joined([...curves, ...boxes]).text,
  );
}

function behindServices(
  calls: readonly CallEdge[],
  services: readonly ServiceSummary[],
): readonly CallEdge[] {
  const called = new Set(calls.map(({ to }) => to));
  const serviceOf = new Map<string, string>();
  for (const { name, workloads } of services) {
    if (!called.has(name)) continue;
    for (const workload of workloads) if (!serviceOf.has(workload)) serviceOf.set(workload, name);
  }
  return calls.map((call) => ({ ...call, from: serviceOf.get(call.from) ?? call.from }));
}

function drawBox({ name, x, y }: Place): Markup {
  const [namespace, ...rest] = visible(name).split("/");
  const short = rest.length > 0 ? rest.join("/") : (namespace ?? "");
  return markup`<g><title>${name}</title><rect x="${round(x)}" y="${round(y)}" width="${box.width}" height="${box.height}" rx="7" fill="var(--paper)" stroke="var(--muted)"/><text x="${round(x + box.width / 2)}" y="${round(y + box.height / 2)}" dy="0.35em" text-anchor="middle">${shortened(short, 23)}</text></g>`;
}

function curve(edge: CallEdge, places: ReadonlyMap<string, Place>): Markup {
  const from = places.get(edge.from);
  const to = places.get(edge.to);
  if (from === undefined || to === undefined) return markup``;
  const [x1, y1] = [from.x + box.width, from.y + box.height / 2];
  const [x2, y2] = [to.x, to.y + box.height / 2];
  const bend = to.layer > from.layer ? (x2 - x1) / 2 : box.columnGap;
  const points = [x1, y1, x1 + bend, y1, x2 - bend, y2, x2, y2].map(round);
  const path = `M${points[0]},${points[1]}C${points.slice(2).join(",")}`;
  const dash = edge.evidence.startsWith("assumed") ? markup` stroke-dasharray="4 3"` : markup``;
  const label = `${edge.from} → ${edge.to}: ${formatNumber(edge.callsPerRequest)} calls per request`;
  return markup`<path d="${path}" fill="none" stroke="var(--series-1)" stroke-opacity="0.55" stroke-width="${weight(edge.callsPerRequest)}"${dash}><title>${label}</title></path>`;
}

function weight(calls: number): number {
  return round(Math.min(4, 1.2 + Math.max(0, calls) * 0.35));
}

function layOut(edges: readonly CallEdge[]): ReadonlyMap<string, Place> {
  const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  if (names.length > mostNodes) return new Map(names.map((name) => [name, corner(name)]));
  const layers = layersOf(names, edges);
  const columns: string[][] = [];
  for (const name of names) {
    const layer = layers.get(name) ?? 0;
    while (columns.length <= layer) columns.push([]);
    columns[layer]?.push(name);
  }
  for (let sweep = 0; sweep < 4; sweep += 1) sweepColumns(columns, edges, sweep % 2 === 0);
  const tallest = Math.max(0, ...columns.map(({ length }) => length));
  const row = box.height + box.rowGap;
  return new Map(
    columns.flatMap((column, layer) =>
      column.map((name, index) => {
        const y = box.margin + (index + (tallest - column.length) / 2) * row;
        const x = box.margin + layer * (box.width + box.columnGap);
        return [name, { name, layer, x, y }] as const;
      }),
    ),
  );
}

function corner(name: string): Place {
  return { name, layer: 0, x: 0, y: 0 };
}

/** Longest path from a caller, edges that close a cycle left out. */
function layersOf(
  names: readonly string[],
  edges: readonly CallEdge[],
): ReadonlyMap<string, number> {
  const callees = new Map<string, string[]>();
  for (const { from, to } of edges) callees.set(from, [...(callees.get(from) ?? []), to]);
  const called = new Set(edges.filter(({ from, to }) => from !== to).map(({ to }) => to));
  const order: string[] = [];
  const state = new Map<string, "open" | "done">();
  const back = new Set<string>();
  const visit = (name: string): void => {
    state.set(name, "open");
    for (const callee of callees.get(name) ?? []) {
      if (state.get(callee) === "open") back.add(JSON.stringify([name, callee]));
      else if (!state.has(callee)) visit(callee);
    }
    state.set(name, "done");
    order.unshift(name);
  };
  const roots = names.filter((name) => !called.has(name));
  for (const name of [...roots, ...names]) if (!state.has(name)) visit(name);
  const layers = new Map(names.map((name) => [name, 0]));
  for (const name of order) {
    for (const callee of callees.get(name) ?? []) {
      if (back.has(JSON.stringify([name, callee]))) continue;
      layers.set(callee, Math.max(layers.get(callee) ?? 0, (layers.get(name) ?? 0) + 1));
    }
  }
  return layers;
}

/** Orders each column by the mean row of its neighbours: fewer crossings, the same every time. */
function sweepColumns(columns: string[][], edges: readonly CallEdge[], forward: boolean): void {
  const rows = new Map<string, number>();
  const note = (column: readonly string[]): void => {
    for (const [index, name] of column.entries()) rows.set(name, index - (column.length - 1) / 2);
  };
  for (const column of columns) note(column);
  const mean = (name: string): number => {
    const near = edges
      .filter(({ from, to }) => (forward ? to : from) === name)
      .map(({ from, to }) => rows.get(forward ? from : to) ?? 0);
    return near.length === 0
      ? (rows.get(name) ?? 0)
      : near.reduce((sum, row) => sum + row, 0) / near.length;
  };
  for (const column of forward ? columns : [...columns].reverse()) {
    const weights = new Map(column.map((name) => [name, mean(name)]));
    column.sort((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0) || (a < b ? -1 : 1));
    note(column);
  }
}
