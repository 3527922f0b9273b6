const MS = 1_000_000;

/**
 * Times of the machine on which the measured runs were made: etcd, kube-apiserver,
 * kube-controller-manager and the client that plays kubelets and watchers share 4 cores over the
 * loopback device. Read from the runs (idle phases for the base, busy ones for the load); one set for
 * all of them. They are not the defaults of the simulator.
 */
export interface HostParameters {
  readonly name: string;
  /** Runs of one machine differ: the logarithm of their slowness lies evenly within ± this. */
  readonly speedSpread: number;
  /** Coefficient of variation of a single step. */
  readonly stepVariation: number;
  /** A busy machine's steps take longer: by this share when it is busy all the time. */
  readonly busyShare: number;
  /** How long a time its being busy is judged by. */
  readonly busyWindowNs: number;
  /** What one pod event keeps the whole machine busy: its requests and all their watchers. */
  readonly podEventNs: number;
  /** A request waits no longer than this for others: flows are served in turn. */
  readonly longestWaitNs: number;
  /** A machine that is not held up answers a client's request within this time. */
  readonly servedNs: number;
  /** While it is held up, a controller's request is served in turn with so many of the client's. */
  readonly heldRequests: number;
  /** Share of a wait that comes after the write took effect: the way of its answer. */
  readonly answerShare: number;
  /** The work of a pod event begins so long before the client sees it done. */
  readonly podLeadNs: number;
  /**
   * A ReplicaSet deletes its pods all at once: deletions no further apart than this are one burst,
   * whose work begins with the first of them, at most so long before each.
   */
  readonly burstGapNs: number;
  readonly burstLeadNs: number;
  /** A write of an idle machine, and for each byte of the object. */
  readonly writeNs: number;
  readonly writeByteNs: number;
  /** Share of a write's time for which it keeps the machine from other work. */
  readonly writeLoad: number;
  /** From the stored version to the client's answer. */
  readonly answerNs: number;
  /** From the stored version to a cache, mean; its part of the machine's backlog is a random share up to this. */
  readonly watchNs: number;
  readonly watchBacklogShare: number;
  /** Serving one more watcher of the same object, and how much of that delays a cache at most. */
  readonly watcherNs: number;
  readonly watchersShare: number;
  /** A sync looks at the caches after a time for each pod, then plans for each endpoint. */
  readonly lookNs: number;
  readonly lookPodNs: number;
  readonly planNs: number;
  readonly planEndpointNs: number;
  /** Share of a sync's time for which it keeps the machine from other work: one core of four. */
  readonly syncLoad: number;
}

export const MEASURED_LOOPBACK_4CORE: HostParameters = {
  name: "measured-loopback-4core",
  speedSpread: 0.6,
  stepVariation: 0.5,
  busyShare: 1.8,
  busyWindowNs: 300 * MS,
  podEventNs: 0.9 * MS,
  longestWaitNs: 75 * MS,
  servedNs: 20 * MS,
  heldRequests: 80,
  answerShare: 0.12,
  podLeadNs: 50 * MS,
  burstGapNs: 150 * MS,
  burstLeadNs: 260 * MS,
  writeNs: 1.8 * MS,
  writeByteNs: 90,
  writeLoad: 0.5,
  answerNs: 0.9 * MS,
  watchNs: 0.7 * MS,
  watchBacklogShare: 0.2,
  watcherNs: 0.035 * MS,
  watchersShare: 0.3,
  lookNs: 0.5 * MS,
  lookPodNs: 0.0003 * MS,
  planNs: 0.3 * MS,
  planEndpointNs: 0.016 * MS,
  syncLoad: 0.25,
};
