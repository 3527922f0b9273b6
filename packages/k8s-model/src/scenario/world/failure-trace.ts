/** A version of a slice as it was written, and how it came to a node. Times in ns after warm-up. */
export interface TracedVersion {
  /** `metadata.resourceVersion`. */
  readonly revision: string;
  readonly writtenNs: number;
}

/** The run of a proxy that put something in force. */
export interface TracedSync {
  readonly startNs: number;
  readonly endNs: number;
}

/**
 * The first attempt of its kind that reached nobody, with the view, the slice and the sync that made it
 * so. Attempts of one kind have cause, Service, node and endpoint in common, and either all open a
 * connection or all use one that stood.
 */
export interface FailureTrace {
  readonly failure: "refused" | "reset" | "timed-out";
  /** When it was decided, ns after warm-up, like all times here. */
  readonly atNs: number;
  /** All attempts of the kind, this one included, and when the last of them was decided. */
  readonly attempts: number;
  readonly lastNs: number;
  /** `namespace/name:port`. */
  readonly service: string;
  readonly node: string;
  /** Set where a load balancer chose the pod, by its own list, and no proxy did. */
  readonly byBalancer: boolean;
  /** Set where endpoint and node live, and are parted from each other. */
  readonly isCut: boolean;
  /** Absent where the view had no endpoint. */
  readonly endpoint?: {
    readonly pod: string;
    readonly address: string;
    /** When its application was told to end, and had not ended yet. */
    readonly signalledNs?: number;
    /** When the pod stopped answering; absent: before anything was observed. */
    readonly endedNs?: number;
    /** What ended: the pod alone, or its node with it. */
    readonly endedBy: "pod" | "node";
  };
  /** When the connection stood, where it did. */
  readonly establishedNs?: number;
  /** The slice, as in force on the node, that named the endpoint; absent: none did any more. */
  readonly slice?: TracedVersion & { readonly name: string; readonly sync?: TracedSync };
  /** The first version that no longer recommends it so; absent: none was in force before the run ended. */
  readonly newer?: TracedVersion & { readonly arrivedNs: number; readonly sync: TracedSync };
}

/** The trace in words: what was believed, since when, and when the news was in force on the node. */
export function failureInWords(trace: FailureTrace): string {
  const { failure, atNs, service, node, endpoint, establishedNs, isCut } = trace;
  const what = `At ${seconds(atNs)} an attempt to reach ${service} through ${node} ${VERBS[failure]}`;
  if (endpoint === undefined) return `${what}: the node's kube-proxy had no endpoint for it.`;
  const { pod, address, endedNs, endedBy, signalledNs } = endpoint;
  const ended = isCut
    ? "; its node cannot be reached from there"
    : endedNs === undefined
      ? signalledNs === undefined
        ? ""
        : `; the pod was told to end at ${seconds(signalledNs)}`
      : `; the ${endedBy} ended at ${seconds(endedNs)}`;
  const chosen = `${address} (${pod}`;
  if (establishedNs !== undefined) {
    return `${what}: its connection to ${chosen}) stood since ${momentOf(establishedNs)}${ended}.`;
  }
  if (trace.byBalancer) return `${what}: the load balancer still sent to ${chosen})${ended}.`;
  return `${what}: its kube-proxy still had ${chosen}${sliceInWords(trace)})${ended}; ${newsInWords(trace)}.`;
}

const VERBS = { refused: "was refused", reset: "was reset", "timed-out": "vanished" } as const;

function sliceInWords({ slice }: FailureTrace): string {
  if (slice === undefined) return "";
  const { name, revision, writtenNs, sync } = slice;
  const since =
    sync === undefined
      ? ""
      : `, in force from ${seconds(sync.endNs)} by its sync of ${seconds(sync.startNs)}`;
  return `; slice ${name} version ${revision}, written ${atMoment(writtenNs)}${since}`;
}

function newsInWords({ newer, atNs }: FailureTrace): string {
  if (newer === undefined) return "no version without it came into force in this run";
  const { revision, writtenNs, arrivedNs, sync } = newer;
  const is = writtenNs <= atNs ? "had been written" : "was written";
  return `version ${revision} without it ${is} at ${seconds(writtenNs)}, came to the node at ${seconds(arrivedNs)} and is in force from ${seconds(sync.endNs)} by its sync of ${seconds(sync.startNs)}`;
}

function atMoment(ns: number): string {
  return ns < 0 ? "before the measured time" : `at ${seconds(ns)}`;
}

function momentOf(ns: number): string {
  return ns < 0 ? "before the measured time" : seconds(ns);
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(3)} s`;
}
