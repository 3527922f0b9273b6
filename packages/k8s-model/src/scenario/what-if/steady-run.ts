import { type SimTime, Simulation } from "@k8s-netsim/sim-core";
import {
  type Network,
  RequestTraffic,
  type TrafficLedger,
  type TrafficPlan,
} from "../../traffic/index.ts";
import { trafficWays } from "../world/traffic-ways.ts";
import { type RunSettings, replicationSeed } from "./settings.ts";

/** One replication of traffic over a cluster at rest: warm-up, measured window, then to the end. */
export function steadyRun(
  plan: TrafficPlan,
  network: Network,
  settings: RunSettings,
  replication: number,
): TrafficLedger {
  const sim = new Simulation({ seed: replicationSeed(settings.seed, replication) });
  const traffic = new RequestTraffic({
    sim,
    plan,
    network,
    roundTripTimes: settings.roundTripTimes,
    ...trafficWays(sim, plan, network, settings.ways),
    measureFromNs: settings.warmUpNs,
    endNs: (settings.warmUpNs + settings.lengthNs) as SimTime,
  });
  traffic.start();
  sim.run();
  return traffic.ledger;
}
