import type { IPFamily } from "../api/index.ts";
import type { AutoscalerOptions } from "../control-plane/horizontal-pod-autoscaler/options.ts";
import type { Timings } from "../control-plane/timings.ts";
import type { FleetOptions } from "./fleet.ts";

export interface ClusterOptions extends FleetOptions {
  /** Release whose rules and defaults apply, such as `1.36`. */
  readonly kubernetesVersion?: string;
  readonly timings?: Partial<Timings>;
  /** Address families of pods; IPv4 unless told. */
  readonly ipFamilies?: readonly IPFamily[];
  /** `--max-endpoints-per-slice`. */
  readonly maxEndpointsPerSlice?: number;
  /**
   * Whether the Endpoints and EndpointSliceMirroring controllers run. A real cluster runs them; here
   * they are off unless asked for, because no kube-proxy since 1.21 reads their objects and each sync
   * of a large Service copies its whole list.
   */
  readonly endpointsController?: boolean;
  /** Addresses in one Endpoints object: 1,000 from release 1.22 on, `null` (no limit) before. */
  readonly maxEndpointsPerObject?: number | null;
  /** `--mirroring-max-endpoints-per-subset`. */
  readonly mirroringMaxEndpointsPerSubset?: number;
  /** Flags of the autoscaler and of the metrics server; their defaults unless told. */
  readonly autoscaler?: Partial<AutoscalerOptions>;
  /** Feature gates by name; the release decides where none is given. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /**
   * Whether the retired `spec.topologyKeys` of Services counts; by default on releases 1.17 to 1.21
   * only, which had it.
   */
  readonly topologyKeys?: boolean;
  /** History kept for questions about the past (ns); none by default. */
  readonly historyWindowNs?: number;
  /** Whether the simulation's promises are checked at every write and at rest: costs some time. */
  readonly check?: boolean;
  /** Freezes every stored object: for tests. */
  readonly autoFreeze?: boolean;
}

/** An option that no real controller manager starts with, and under which nothing would ever rest. */
class ClusterOptionError extends Error {
  readonly code = "bad-cluster-option";
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "ClusterOptionError";
    this.remedy = remedy;
  }
}

const MOST_ENDPOINTS_PER_SLICE = 1000;

/** Refuses limits by which controllers would never come to an end. */
export function checkClusterOptions(options: ClusterOptions, timings: Timings): void {
  const { maxEndpointsPerSlice: most = 100 } = options;
  if (!Number.isInteger(most) || most < 1 || most > MOST_ENDPOINTS_PER_SLICE) {
    throw new ClusterOptionError(
      `maxEndpointsPerSlice cannot be ${most}.`,
      `use a whole number from 1 to ${MOST_ENDPOINTS_PER_SLICE}, as kube-controller-manager does.`,
    );
  }
  const rates = ["controllerQps", "schedulerQps", "kubeletQps"] as const;
  const wrong = rates.find((rate) => !(timings[rate] > 0));
  if (wrong === undefined) return;
  throw new ClusterOptionError(
    `The timing ${wrong} cannot be ${timings[wrong]}.`,
    "use requests a second, more than 0.",
  );
}
