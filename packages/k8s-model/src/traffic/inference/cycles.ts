/** A directed edge between nodes that are named by text. */
export interface Arrow<T> {
  readonly from: string;
  readonly to: readonly string[];
  readonly edge: T;
}

/** An edge to leave out, and the round of nodes that it would close, starting at its target. */
export interface Cut<T> {
  readonly edge: T;
  readonly cycle: readonly string[];
}

/**
 * Edges whose removal leaves no cycle. Walks depth first from the roots, then from the other nodes
 * in order, along edges as given; an edge that leads back to a node on the way is cut. The edges
 * next to the roots are therefore kept. The same input gives the same cuts.
 */
export function cutCycles<T>(roots: readonly string[], arrows: readonly Arrow<T>[]): Cut<T>[] {
  const outgoing = new Map<string, Arrow<T>[]>();
  for (const arrow of arrows) {
    const list = outgoing.get(arrow.from);
    if (list === undefined) outgoing.set(arrow.from, [arrow]);
    else list.push(arrow);
  }
  const cuts: Cut<T>[] = [];
  const done = new Set<string>();
  for (const root of [...roots, ...[...outgoing.keys()].sort()]) {
    walk(root, outgoing, done, cuts);
  }
  return cuts;
}

interface Frame<T> {
  readonly node: string;
  readonly steps: Iterator<readonly [Arrow<T>, string]>;
}

/** With a stack of its own: call chains in the input may be longer than the engine's stack. */
function walk<T>(
  root: string,
  outgoing: ReadonlyMap<string, readonly Arrow<T>[]>,
  done: Set<string>,
  cuts: Cut<T>[],
): void {
  if (done.has(root)) return;
  const way: string[] = [root];
  const onWay = new Set(way);
  const stack: Frame<T>[] = [{ node: root, steps: stepsFrom(outgoing.get(root) ?? []) }];
  const cut = new Set<T>(cuts.map(({ edge }) => edge));
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const next = frame.steps.next();
    if (next.done === true) {
      done.add(frame.node);
      onWay.delete(frame.node);
      way.pop();
      stack.pop();
      continue;
    }
    const [arrow, target] = next.value;
    if (cut.has(arrow.edge) || done.has(target)) continue;
    if (onWay.has(target)) {
      cuts.push({ edge: arrow.edge, cycle: way.slice(way.indexOf(target)) });
      cut.add(arrow.edge);
    } else {
      way.push(target);
      onWay.add(target);
      stack.push({ node: target, steps: stepsFrom(outgoing.get(target) ?? []) });
    }
  }
}

function* stepsFrom<T>(arrows: readonly Arrow<T>[]): Generator<readonly [Arrow<T>, string]> {
  for (const arrow of arrows) for (const target of arrow.to) yield [arrow, target];
}
