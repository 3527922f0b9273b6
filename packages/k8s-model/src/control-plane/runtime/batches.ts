/**
 * Sizes of the groups in which controllers make many requests: 1, 2, 4, …, each when the one before
 * has been answered, so that one refusal is not met a thousand times (`slowStartBatch`).
 */
export function slowStart(count: number): readonly number[] {
  const sizes: number[] = [];
  let left = count;
  for (let size = 1; left > 0; size *= 2) {
    sizes.push(Math.min(size, left));
    left -= size;
  }
  return sizes;
}

/** One group of all, or none. */
export function allAtOnce(count: number): readonly number[] {
  return count > 0 ? [count] : [];
}

/** One after the other. */
export function oneByOne(count: number): readonly number[] {
  return Array.from({ length: count }, () => 1);
}
