const SECOND = 1_000_000_000;

/** How long an entry outlives its last packet, by state (ns). */
export interface ConntrackTimeouts {
  readonly tcp: Readonly<Record<TCPState, number>>;
  /** Before an answer, and in the first two seconds. */
  readonly udpNs: number;
  /** Both sides have sent for more than two seconds. */
  readonly udpStreamNs: number;
  readonly sctp: Readonly<Record<SCTPState, number>>;
}

export type TCPState =
  | "syn-sent"
  | "syn-recv"
  | "established"
  | "fin-wait"
  | "close-wait"
  | "last-ack"
  | "time-wait"
  | "close";

export type SCTPState = "cookie-wait" | "established" | "shutdown" | "closed";

/**
 * Kernel 6.18 as measured, with what kube-proxy sets: TCP established 86,400 s instead of 432,000,
 * close-wait 3,600 s instead of 60.
 */
export const KUBE_PROXY_TIMEOUTS: ConntrackTimeouts = {
  tcp: {
    "syn-sent": 120 * SECOND,
    "syn-recv": 60 * SECOND,
    established: 86_400 * SECOND,
    "fin-wait": 120 * SECOND,
    "close-wait": 3600 * SECOND,
    "last-ack": 30 * SECOND,
    "time-wait": 120 * SECOND,
    close: 10 * SECOND,
  },
  udpNs: 30 * SECOND,
  udpStreamNs: 120 * SECOND,
  sctp: {
    "cookie-wait": 3 * SECOND,
    established: 210 * SECOND,
    shutdown: 3 * SECOND,
    closed: 10 * SECOND,
  },
};

/** Flags `--conntrack-max-per-core` and `--conntrack-min`. */
export function conntrackLimit(cores: number, maxPerCore = 32_768, min = 131_072): number {
  return Math.max(cores * maxPerCore, min);
}
