/** The autoscaler's flags of kube-controller-manager, and the metrics server's. */
export interface AutoscalerOptions {
  /** `--horizontal-pod-autoscaler-sync-period`. */
  readonly syncPeriodNs: number;
  /** `--horizontal-pod-autoscaler-tolerance`. */
  readonly tolerance: number;
  /** `--horizontal-pod-autoscaler-downscale-stabilization`. */
  readonly downscaleStabilizationSeconds: number;
  /** `--horizontal-pod-autoscaler-cpu-initialization-period`. */
  readonly cpuInitializationPeriodNs: number;
  /** `--horizontal-pod-autoscaler-initial-readiness-delay`. */
  readonly initialReadinessDelayNs: number;
  /** `--metric-resolution` of metrics-server: time between two looks at every kubelet. */
  readonly metricResolutionNs: number;
  /** From a look at the kubelets to its samples being served. */
  readonly metricDelayNs: number;
}

const S = 1_000_000_000;

/**
 * The published defaults (kube-controller-manager reference; metrics-server's manifest for the
 * resolution). The delay of the samples is assumed: a look takes the kubelets about a second.
 */
export const AUTOSCALER_DEFAULTS: AutoscalerOptions = {
  syncPeriodNs: 15 * S,
  tolerance: 0.1,
  downscaleStabilizationSeconds: 300,
  cpuInitializationPeriodNs: 300 * S,
  initialReadinessDelayNs: 30 * S,
  metricResolutionNs: 15 * S,
  metricDelayNs: 1 * S,
};
