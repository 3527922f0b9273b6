import { seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import type { Service } from "../../src/api/index.ts";
import {
  type ClusterOptions,
  cluster,
  deployment,
  openLoop,
  runScenario,
  scale,
  scenario,
  service,
} from "../../src/scenario/index.ts";
import type { ClientSpec } from "../../src/traffic/index.ts";

const WEB = deployment("web", { replicas: 2 });
const CALLER = deployment("caller", { replicas: 1 });
const CLIENT = openLoop({ from: { deployment: "caller" }, to: "web:80", ratePerSecond: 10 });

function run(given: Partial<ClusterOptions>): () => unknown {
  const bad = scenario("bad", {
    vary: {},
    runs: { replications: 1, warmUp: seconds(0), length: seconds(2) },
    build: () =>
      cluster({
        zones: { a: { nodes: 2 } },
        objects: [WEB, CALLER, service("web", { port: 80 })],
        traffic: [CLIENT],
        ...given,
      }),
    measure: ({ requests }) => ({ failed: requests.failedShare() }),
  });
  return () => runScenario(bad, { seed: "1" });
}

const webOf = (spec: Partial<Service["spec"]>): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "default" },
  spec: { ports: [{ port: 80 }], selector: { app: "web" }, ...spec },
});

function client(change: Partial<ClientSpec>): { traffic: readonly ClientSpec[] } {
  return { traffic: [{ ...CLIENT, ...change }] };
}

test("a Service that selects nothing is named, with the labels that nobody carries", () => {
  const objects = [WEB, CALLER, webOf({ selector: { app: "shop" } })];
  expect(run({ objects })).toThrowErrorMatchingInlineSnapshot(`
    [TrafficInputError: Client "caller": Service default/web selects nothing: no pod carries app=shop.
      Fix: let its selector name labels of a pod template, or add the workload.   [selects-nothing]]
  `);
});

describe("what cannot be simulated is an error with its place and the remedy", () => {
  const objects = [WEB, CALLER, service("web", { port: 80 })];
  test.each<[string, Partial<ClusterOptions>]>([
    ["unknown-service", client({ to: { service: "default/shop", port: 80 } })],
    ["unknown-service-port", client({ to: { service: "default/web", port: 8080 } })],
    ["unknown-workload", client({ workload: "default/Deployment/nobody" })],
    [
      "unknown-zone",
      { traffic: [openLoop({ from: { zone: "z" }, to: "web:80", ratePerSecond: 1 })] },
    ],
    ["no-sender", { objects: [WEB, deployment("caller", { replicas: 0 }), objects[2] as never] }],
    ["selects-nothing", { objects: [WEB, CALLER, webOf({ selector: {} })] }],
    [
      "external-name",
      {
        objects: [
          WEB,
          CALLER,
          webOf({ type: "ExternalName", externalName: "web.example.com", selector: {} }),
        ],
      },
    ],
    ["impossible-traffic", client({ load: { mode: "open", rateHz: -1 } })],
    ["impossible-traffic", client({ load: { mode: "open", rateHz: Number.NaN } })],
    ["impossible-traffic", client({ timeoutNs: -1 })],
    ["impossible-traffic", client({ requestBytes: -1 })],
    ["impossible-traffic", client({ responseBytes: Number.POSITIVE_INFINITY })],
    ["impossible-traffic", client({ retries: -1 })],
    [
      "impossible-traffic",
      client({ connection: { kind: "keep-alive", requestsPerConnection: 0 } }),
    ],
    ["impossible-traffic", { servers: [{ workload: "default/Deployment/web", workers: 0 }] }],
    ["impossible-traffic", { servers: [{ workload: "default/Deployment/web", queueLimit: -1 }] }],
    [
      "impossible-traffic",
      {
        servers: [
          {
            workload: "default/Deployment/web",
            serviceTime: { distribution: "exponential", meanNs: -5 },
          },
        ],
      },
    ],
    ["impossible-traffic", { defaults: { workers: 0 } }],
    ["impossible-traffic", { dns: { replicas: 0 } }],
    ["impossible-traffic", { dns: { processors: -1 } }],
    ["impossible-traffic", { conntrackMax: 0 }],
    ["bad-bandwidth", { linkBandwidths: { betweenZones: "fast" } }],
    ["bad-bandwidth", { linkBandwidths: { nodes: -1 } }],
    ["unknown-zone", { linkBandwidths: { pairs: { "a->z": "1Gbit" } } }],
    [
      "impossible-traffic",
      { roundTripDistributions: { "same-zone": { distribution: "exponential", meanNs: -1 } } },
    ],
    [
      "call-cycle",
      {
        calls: [{ from: "default/Deployment/web", to: { service: "default/web", port: 80 } }],
      },
    ],
  ])("%s: %j", (code, given) => {
    expect(run(given)).toThrow(`[${code}]`);
    expect(run(given)).toThrow("Fix: ");
  });
});

test("a client that is scaled up on the way may begin without a pod", () => {
  const changes = [scale("caller", { at: seconds(1), replicas: 2 })];
  const objects = [WEB, deployment("caller", { replicas: 0 }), service("web", { port: 80 })];
  expect(run({ objects, changes })).not.toThrow();
});
