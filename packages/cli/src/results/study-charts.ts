import type { Result } from "@k8s-netsim/reports";

type Chart = NonNullable<Result["charts"]["curves"]>[number];

/** As many lines as can be told apart by colour. */
const MOST_LINES = 8;

/**
 * The charts of all configurations. Those of one title become one chart, of no configuration, where
 * every configuration names its lines differently and they are not too many; a line that several
 * have alike, such as a published curve, is drawn once.
 */
export function joinedCharts(charts: readonly Chart[]): readonly Chart[] {
  return [...byTitle(charts).values()].flatMap((same) => {
    const one = joined(same);
    return one === undefined ? same : [one];
  });
}

function byTitle(charts: readonly Chart[]): ReadonlyMap<string, readonly Chart[]> {
  const titles = new Map<string, Chart[]>();
  for (const chart of charts) {
    const same = titles.get(chart.title);
    if (same === undefined) titles.set(chart.title, [chart]);
    else same.push(chart);
  }
  return titles;
}

function joined(charts: readonly Chart[]): Chart | undefined {
  const [first] = charts;
  if (first === undefined || charts.length < 2) return undefined;
  const alike = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const lines = new Map<string, Chart["series"][number]>();
  for (const { x, y, description, marks, series } of charts) {
    const fits = alike([x, y, description], [first.x, first.y, first.description]);
    if (!fits || (marks ?? []).length > 0) return undefined;
    for (const line of series) {
      const known = lines.get(line.name);
      if (known !== undefined && !alike(known, line)) return undefined;
      lines.set(line.name, line);
    }
  }
  if (lines.size > MOST_LINES) return undefined;
  const { configuration: _, ...rest } = first;
  const all = [...lines.values()];
  // Lines to compare with come last.
  const dashed = all.filter((line) => line.dashed === true);
  return { ...rest, series: [...all.filter((line) => line.dashed !== true), ...dashed] };
}
