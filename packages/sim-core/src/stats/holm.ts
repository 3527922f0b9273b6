export interface HolmVerdict {
  readonly pValue: number;
  /** The p value after correction: reject where it is at or below the family's error. */
  readonly adjusted: number;
  readonly rejected: boolean;
}

/**
 * Holm's correction for judging several measures together: the chance of even one false rejection
 * stays at or below `familyError`, whatever their correlation, and nothing that Bonferroni's rule
 * rejects is kept. Verdicts come in the order of the p values given.
 */
export function holmCorrection(
  pValues: readonly number[],
  familyError: number = 0.05,
): readonly HolmVerdict[] {
  const order = pValues.map((_, index) => index);
  order.sort((a, b) => (pValues[a] as number) - (pValues[b] as number) || a - b);
  const adjusted = new Float64Array(pValues.length);
  let largest = 0;
  order.forEach((index, rank) => {
    const scaled = (pValues.length - rank) * (pValues[index] as number);
    largest = Math.max(largest, Math.min(1, scaled));
    adjusted[index] = largest;
  });
  return pValues.map((pValue, i) => {
    const value = adjusted[i] as number;
    return { pValue, adjusted: value, rejected: value <= familyError };
  });
}

/**
 * The confidence that each of `count` intervals needs so that all of them cover together with
 * probability `confidence` at least (Bonferroni).
 */
export function simultaneousConfidence(confidence: number, count: number): number {
  return 1 - (1 - confidence) / Math.max(1, count);
}
