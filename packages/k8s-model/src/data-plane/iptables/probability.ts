/**
 * The chance of one in so many as kube-proxy prints it: ten digits after the point, halves to the
 * even digit. (Only 1/2048 is a half in binary; `toFixed` would round it up.)
 */
export function probabilityText(count: number): string {
  return count === 2048 ? "0.0004882812" : (1 / count).toFixed(10);
}

const SCALE = 0x80000000;

/** Of 2^31 equally likely numbers, how many the kernel lets match: it works on 31 bits. */
export function matchingDraws(count: number): number {
  return Math.round(Number(probabilityText(count)) * SCALE);
}

/**
 * The share of new connections that each of so many endpoints gets from the cascade of rules, first
 * to last: the n-th rule is tried by those that no rule before took, the last takes the rest. The
 * digits printed and the 31 bits make it differ from 1/count by a few parts in 10^8.
 */
export function cascadeShares(count: number): Float64Array {
  const shares = new Float64Array(count);
  let left = 1;
  for (let i = 0; i < count; i++) {
    const chance = i === count - 1 ? 1 : matchingDraws(count - i) / SCALE;
    shares[i] = left * chance;
    left -= shares[i] as number;
  }
  return shares;
}
