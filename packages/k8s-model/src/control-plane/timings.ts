import { constant, type Distribution } from "@k8s-netsim/sim-core";

const MS = 1_000_000;
const S = 1_000_000_000;

/** How long the parts of the control plane and of the nodes take. Times in ns unless named else. */
export interface Timings {
  /** From an API request to the stored version. */
  readonly apiWriteNs: number;
  /** From the stored version to the cache of a controller. */
  readonly informerLatencyNs: number;
  /** One pass of a controller over one key, without its writes. */
  readonly syncNs: number;
  /** `--kube-api-qps` and `--kube-api-burst`: each controller has a client of its own. */
  readonly controllerQps: number;
  readonly controllerBurst: number;
  /** `--concurrent-service-endpoint-syncs`: Services whose slices are worked on at the same time. */
  readonly concurrentServiceEndpointSyncs: number;
  /** `--concurrent-endpoint-syncs`: the same for Endpoints. */
  readonly concurrentEndpointSyncs: number;
  /** `--endpointslice-updates-batch-period`. */
  readonly endpointSliceBatchPeriodNs: number;
  /** `--endpoint-updates-batch-period`. */
  readonly endpointUpdatesBatchPeriodNs: number;
  /** `--mirroring-endpointslice-updates-batch-period`. */
  readonly mirroringBatchPeriodNs: number;
  /** `--leader-elect-lease-duration` and `--leader-elect-retry-period` of kube-controller-manager. */
  readonly leaderLeaseNs: number;
  readonly leaderRetryNs: number;
  readonly schedulerQps: number;
  readonly schedulerBurst: number;
  readonly schedulePodNs: number;
  /** From the stored version to a kubelet. */
  readonly kubeletWatchNs: number;
  /** What pulling the images of a pod takes on its node; nothing where they are there. Samples in ns. */
  readonly imagePull: Distribution;
  /** From a bound pod seen by its kubelet, with its images, to running containers. Samples in ns. */
  readonly podStart: Distribution;
  /** From a running container to an application that answers. Samples in ns. */
  readonly applicationStart: Distribution;
  /** From a change on the node to the kubelet's status request. */
  readonly statusUpdateNs: number;
  /** `kubeAPIQPS` and `kubeAPIBurst` of each kubelet: its status updates and pod removals take tokens. */
  readonly kubeletQps: number;
  readonly kubeletBurst: number;
  /** From SIGTERM to containers that have stopped, `preStop` not counted. Samples in ns. */
  readonly podStop: Distribution;
  readonly leaseRenewNs: number;
  readonly nodeMonitorPeriodNs: number;
  readonly nodeMonitorGraceNs: number;
  /** Nodes tainted NoExecute a second and zone; the second rate is for a partly disrupted large zone. */
  readonly nodeEvictionRateHz: number;
  readonly secondaryNodeEvictionRateHz: number;
  readonly unhealthyZoneThreshold: number;
  readonly largeClusterSizeThreshold: number;
  readonly notReadyTolerationSeconds: number;
  /** From the stored version to a kube-proxy, and the width of what differs between proxies. */
  readonly proxyWatchNs: number;
  readonly proxyWatchJitterNs: number;
  /** kube-proxy's `minSyncPeriod`, counted from the end of a run. */
  readonly proxyMinSyncPeriodNs: number;
  /** One run of kube-proxy. */
  readonly proxySyncNs: number;
}

/** Where a default comes from, for the list of assumptions. */
export interface TimingSource {
  readonly source: string;
  /** `published`: read in a primary source; `assumed`: chosen within what is plausible. */
  readonly standing: "published" | "assumed";
}

const published = (source: string): TimingSource => ({ source, standing: "published" });
const assumed = (source: string): TimingSource => ({ source, standing: "assumed" });

