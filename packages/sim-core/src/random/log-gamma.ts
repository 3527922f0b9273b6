import { log } from "../math/index.ts";
/**
 * Natural logarithm of the gamma function for x > 0, to about 1e-15: Stirling's series once x is
 * large, reached by the recurrence Γ(x) = Γ(x + 1) / x.
 */
export function logGamma(x: number): number {
  let product = 1;
  let z = x;
  while (z < 16) {
    product *= z;
    z += 1;
  }
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188))))) / z;
  return (z - 0.5) * log(z) - z + log(2 * Math.PI) / 2 + series - log(product);
}
