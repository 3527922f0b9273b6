/** What a fit found, and how far it is off. */
export interface Fit {
  /** One for each feature, none below zero. */
  readonly coefficients: readonly number[];
  /** Root of the mean squared relative error. */
  readonly spread: number;
  /** Per row, the fitted value over the measured one, less one. */
  readonly errors: readonly number[];
}

/**
 * The combination of features, none with a negative weight, that has the smallest sum of squared
 * relative errors. Exact: with few features every set of them is solved and the best admissible one
 * taken.
 */
export function fitRelative(
  rows: readonly (readonly number[])[],
  measured: readonly number[],
): Fit {
  const width = rows[0]?.length ?? 0;
  const relative = rows.map((row, i) => row.map((value) => value / (measured[i] as number)));
  const scale = Array.from({ length: width }, (_, j) =>
    Math.max(...relative.map((row) => row[j] as number)),
  );
  const scaled = relative.map((row) => row.map((value, j) => value / (scale[j] || 1)));
  let best = { squares: Number.POSITIVE_INFINITY, weights: new Array<number>(width).fill(0) };
  for (let set = 1; set < 2 << (width - 1); set++) {
    const chosen = Array.from({ length: width }, (_, j) => j).filter((j) => (set >> j) & 1);
    const solved = solve(scaled, chosen);
    if (solved === undefined || solved.some((weight) => weight < 0)) continue;
    const weights = new Array<number>(width).fill(0);
    for (const [k, j] of chosen.entries()) weights[j] = solved[k] as number;
    const squares = sumOfSquares(scaled, weights);
    if (squares < best.squares) best = { squares, weights };
  }
  const coefficients = best.weights.map((weight, j) => weight / (scale[j] || 1));
  return {
    coefficients,
    spread: Math.sqrt(best.squares / measured.length),
    errors: rows.map((row, i) => weighted(row, coefficients) / (measured[i] as number) - 1),
  };
}

export function weighted(features: readonly number[], coefficients: readonly number[]): number {
  let sum = 0;
  for (const [j, feature] of features.entries()) sum += feature * (coefficients[j] as number);
  return sum;
}

function sumOfSquares(rows: readonly (readonly number[])[], weights: readonly number[]): number {
  let sum = 0;
  for (const row of rows) {
    const error = weighted(row, weights) - 1;
    sum += error * error;
  }
  return sum;
}

/** The normal equations of some features, by elimination; undefined where they do not tell them apart. */
function solve(
  rows: readonly (readonly number[])[],
  chosen: readonly number[],
): readonly number[] | undefined {
  const size = chosen.length;
  const matrix = chosen.map((i) => [
    ...chosen.map((j) => dot(rows, i, j)),
    rows.reduce((sum, row) => sum + (row[i] as number), 0),
  ]);
  for (let i = 0; i < size; i++) {
    let pivot = i;
    for (let j = i + 1; j < size; j++) {
      if (Math.abs(at(matrix, j, i)) > Math.abs(at(matrix, pivot, i))) pivot = j;
    }
    [matrix[i], matrix[pivot]] = [matrix[pivot] as number[], matrix[i] as number[]];
    if (Math.abs(at(matrix, i, i)) < 1e-12) return undefined;
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const factor = at(matrix, j, i) / at(matrix, i, i);
      for (let k = i; k <= size; k++) {
        (matrix[j] as number[])[k] = at(matrix, j, k) - factor * at(matrix, i, k);
      }
    }
  }
  return matrix.map((_, i) => at(matrix, i, size) / at(matrix, i, i));
}

function at(matrix: readonly (readonly number[])[], i: number, j: number): number {
  return (matrix[i] as readonly number[])[j] as number;
}

function dot(rows: readonly (readonly number[])[], i: number, j: number): number {
  return rows.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), 0);
}
