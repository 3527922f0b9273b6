import {
  type HorizontalPodAutoscalerBehavior,
  type IntOrString,
  parseQuantity,
  quantityText,
  quantityToNumber,
} from "../../api/index.ts";

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
  const own = (value: IntOrString | undefined): number =>
    value === undefined ? tolerance : quantityToNumber(parseQuantity(quantityText(value)));
  return {
    scaleDown: own(behavior?.scaleDown?.tolerance),
    scaleUp: own(behavior?.scaleUp?.tolerance),
  };
}

export function isTolerable(ratio: number, { scaleDown, scaleUp }: Tolerances): boolean {
  return 1 - scaleDown <= ratio && ratio <= 1 + scaleUp;
}
