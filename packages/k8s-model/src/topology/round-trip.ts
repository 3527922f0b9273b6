import { micros, millis, type SimTime } from "@k8s-netsim/sim-core";
import type { Distance } from "./distance.ts";

/** Round-trip time for each distance, in nanoseconds. */
export type RoundTripTimes = Readonly<Record<Distance, SimTime>>;

/**
 * Defaults inside the published ranges: same node tens of microseconds; same zone up to several
 * hundred microseconds inside a data centre (etcd.io, performance page); other zone 0.25 to 3.4 ms
 * between zones of one AWS region (best of 50 pings, xkyle.com), typically 0.3 to 1.5 ms; other
 * region about 50 ms within the United States (etcd.io). The choice inside the ranges is ours.
 */
export const DEFAULT_ROUND_TRIP_TIMES: RoundTripTimes = {
  "same-node": micros(30),
  "same-zone": micros(150),
  "other-zone": micros(700),
  "other-region": millis(50),
};
