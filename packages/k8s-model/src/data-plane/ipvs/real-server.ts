/** One endpoint of a virtual server as the kernel counts it, on one node. */
export interface RealServer {
  /** `address:port` */
  readonly key: string;
  /** 0: takes no new connections, keeps those it has. */
  weight: number;
  /** Established connections. */
  active: number;
  /** Connections that are closing, and UDP flows. */
  inactive: number;
}

/** `ipvsadm --scheduler`. */
export type IpvsScheduler = "rr" | "wrr" | "lc" | "wlc" | "sh" | "dh" | "sed" | "nq" | "mh";

export const IPVS_SCHEDULERS: readonly IpvsScheduler[] = [
  "rr",
  "wrr",
  "lc",
  "wlc",
  "sh",
  "dh",
  "sed",
  "nq",
  "mh",
];

/** What hashing schedulers look at. */
export interface IpvsClient {
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
}
