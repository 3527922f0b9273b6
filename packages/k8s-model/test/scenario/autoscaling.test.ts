import { applyDefaults, type Deployment } from "@k8s-netsim/k8s-model/api";
import { syntheticNodes } from "@k8s-netsim/k8s-model/control-plane";
import { autoscaler, deployment, openLoop, service } from "@k8s-netsim/k8s-model/scenario";
import { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES } from "@k8s-netsim/k8s-model/topology";
import { minutes, type SimTime, seconds } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";
import { type LiveRun, liveRun } from "../../src/scenario/world/live-run.ts";

/** 600 requests a second of 10 ms each keep six workers busy, of four in each pod. */
function run(minutesLong: number, ratePerSecond = 600): LiveRun {
  const web = deployment("web", {
    replicas: 2,
    server: { workers: 4, serviceTime: { distribution: "constant", valueNs: 10_000_000 } },
  });
  const objects = [
    ...syntheticNodes({ zones: ["a"], nodesPerZone: 2, kubernetesVersion: "v1.36.0" }),
    ...[
      web,
      service("web", { port: 80 }),
      autoscaler("web", { min: 1, max: 5, cpuUtilization: 50 }),
    ]
      .flatMap((part) => part.objects)
      .map((object) => applyDefaults(object)),
  ];
  return liveRun({
    objects,
    traffic: {
      clients: [openLoop({ from: { zone: "a" }, to: "web:80", ratePerSecond })],
      calls: [],
      servers: web.servers,
      defaults: {},
    },
    settings: {
      seed: "autoscaling",
      replications: 1,
      warmUpNs: seconds(0),
      lengthNs: minutes(minutesLong),
      roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
      prices: PRICE_TABLES.aws,
    },
    replication: 0,
    kubernetesVersion: "1.36",
    faults: [],
    binNs: seconds(1) as SimTime,
  });
}

const replicas = ({ cluster }: LiveRun): number | undefined =>
  cluster.store.get<Deployment>("Deployment", "default/web")?.spec.replicas;

describe("an autoscaler under simulated load", () => {
  it("makes as many pods as keep the busy share of their workers at the target", () => {
    expect(replicas(run(2))).toBe(3);
  });

  it("makes as many as it may under more load than they can serve", () => {
    expect(replicas(run(3, 3000))).toBe(5);
  });

  it("keeps the pods of the start for the downscale window, then as few as the load needs", () => {
    expect(replicas(run(4, 60))).toBe(2);
    expect(replicas(run(7, 60))).toBe(1);
  });
});
