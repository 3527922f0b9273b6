/** A directed graph laid out in columns, from callers on the left to callees on the right. */
export interface LayeredLayout {
  readonly boxes: readonly Place[];
  /** Each edge as the places it runs through: its ends, and gaps in the columns between them. */
  readonly routes: readonly (readonly Place[])[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface Place {
  readonly name: string;
  readonly layer: number;
  /** Middle of the place, in pixels from the top. */
  readonly y: number;
  /** A gap that an edge runs through, not a box. */
  readonly isGap: boolean;
}

export interface RowHeights {
  readonly box: number;
  readonly gap: number;
}

/** What stands in a column: a box, or the gap for one edge that passes. */
interface Item {
  readonly name: string;
  readonly layer: number;
  readonly isGap: boolean;
  readonly order: number;
}

/** Lays out the graph: layers by longest path, rows by the mean row of the neighbours. */
export function layOut(edges: readonly Edge[], heights: RowHeights): LayeredLayout {
  const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  const layers = layersOf(names, edges);
  const items = names.map(
    (name, order): Item => ({ name, layer: layers.get(name) ?? 0, isGap: false, order }),
  );
  const boxOf = new Map(items.map((item) => [item.name, item]));
  const routes = edges.map(({ from, to }, index) => {
    const [start, end] = [boxOf.get(from), boxOf.get(to)];
    if (start === undefined || end === undefined) return [];
    const gaps = Array.from(
      { length: Math.max(0, end.layer - start.layer - 1) },
      (_, step): Item => ({
        name: `${from} → ${to}`,
        layer: start.layer + step + 1,
        isGap: true,
        order: names.length + index,
      }),
    );
    items.push(...gaps);
    return [start, ...gaps, end];
  });
  const places = placed(columnsOf(items, routes), heights);
  return {
    boxes: items.flatMap((item) => (item.isGap ? [] : (places.get(item) ?? []))),
    routes: routes.map((route) => route.flatMap((item) => places.get(item) ?? [])),
  };
}

/** Longest path from a caller, edges that close a cycle left out. */
function layersOf(names: readonly string[], edges: readonly Edge[]): ReadonlyMap<string, number> {
  const callees = new Map<string, string[]>();
  for (const { from, to } of edges) callees.set(from, [...(callees.get(from) ?? []), to]);
  const called = new Set(edges.filter(({ from, to }) => from !== to).map(({ to }) => to));
  const order: string[] = [];
  const state = new Map<string, "open" | "done">();
  const closing = new Set<string>();
  const visit = (name: string): void => {
    state.set(name, "open");
    for (const callee of callees.get(name) ?? []) {
      if (state.get(callee) === "open") closing.add(JSON.stringify([name, callee]));
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
      if (closing.has(JSON.stringify([name, callee]))) continue;
      layers.set(callee, Math.max(layers.get(callee) ?? 0, (layers.get(name) ?? 0) + 1));
    }
  }
  return layers;
}

/** Sweeps to and fro a few times: fewer crossings, and the same order every time. */
function columnsOf(
  items: readonly Item[],
  routes: readonly (readonly Item[])[],
): readonly (readonly Item[])[] {
  const columns: Item[][] = [];
  for (const item of items) {
    while (columns.length <= item.layer) columns.push([]);
    columns[item.layer]?.push(item);
  }
  const before = new Map<Item, Item[]>();
  const after = new Map<Item, Item[]>();
  for (const route of routes) {
    for (const [index, item] of route.slice(1).entries()) {
      const previous = route[index];
      if (previous === undefined) continue;
      before.set(item, [...(before.get(item) ?? []), previous]);
      after.set(previous, [...(after.get(previous) ?? []), item]);
    }
  }
  const rows = new Map<Item, number>();
  for (const column of columns) noteRows(column, rows);
  for (const near of [before, after, before, after, before, after]) {
    for (const column of near === before ? columns : [...columns].reverse()) {
      const weight = new Map(column.map((item) => [item, meanRow(item, near, rows)]));
      column.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0) || a.order - b.order);
      noteRows(column, rows);
    }
  }
  return columns;
}

function noteRows(column: readonly Item[], rows: Map<Item, number>): void {
  for (const [index, item] of column.entries()) rows.set(item, index - (column.length - 1) / 2);
}

function meanRow(
  item: Item,
  near: ReadonlyMap<Item, readonly Item[]>,
  rows: ReadonlyMap<Item, number>,
): number {
  const neighbours = near.get(item) ?? [];
  if (neighbours.length === 0) return rows.get(item) ?? 0;
  return neighbours.reduce((sum, one) => sum + (rows.get(one) ?? 0), 0) / neighbours.length;
}

/** Every column centred on the tallest. */
function placed(
  columns: readonly (readonly Item[])[],
  heights: RowHeights,
): ReadonlyMap<Item, Place> {
  const height = ({ isGap }: Item): number => (isGap ? heights.gap : heights.box);
  const tall = (column: readonly Item[]): number =>
    column.reduce((sum, item) => sum + height(item), 0);
  const tallest = Math.max(0, ...columns.map(tall));
  const places = new Map<Item, Place>();
  for (const column of columns) {
    let top = (tallest - tall(column)) / 2;
    for (const item of column) {
      const { name, layer, isGap } = item;
      places.set(item, { name, layer, isGap, y: top + height(item) / 2 });
      top += height(item);
    }
  }
  return places;
}
