import fc from "fast-check";
import { expect, test } from "vitest";
import { readManifests } from "../../src/manifests/index.ts";
import { flowOrder } from "../../src/scenario/assumptions/sensitivity.ts";
import { prepareInput } from "../../src/scenario/input/prepare-input.ts";
import { restingCluster } from "../../src/scenario/world/resting-cluster.ts";
import {
  compileTraffic,
  expectedFlows,
  inferCallGraph,
  type ObservedEdge,
  trafficOfEdges,
} from "../../src/traffic/index.ts";

const NAMES = ["a", "b", "c", "d", "e"] as const;
const TEXT = NAMES.map(
  (name, index) =>
    `---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}}, spec: {replicas: ${1 + (index % 3)}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: i}]}}}}\n---\n{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {selector: {app: ${name}}, ports: [{port: 80}]}}\n`,
).join("");
const source = { file: "all.yaml", text: TEXT };
const graph = inferCallGraph(readManifests([source]).objects);
const { before } = prepareInput({ sources: [source] });
const cluster = restingCluster(before.objects, { kubernetesVersion: "1.36" });

const at = { file: "t.csv", line: 1, column: 1 };
const edge = fc.record({
  source: fc.constantFrom("outside", ...NAMES),
  destination: fc.constantFrom(...NAMES),
  requestsPerSecond: fc.double({ min: 0.01, max: 5_000, noNaN: true }),
  requestBytes: fc.integer({ min: 0, max: 100_000 }),
});

test("whatever was observed, rounds and self-calls included, each edge is expected at its measured rate and bytes", () => {
  fc.assert(
    fc.property(fc.array(edge, { minLength: 1, maxLength: 14 }), (observed) => {
      const edges = observed.map(
        ({ source: from, destination, requestsPerSecond, requestBytes }): ObservedEdge => ({
          source: from === "outside" ? from : `default/${from}`,
          destination: `default/${destination}:80`,
          requestsPerSecond,
          requestBytesPerSecond: requestsPerSecond * requestBytes,
          at,
        }),
      );
      const { spec, diagnostics } = trafficOfEdges(graph, edges);
      expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
      const plan = compileTraffic(spec, cluster.workloads);
      const network = cluster.networkFor(plan);
      const flows = expectedFlows(plan, network, flowOrder(plan, network));
      const measured = new Map<string, { rateHz: number; bytesHz: number }>();
      for (const { source: from, destination, ...rates } of edges) {
        const key = `${from} ${destination}`;
        const sum = measured.get(key) ?? { rateHz: 0, bytesHz: 0 };
        sum.rateHz += rates.requestsPerSecond ?? 0;
        sum.bytesHz += rates.requestBytesPerSecond ?? 0;
        measured.set(key, sum);
      }
      expect(plan.edges).toHaveLength(measured.size);
      for (const [index, planned] of plan.edges.entries()) {
        const workload = plan.workloads[planned.from]?.key.split("/").at(-1);
        const port = plan.servicePorts[planned.servicePort];
        const from = workload === undefined ? "outside" : `default/${workload}`;
        const wanted = measured.get(`${from} ${port?.service}:${port?.port}`);
        const { requestsHz = Number.NaN } = flows.edges[index] ?? {};
        const { rateHz, bytesHz } = wanted ?? { rateHz: Number.NaN, bytesHz: Number.NaN };
        expect(Math.abs(requestsHz / rateHz - 1)).toBeLessThan(1e-9);
        // A size is a whole number of bytes.
        expect(Math.abs(requestsHz * planned.requestBytes - bytesHz)).toBeLessThanOrEqual(
          0.500001 * requestsHz,
        );
      }
    }),
    { numRuns: 150 },
  );
});
