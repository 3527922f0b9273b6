const MS = 1_000_000;

/** How a kernel's TCP times itself. */
export interface TcpProfile {
  /** First wait for an answer to a SYN. */
  readonly initialTimeoutNs: number;
  /** So many retransmissions of a SYN wait as long as the first one; the later ones ever twice as long. */
  readonly linearSynRetransmissions: number;
  readonly synRetransmissions: number;
  readonly synAckRetransmissions: number;
  /** How often data are sent again before the connection is given up (`tcp_retries2`). */
  readonly retransmissions: number;
  readonly minTimeoutNs: number;
  readonly delayedAckNs: number;
  /** ACKs sent at once at the start of a connection. */
  readonly quickAcks: number;
  /** The clock of timers: 4 ms at HZ 250. */
  readonly tickNs: number;
  readonly initialWindowSegments: number;
  /** How long a program's call holds its socket, for each segment that it sends. */
  readonly sendCallNs: number;
}

/** Linux 6.5 and later: SYNs after 1, 2, 3, 4, 5, 7 s, as measured on 6.18. */
export const LINUX_6_18: TcpProfile = {
  initialTimeoutNs: 1000 * MS,
  linearSynRetransmissions: 4,
  synRetransmissions: 6,
  synAckRetransmissions: 5,
  retransmissions: 15,
  minTimeoutNs: 200 * MS,
  delayedAckNs: 40 * MS,
  quickAcks: 16,
  tickNs: 4 * MS,
  initialWindowSegments: 10,
  sendCallNs: 40_000,
};

/** Before Linux 6.5: SYNs after 1, 3, 7, 15, 31, 63 s. */
export const LINUX_BEFORE_6_5: TcpProfile = { ...LINUX_6_18, linearSynRetransmissions: 0 };

/** How long to wait for an answer after the n-th retransmission of a SYN (0: the first SYN). */
export function synTimeoutNs(profile: TcpProfile, retransmissions: number): number {
  const doublings = Math.max(0, retransmissions - profile.linearSynRetransmissions);
  return profile.initialTimeoutNs * (1 << Math.min(doublings, 20));
}

/** How long to wait for an answer over a path of that round trip, in whole ticks. */
export function timeoutNs({ minTimeoutNs, tickNs }: TcpProfile, roundTripNs: number): number {
  return Math.ceil((minTimeoutNs + roundTripNs) / tickNs) * tickNs;
}
