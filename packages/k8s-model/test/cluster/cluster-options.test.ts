import { Simulation } from "@k8s-netsim/sim-core";
import { expect, test } from "vitest";
import { Cluster, type ClusterOptions } from "../../src/cluster/index.ts";

const clusterWith = (options: ClusterOptions): Cluster =>
  new Cluster(new Simulation({ seed: "options" }), options);

test("slices take 1 to 1,000 endpoints, as --max-endpoints-per-slice allows", () => {
  for (const maxEndpointsPerSlice of [0, -1, 1.5, 1001, Number.NaN]) {
    expect(() => clusterWith({ maxEndpointsPerSlice })).toThrow("maxEndpointsPerSlice cannot be");
  }
  for (const maxEndpointsPerSlice of [1, 1000]) {
    expect(clusterWith({ maxEndpointsPerSlice }).nodes).toBeDefined();
  }
});

test("clients that may never send anything are refused", () => {
  for (const rate of ["controllerQps", "schedulerQps", "kubeletQps"]) {
    expect(() => clusterWith({ timings: { [rate]: 0 } })).toThrow(`The timing ${rate} cannot be 0`);
  }
});
