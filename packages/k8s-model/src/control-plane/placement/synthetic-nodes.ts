import {
  HOSTNAME_LABEL,
  type Node,
  parseQuantity,
  REGION_LABEL,
  ZONE_LABEL,
} from "../../api/index.ts";
import { type SyntheticTopologyOptions, synthesizePlaces } from "../../topology/index.ts";

/** What `--zones` and `--nodes-per-zone` ask for, with what one node offers. */
export interface SyntheticNodeOptions extends SyntheticTopologyOptions {
  /** Allocatable CPU of a node; 4 unless told. */
  readonly cpu?: string;
  /** Allocatable memory of a node; 16Gi unless told. */
  readonly memory?: string;
  /** Pods that a node takes; 110 unless told. */
  readonly pods?: string;
  /** Written into the nodes as the kubelet's version, such as `v1.36.2`. */
  readonly kubernetesVersion?: string;
}

/**
 * A node of 4 CPUs and 16 GiB is the common general-purpose size of the three big providers (4 CPUs
 * with 4 GiB each); 110 pods is the kubelet's default (`maxPods`). Nothing is held back for the
 * system, as with the kubelet's defaults.
 */
export const SYNTHETIC_ALLOCATABLE: {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
} = { cpu: "4", memory: "16Gi", pods: "110" };

/**
 * Nodes made up where the input has none: ready, untainted, with the well-known labels of region,
 * zone and hostname.
 *
 * @throws {SyntheticTopologyError | QuantityError}
 */
export function syntheticNodes(options: SyntheticNodeOptions): readonly Node[] {
  const { cpu, memory, pods } = { ...SYNTHETIC_ALLOCATABLE, ...options };
  const allocatable = { cpu, memory, pods };
  for (const amount of Object.values(allocatable)) parseQuantity(amount);
  const { kubernetesVersion } = options;
  return synthesizePlaces(options).map(({ name, zone, region }) => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { [HOSTNAME_LABEL]: name, [REGION_LABEL]: region, [ZONE_LABEL]: zone },
    },
    spec: {},
    status: {
      allocatable,
      capacity: allocatable,
      conditions: [{ type: "Ready", status: "True" }],
      ...(kubernetesVersion === undefined
        ? {}
        : { nodeInfo: { kubeletVersion: kubernetesVersion } }),
    },
  }));
}
