import type { HorizontalPodAutoscalerBehavior, ScalingRules } from "../../api/index.ts";

const SCALE_UP: ScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
};

const SCALE_DOWN: ScalingRules = {
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
};

/**
 * What the API server stores for a `behavior` that is given: each direction's fields replace its
 * defaults. The scale-down window stays absent: the controller takes its own flag for it.
 */
export function defaultedBehavior({
  scaleUp,
  scaleDown,
}: HorizontalPodAutoscalerBehavior): HorizontalPodAutoscalerBehavior {
  return { scaleUp: overlaid(SCALE_UP, scaleUp), scaleDown: overlaid(SCALE_DOWN, scaleDown) };
}

function overlaid(defaults: ScalingRules, given: ScalingRules | undefined): ScalingRules {
  const present = Object.entries(given ?? {}).filter(([, value]) => (value ?? null) !== null);
  return { ...defaults, ...(Object.fromEntries(present) as ScalingRules) };
}
