import type { CallEdge, ServiceSummary } from "../result.ts";
import { joined, type Markup, markup, nothing } from "../words/markup.ts";
import { formatNumber } from "../words/number.ts";
import { shortened, visible } from "../words/visible.ts";
import { figureFrame, round } from "./figure.ts";
import { layOut, type Place } from "./layered-layout.ts";

const box = { width: 168, height: 34, columnGap: 74, rowGap: 14, edgeGap: 16, margin: 4 };
const mostBoxes = 60;

/**
 * The call graph as boxes and curves, callers to the left; empty where there are too many boxes. A
 * workload that calls is drawn as the Service it stands behind, so that chains of calls show.
 */
export function callGraphChart(
  calls: readonly CallEdge[],
  services: readonly ServiceSummary[] = [],
): string {
  const edges = behindServices(calls, services);
  const count = new Set(edges.flatMap(({ from, to }) => [from, to])).size;
  if (count === 0 || count > mostBoxes) return "";
  const { boxes, routes } = layOut(edges, { box: box.height + box.rowGap, gap: box.edgeGap });
  const all = [...boxes, ...routes.flat()];
  const width = Math.max(...all.map(left)) + box.width + box.margin;
  const height = Math.max(...all.map(({ y }) => y)) + (box.height + box.rowGap) / 2;
  const curves = edges.map((edge, index) => drawEdge(edge, routes[index] ?? []));
  return figureFrame(
    width,
    height,
    {
      title: "Call graph",
      description: `${count} workloads and Services, ${edges.length} calls; the table lists them`,
    },
    joined([...curves, ...boxes.map(drawBox)]).text,
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

function left({ layer }: Place): number {
  return box.margin + layer * (box.width + box.columnGap);
}

function drawBox(place: Place): Markup {
  const { name, y } = place;
  const x = left(place);
  const [namespace, ...rest] = visible(name).split("/");
  const short = rest.length > 0 ? rest.join("/") : (namespace ?? "");
  return markup`<g><title>${name}</title><rect x="${round(x)}" y="${round(y - box.height / 2)}" width="${box.width}" height="${box.height}" rx="7" fill="var(--paper)" stroke="var(--muted)"/><text x="${round(x + box.width / 2)}" y="${round(y)}" dy="0.35em" text-anchor="middle">${shortened(short, 23)}</text></g>`;
}

/** From the right side of a box to the left side of the next, straight through gaps. */
function drawEdge(edge: CallEdge, route: readonly Place[]): Markup {
  const parts = route.slice(1).map((to, index) => {
    const from = route[index] ?? to;
    const [x1, x2] = [left(from) + box.width, left(to)];
    const bend = to.layer > from.layer ? (x2 - x1) / 2 : box.columnGap;
    const points = [x1 + bend, from.y, x2 - bend, to.y, x2, to.y].map(round).join(",");
    const start = index === 0 ? `M${round(x1)},${round(from.y)}` : `L${round(x1)},${round(from.y)}`;
    return `${start}C${points}`;
  });
  const dash = edge.evidence.startsWith("assumed") ? markup` stroke-dasharray="4 3"` : nothing;
  const label = `${edge.from} → ${edge.to}: ${formatNumber(edge.callsPerRequest)} calls per request`;
  return markup`<path d="${parts.join("")}" fill="none" stroke="var(--series-1)" stroke-opacity="0.55" stroke-width="${weight(edge.callsPerRequest)}"${dash}><title>${label}</title></path>`;
}

function weight(calls: number): number {
  return round(Math.min(4, 1.2 + Math.max(0, calls) * 0.35));
}
