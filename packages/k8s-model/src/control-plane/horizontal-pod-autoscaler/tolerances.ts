import { parseQuantity, quantityToNumber } from "../../api/index.ts";
import type { HorizontalPodAutoscalerBehavior } from "./behavior.ts";

/** How far the ratio of use to target may be from 1 before anything is done. */
export interface Tolerances {
  readonly scaleDown: number;
  readonly scaleUp: number;
}

/** `--horizontal-pod-autoscaler-tolerance`, unless `behavior` has tolerances of its own. */
export function tolerancesOf(
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  tolerance: number,
): Tolerances {
  const own = (text: string | number | undefined): number =>
    text === undefined ? tolerance : quantityToNumber(parseQuantity(String(text)));
  return {
    scaleDown: own(behavior?.scaleDown?.tolerance),
    scaleUp: own(behavior?.scaleUp?.tolerance),
  };
}

export function isTolerable(ratio: number, { scaleDown, scaleUp }: Tolerances): boolean {
  return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
}
