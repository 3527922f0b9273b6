import {
  cluster,
  deployment,
  openLoop,
  runScenario,
  scenario,
  service,
} from "@k8s-netsim/k8s-model/scenario";
import { seconds } from "@k8s-netsim/sim-core";
import { expect, it } from "vitest";

const ZONE = "topology.kubernetes.io/zone";

const compared = scenario("topology-keys", {
  question: "Does the semi-manual way keep bytes in the zone as the automatic one does?",
  vary: { way: ["none", "keys", "distribution"] },
  runs: { replications: 5, warmUp: seconds(1), length: seconds(5) },
  build: ({ way }) =>
    cluster({
      zones: { a: { nodes: 1 }, b: { nodes: 1 }, c: { nodes: 1 } },
      objects: [
        deployment("web", { replicas: { a: 1, b: 1, c: 1 } }),
        service("web", {
          port: 80,
          ...(way === "keys" ? { topologyKeys: [ZONE, "*"] } : {}),
          ...(way === "distribution" ? { trafficDistribution: "PreferSameZone" } : {}),
        }),
      ],
      traffic: [openLoop({ from: { zone: "a" }, to: "web:80", ratePerSecond: 50 })],
    }),
  metrics: {
    crossZone: { label: "Bytes that cross zones", unit: "share", better: "lower" },
  },
  measure: ({ bytes }) => ({ crossZone: bytes.share({ sameZone: false }) }),
  expect: {
    "without a policy some bytes leave the zone": ({ at, metric }) =>
      metric.crossZone.where(at.way("none")).above(0.1),
    "topology keys keep them": ({ at, metric }) =>
      metric.crossZone.where(at.way("keys")).below(0.001),
    "so does the traffic distribution": ({ at, metric }) =>
      metric.crossZone.where(at.way("distribution")).below(0.001),
  },
});

it("a scenario that gives a Service topologyKeys puts that retired policy in force", () => {
  const { expectations } = runScenario(compared, { seed: "keys", check: true });
  expect(expectations.map(({ verdict }) => verdict)).toEqual(["met", "met", "met"]);
});
