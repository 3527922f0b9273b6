import type { IntOrString, KubeObject } from "./meta.ts";

/** What an autoscaler aims at. */
export interface MetricTarget {
  readonly type: "Utilization" | "Value" | "AverageValue";
  /** Percent of the pods' requests. */
  readonly averageUtilization?: number;
  readonly averageValue?: IntOrString;
  readonly value?: IntOrString;
}

/** One metric of an autoscaler; the metric that asks for most pods decides. */
export interface MetricSpec {
  readonly type: "Resource" | "ContainerResource" | "Pods" | "Object" | "External";
  readonly resource?: { readonly name: string; readonly target: MetricTarget };
  readonly containerResource?: {
    readonly name: string;
    readonly container: string;
    readonly target: MetricTarget;
  };
  readonly [field: string]: unknown;
}

/** One limit on how fast replicas change. */
export interface ScalingPolicy {
  readonly type: "Pods" | "Percent";
  readonly value: number;
  readonly periodSeconds: number;
}

/** How an autoscaler goes in one direction. */
export interface ScalingRules {
  readonly stabilizationWindowSeconds?: number;
  readonly selectPolicy?: "Max" | "Min" | "Disabled";
  readonly policies?: readonly ScalingPolicy[];
  readonly tolerance?: IntOrString;
}

/** `spec.behavior` of a HorizontalPodAutoscaler. */
export interface HorizontalPodAutoscalerBehavior {
  readonly scaleUp?: ScalingRules;
  readonly scaleDown?: ScalingRules;
}

export interface HorizontalPodAutoscaler extends KubeObject {
  readonly apiVersion: "autoscaling/v2";
  readonly kind: "HorizontalPodAutoscaler";
  readonly spec: {
    readonly scaleTargetRef: {
      readonly apiVersion?: string;
      readonly kind: string;
      readonly name: string;
    };
    readonly minReplicas?: number;
    readonly maxReplicas: number;
    readonly metrics?: readonly MetricSpec[];
    readonly behavior?: HorizontalPodAutoscalerBehavior;
  };
  readonly status?: HorizontalPodAutoscalerStatus;
}

export interface HorizontalPodAutoscalerCondition {
  readonly type: "AbleToScale" | "ScalingActive" | "ScalingLimited";
  readonly status: "True" | "False" | "Unknown";
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface HorizontalPodAutoscalerStatus {
  readonly observedGeneration?: number;
  readonly lastScaleTime?: string;
  readonly currentReplicas?: number;
  readonly desiredReplicas: number;
  readonly currentMetrics?: readonly unknown[];
  readonly conditions?: readonly HorizontalPodAutoscalerCondition[];
  readonly [field: string]: unknown;
}
