/** What a Service's slices were last told about. */
interface Known {
  serviceNs: number | undefined;
  /** When each pod last became ready or not, by the pod's name. */
  readonly pods: Map<string, number>;
}

/** Pods whose state may have changed since the last sync: the transition, `undefined` for none. */
export type PodTransitions = Iterable<readonly [pod: string, transitionNs: number | undefined]>;

/**
 * Finds the time that an update of a Service's endpoints goes back to: what
 * `endpoints.kubernetes.io/last-change-trigger-time` says, from which the network programming
 * latency is measured. Equal to TriggerTimeTracker of Kubernetes 1.36.
 *
 * The first sync answers with the Service's creation; each further one with the earliest Ready
 * transition (or Service creation) that is later than the one known before. No such change, as when
 * pods only go: no time, and the annotation is removed.
 */
export class TriggerTimeTracker {
  readonly #known = new Map<string, Known>();

  /**
   * Takes over what changed since the last sync of the Service: pods that are still selected with
   * their last Ready transition, pods that have gone with `undefined`. Unchanged pods may be named.
   */
  next(
    serviceKey: string,
    serviceCreatedNs: number | undefined,
    changed: PodTransitions,
  ): number | undefined {
    const before = this.#known.get(serviceKey);
    const known: Known = before ?? { serviceNs: undefined, pods: new Map() };
    let earliest: number | undefined;
    for (const [pod, transitionNs] of changed) {
      if (transitionNs === undefined) known.pods.delete(pod);
      else {
        if (isLater(transitionNs, known.pods.get(pod))) earliest = earlier(earliest, transitionNs);
        known.pods.set(pod, transitionNs);
      }
    }
    if (serviceCreatedNs !== undefined && isLater(serviceCreatedNs, known.serviceNs)) {
      earliest = earlier(earliest, serviceCreatedNs);
    }
    known.serviceNs = serviceCreatedNs;
    this.#known.set(serviceKey, known);
    return before === undefined ? serviceCreatedNs : earliest;
  }

  forget(serviceKey: string): void {
    this.#known.delete(serviceKey);
  }
}

function isLater(timeNs: number, thanNs: number | undefined): boolean {
  return thanNs === undefined || timeNs > thanNs;
}

function earlier(a: number | undefined, b: number): number {
  return a === undefined || b < a ? b : a;
}
