import type { SctpTrackingState } from "./sctp-tracking.ts";
import type { TcpTrackingState } from "./tcp-tracking.ts";

const NS = 1_000_000_000;

/** How long connection tracking keeps an idle entry. Names after the `nf_conntrack_*` settings. */
export interface TrackingTimeouts {
  readonly tcpNs: Readonly<Record<TcpTrackingState, number>>;
  /** Data sent several times without an answer. */
  readonly tcpMaxRetransNs: number;
  readonly udpNs: number;
  readonly udpStreamNs: number;
  readonly icmpNs: number;
  readonly sctpNs: Readonly<Record<SctpTrackingState, number>>;
}

/**
 * Linux' defaults (read from a network namespace of kernel 6.18) with the two that kube-proxy sets:
 * established TCP one day, close-wait one hour.
 */
export const TRACKING_TIMEOUTS: TrackingTimeouts = {
  tcpNs: {
    NONE: 120 * NS,
    SYN_SENT: 120 * NS,
    SYN_RECV: 60 * NS,
    ESTABLISHED: 86_400 * NS,
    FIN_WAIT: 120 * NS,
    CLOSE_WAIT: 3600 * NS,
    LAST_ACK: 30 * NS,
    TIME_WAIT: 120 * NS,
    CLOSE: 10 * NS,
    SYN_SENT2: 120 * NS,
  },
  tcpMaxRetransNs: 300 * NS,
  udpNs: 30 * NS,
  udpStreamNs: 120 * NS,
  icmpNs: 30 * NS,
  sctpNs: {
    CLOSED: 10 * NS,
    COOKIE_WAIT: 3 * NS,
    COOKIE_ECHOED: 3 * NS,
    ESTABLISHED: 210 * NS,
    SHUTDOWN_SENT: 3 * NS,
    SHUTDOWN_RECD: 3 * NS,
    SHUTDOWN_ACK_SENT: 3 * NS,
  },
};
