type Tell = (message: string, remedy: string, inside: readonly (string | number)[]) => void;

type Point = readonly [seconds: number, value: number];

/**
 * The mean rate of one series of a result: the value of a vector, the mean of a matrix of rates, the
 * growth over time of a matrix of counters (a counter that falls has begun anew). Undefined, and
 * told, where that cannot be said.
 *
 * @param isCounter the series carries a metric's own name, so no `rate()` was taken
 */
export function seriesRate(series: unknown, isCounter: boolean, tell: Tell): number | undefined {
  const { value, values } = series as { readonly value?: unknown; readonly values?: unknown };
  const isMatrix = Array.isArray(values);
  const points = isMatrix ? values : [value];
  const read: Point[] = [];
  for (const [index, each] of points.entries()) {
    const point = pointOf(each);
    const inside = isMatrix ? ["values", index] : ["value"];
    if (point === undefined) {
      tell(
        "This is no pair of a time and a value.",
        "save the answer as Prometheus gives it",
        inside,
      );
      return undefined;
    }
    if (!(point[1] >= 0 && point[1] < Number.POSITIVE_INFINITY)) {
      const shown = JSON.stringify((each as readonly unknown[])[1]);
      tell(
        `The value ${shown} is no rate.`,
        "query rate(...) of a counter, over a time with samples",
        inside,
      );
      return undefined;
    }
    read.push(point);
  }
  if (!isCounter) return read.reduce((so, [, rate]) => so + rate, 0) / Math.max(1, read.length);
  return counterRate(read, tell);
}

function counterRate(points: readonly Point[], tell: Tell): number | undefined {
  const [first] = points;
  const last = points.at(-1);
  const seconds = first === undefined || last === undefined ? 0 : last[0] - first[0];
  if (seconds <= 0) {
    tell(
      "A counter at one moment says nothing of a rate.",
      "query rate(METRIC[5m]), or a range of the counter with query_range",
      [],
    );
    return undefined;
  }
  let grown = 0;
  for (const [index, [, value]] of points.entries()) {
    if (index === 0) continue;
    const before = (points[index - 1] as Point)[1];
    grown += value >= before ? value - before : value;
  }
  return grown / seconds;
}

function pointOf(point: unknown): Point | undefined {
  if (!Array.isArray(point) || point.length !== 2) return undefined;
  const [seconds, text] = point as readonly unknown[];
  if (typeof seconds !== "number" || typeof text !== "string" || text.trim() === "")
    return undefined;
  return [seconds, Number(text)];
}
