/** Axis arithmetic without `Math.pow`, so that ticks and places are the same on every engine. */

/** A place on a logarithmic axis: natural logarithms are equal on every engine, powers are not. */
export function logPlace(value: number): number {
  return Math.log(value);
}

/** Numbers 1, 2 and 5 times powers of ten inside the range; only the ones where those are many. */
export function logTicks(low: number, high: number, most: number): readonly number[] {
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let decade = decadeAtOrBelow(low); decade <= high; decade *= 10) {
      for (const step of steps) {
        if (decade * step >= low && decade * step <= high) ticks.push(decade * step);
      }
    }
    if (ticks.length < fewest) return linearTicks(low, high, most);
    if (ticks.length <= most) return ticks;
  }
  return [low, high];
}

// Within less than a decade, evenly spaced numbers are easier to read than one or two round ones.
const fewest = 3;

function decadeAtOrBelow(value: number): number {
  let decade = 1;
  while (decade > value) decade /= 10;
  while (decade * 10 <= value) decade *= 10;
  return decade;
}

/** At most `most` round numbers (1, 2, 2.5 or 5 times a power of ten apart) inside the range. */
export function linearTicks(low: number, high: number, most: number): readonly number[] {
  if (!(high > low)) return [low];
  const step = roundStep((high - low) / most);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step));
}

function roundStep(least: number): number {
  const decade = decadeAtOrBelow(least);
  return [1, 2, 2.5, 5, 10].map((factor) => tidy(factor * decade)).find((s) => s >= least) ?? least;
}

/** Without the last bits that repeated addition leaves. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