export const TIMING_SOURCES: Readonly<Record<keyof Timings, TimingSource>> = {
  apiWriteNs: assumed("within etcd's 1 to 10 ms a write (etcd.io performance, disk fdatasync)"),
  informerLatencyNs: assumed(
    "a few milliseconds on a healthy API server; SLO only for programming",
  ),
  syncNs: assumed("in-memory work of one sync"),
  controllerQps: published("--kube-api-qps 20, kube-controller-manager.md"),
  controllerBurst: published("--kube-api-burst 30, kube-controller-manager.md"),
  concurrentServiceEndpointSyncs: published("5, kube-controller-manager.md"),
  concurrentEndpointSyncs: published("5, kube-controller-manager.md"),
  endpointSliceBatchPeriodNs: published("unset: 0, kube-controller-manager.md"),
  endpointUpdatesBatchPeriodNs: published("unset: 0, kube-controller-manager.md"),
  mirroringBatchPeriodNs: published("unset: 0, kube-controller-manager.md"),
  leaderLeaseNs: published("15 s, kube-controller-manager.md"),
  leaderRetryNs: published("2 s, kube-controller-manager.md"),
  schedulerQps: published("clientConnection.qps 50, KubeSchedulerConfiguration"),
  schedulerBurst: published("clientConnection.burst 100, KubeSchedulerConfiguration"),
  schedulePodNs: assumed("within scheduler_perf's floors of 570 to 1,100 pods a second"),
  kubeletWatchNs: assumed("as the informers of controllers"),
  imagePull: assumed("0: images are on the node, as the pod start-up SLO counts"),
  podStart: assumed("within the pod start-up SLO (p99 at most 5 s without image pull)"),
  applicationStart: assumed("an application that answers one second after its container runs"),
  statusUpdateNs: assumed("the kubelet's status manager reports at once"),
  kubeletQps: published("kubeAPIQPS 50, kubelet defaults.go"),
  kubeletBurst: published("kubeAPIBurst 100, kubelet defaults.go"),
  podStop: assumed("an application that ends one second after SIGTERM"),
  leaseRenewNs: published("10 s, kubelet defaults.go"),
  nodeMonitorPeriodNs: published("5 s, kube-controller-manager.md"),
  nodeMonitorGraceNs: published("40 s (KEP 589); 50 s from 1.32 (kubernetes/kubernetes#127352)"),
  nodeEvictionRateHz: published("0.1 nodes a second, nodes.md"),
  secondaryNodeEvictionRateHz: published("0.01 nodes a second, nodes.md"),
  unhealthyZoneThreshold: published("0.55, nodes.md"),
  largeClusterSizeThreshold: published("50 nodes, nodes.md"),
  notReadyTolerationSeconds: published("300 s, taint-and-toleration"),
  proxyWatchNs: assumed("as the informers of controllers"),
  proxyWatchJitterNs: assumed("watchers of one API server differ by some milliseconds"),
  proxyMinSyncPeriodNs: published("1 s, kube-proxy defaults.go"),
  proxySyncNs: assumed("a partial run of a small cluster"),
};

/** The defaults for a Kubernetes release, such as `1.36`. */
export function defaultTimings(kubernetesVersion = "1.36"): Timings {
  return {
    apiWriteNs: 5 * MS,
    informerLatencyNs: 5 * MS,
    syncNs: 1 * MS,
    controllerQps: 20,
    controllerBurst: 30,
    concurrentServiceEndpointSyncs: 5,
    concurrentEndpointSyncs: 5,
    endpointSliceBatchPeriodNs: 0,
    endpointUpdatesBatchPeriodNs: 0,
    mirroringBatchPeriodNs: 0,
    leaderLeaseNs: 15 * S,
    leaderRetryNs: 2 * S,
    schedulerQps: 50,
    schedulerBurst: 100,
    schedulePodNs: 1.25 * MS,
    kubeletWatchNs: 5 * MS,
    imagePull: constant(0),
    podStart: constant(2 * S),
    applicationStart: constant(1 * S),
    statusUpdateNs: 5 * MS,
    kubeletQps: 50,
    kubeletBurst: 100,
    podStop: constant(1 * S),
    leaseRenewNs: 10 * S,
    nodeMonitorPeriodNs: 5 * S,
    nodeMonitorGraceNs: (minorVersion(kubernetesVersion) >= 32 ? 50 : 40) * S,
    nodeEvictionRateHz: 0.1,
    secondaryNodeEvictionRateHz: 0.01,
    unhealthyZoneThreshold: 0.55,
    largeClusterSizeThreshold: 50,
    notReadyTolerationSeconds: 300,
    proxyWatchNs: 5 * MS,
    proxyWatchJitterNs: 10 * MS,
    proxyMinSyncPeriodNs: 1 * S,
    proxySyncNs: 50 * MS,
  };
}

/** 36 of `v1.36.2`; 36 too where nothing can be read. */
export function minorVersion(kubernetesVersion: string): number {
  const minor = /^v?1\.(\d+)/.exec(kubernetesVersion)?.[1];
  return minor === undefined ? 36 : Number(minor);
}
