import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDiagnostic, readManifests } from "../../../src/manifests/index.ts";
import { applyTraffic, parseTraffic, renderTraffic } from "../../../src/traffic/file/index.ts";
import { inferCallGraph, trafficOf } from "../../../src/traffic/inference/index.ts";
import type { DistributionSpec, TrafficSpec } from "../../../src/traffic/spec.ts";

const SHOP = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: load}
spec:
  template:
    spec:
      containers:
        - name: c
          env: [{name: WEB, value: "web:80"}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: c
          env: [{name: API_ADDR, value: "api:9000"}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec: {template: {metadata: {labels: {app: api}}, spec: {containers: [{name: c}]}}}
---
{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {app: web}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: api}, spec: {selector: {app: api}, ports: [{port: 9000, name: grpc}]}}
`;
const graph = inferCallGraph(readManifests([{ file: "shop.yaml", text: SHOP }]).objects);

function complaints(text: string): string {
  const { traffic, diagnostics } = parseTraffic(text, "t.yaml");
  const applied = traffic === undefined ? [] : applyTraffic(graph, traffic).diagnostics;
  return [...diagnostics, ...applied].map(formatDiagnostic).join("\n");
}

const HEAD = "apiVersion: netsim/v1\nkind: Traffic\n";

test("what was inferred is rendered with its evidence, and what is assumed as comments", () => {
  expect(renderTraffic(trafficOf(graph))).toMatchInlineSnapshot(`
    "# Who sends how much to whom. Settings after # are assumed or inferred; remove the # to give them.
    apiVersion: netsim/v1
    kind: Traffic

    clients:
        # shop.yaml:10 WEB names web:80
      - name: load
        workload: default/Deployment/load
        to: default/web:80
        # rate: 100/s
        # requestBytes: 1000
        # responseBytes: 10000
        # connection: keep-alive  # nothing says otherwise: HTTP/1.1 keep-alive assumed

    calls:
        # shop.yaml:21 API_ADDR names api:9000
      - from: default/Deployment/web
        to: default/api:9000
        # callsPerRequest: 1
        # requestBytes: 1000
        # responseBytes: 10000
        # connection: long-lived  # gRPC by port name "grpc"

    # servers:
    #   - workload: NAMESPACE/KIND/NAME
    #     workers: 8
    #     serviceTime: { distribution: exponential, mean: 5ms }
    #     queueLimit: 1000
    "
  `);
});

test("a rendered file that nobody edited gives the same traffic, assumptions included", () => {
  const inferred = trafficOf(graph);
  const { traffic, diagnostics } = parseTraffic(renderTraffic(inferred), "t.yaml");
  expect(diagnostics).toEqual([]);
  const applied = applyTraffic(graph, traffic as NonNullable<typeof traffic>);
  expect(applied.diagnostics).toEqual([]);
  expect(withoutOrigin(applied.spec)).toEqual(withoutOrigin(inferred));
  expect(applied.spec.calls.map(({ connection }) => connection)).toEqual(
    inferred.calls.map(({ connection }) => connection),
  );
});

test("every field is read, in its units", () => {
  const text = `${HEAD}defaults: {rate: 60/min, timeout: 2s, workers: 4, serviceTime: 3ms, requestBytes: 2kB}
clients:
  - {workload: load, to: web, port: 80, rate: 900/s, connection: per-request}
  - {name: people, zone: a, to: default/web:80, users: 50, thinkTime: {distribution: exponential, mean: 1.5s}, retries: 2}
calls:
  - from: Deployment/web
    to: api:9000
    callsPerRequest: 0.5
    requestBytes: 1.5KiB
    connection: {kind: keep-alive, requestsPerConnection: 7}
    timeout: 250ms
servers:
  - {workload: api, workers: 2, serviceTime: {distribution: logNormal, mean: 4ms, standardDeviation: 1ms}, queueLimit: 0}
`;
  const { traffic, diagnostics } = parseTraffic(text, "t.yaml");
  expect(diagnostics).toEqual([]);
  const { spec } = applyTraffic(graph, traffic as NonNullable<typeof traffic>);
  expect(spec).toMatchInlineSnapshot(`
    {
      "calls": [
        {
          "callsPerRequest": 0.5,
          "connection": {
            "kind": "keep-alive",
            "reason": "given",
            "requestsPerConnection": 7,
          },
          "from": "default/Deployment/web",
          "requestBytes": 1536,
          "timeoutNs": 250000000,
          "to": {
            "port": 9000,
            "service": "default/api",
          },
        },
      ],
      "clients": [
        {
          "connection": {
            "kind": "per-request",
            "reason": "given",
          },
          "load": {
            "mode": "open",
            "rateHz": 900,
          },
          "name": "load",
          "to": {
            "port": 80,
            "service": "default/web",
          },
          "workload": "default/Deployment/load",
        },
        {
          "connection": {
            "kind": "keep-alive",
            "reason": "nothing says otherwise: HTTP/1.1 keep-alive assumed",
          },
          "load": {
            "mode": "closed",
            "thinkTime": {
              "distribution": "exponential",
              "meanNs": 1500000000,
            },
            "users": 50,
          },
          "name": "people",
          "retries": 2,
          "to": {
            "port": 80,
            "service": "default/web",
          },
          "zone": "a",
        },
      ],
      "defaults": {
        "rateHz": 1,
        "requestBytes": 2000,
        "serviceTime": {
          "distribution": "constant",
          "valueNs": 3000000,
        },
        "timeoutNs": 2000000000,
        "workers": 4,
      },
      "servers": [
        {
          "queueLimit": 0,
          "serviceTime": {
            "distribution": "logNormal",
            "meanNs": 4000000,
            "standardDeviationNs": 1000000,
          },
          "workers": 2,
          "workload": "default/Deployment/api",
        },
      ],
    }
  `);
});

test("a section that the file leaves out stays as it was inferred", () => {
  const { traffic } = parseTraffic(`${HEAD}servers: [{workload: api, workers: 1}]`, "t.yaml");
  const { spec } = applyTraffic(graph, traffic as NonNullable<typeof traffic>);
  expect(spec).toEqual({
    ...trafficOf(graph),
    servers: [{ workload: "default/Deployment/api", workers: 1 }],
  });
});

test("what a file says wrongly is named with its place and the remedy", () => {
  const files = [
    "kind: Traffic",
    "",
    "[1",
    `${HEAD}client: []`,
    `${HEAD}clients: {}`,
    `${HEAD}clients:\n  - to: web:80\n    rate: fast`,
    `${HEAD}clients:\n  - to: web:80\n    rate: -1`,
    `${HEAD}clients:\n  - to: web`,
    `${HEAD}clients:\n  - to: web:80\n    users: 3\n    rate: 5/s`,
    `${HEAD}clients:\n  - to: web:80\n    mode: closed`,
    `${HEAD}clients:\n  - to: web:80\n    thinkTime: 5ms`,
    `${HEAD}clients:\n  - to: wbe:80\n  - to: web:81\n  - {to: web:80, workload: laod}`,
    `${HEAD}calls:\n  - {from: web, to: api:9000, timeout: 5}`,
    `${HEAD}calls:\n  - {from: web, to: api:9000, connection: sticky}`,
    `${HEAD}calls:\n  - {from: web, to: api:9000}\n  - {from: api, to: web:80}`,
    `${HEAD}clients:\n  - {name: a, to: web:80}\n  - {name: a, to: web:80}`,
    `${HEAD}calls:\n  - {from: web, to: api:9000}\n  - {from: web, to: api:9000}`,
    `${HEAD}servers:\n  - {workload: api}\n  - {workload: api, workers: 2}`,
    `${HEAD}servers:\n  - {workload: api, serviceTime: {distribution: exponential, avg: 5ms}}`,
    `${HEAD}servers:\n  - {workload: api, serviceTime: {distribution: zipf}}`,
    `${HEAD}servers:\n  - {workload: api, workers: 0}`,
    `${HEAD}---\n${HEAD}`,
  ];
  expect(files.map(complaints).join("\n")).toMatchInlineSnapshot(`
    "t.yaml:1:1  apiVersion: this should be "netsim/v1".   [traffic-file]
    t.yaml:1:1  t.yaml is empty.
      Fix: pass a file with one document.   [not-one-document]
    t.yaml:1:3  The file ends where a "," or the closing "]" is expected.
      Fix: mend the JSON here, or write the file again with kubectl get -o json.   [json-syntax]
    t.yaml:3:1  client: there is no field "client" here.
      Fix: write clients, if that is meant.   [traffic-file]
    t.yaml:3:1  clients: this should be a list.   [traffic-file]
    t.yaml:5:5  clients[0].rate: "fast" is not a rate; write for example 900/s or 60/min.   [traffic-file]
    t.yaml:5:5  clients[0].rate: this should be at least 0.   [traffic-file]
    t.yaml:4:5  clients[0].to: the port is missing; write web:80 with the port meant.   [traffic-file]
    t.yaml:6:5  clients[0].rate: users who wait for answers have no rate of their own; remove rate, or users and mode.   [traffic-file]
    t.yaml:5:5  clients[0].mode: mode closed needs users, their number.   [traffic-file]
    t.yaml:5:5  clients[0].thinkTime: thinkTime belongs to users; add users, or remove it.   [traffic-file]
    t.yaml:4:5  default/wbe is no Service of the input.
      Fix: write one of default/web, default/api.   [unknown-service]
    t.yaml:5:5  Service default/web has no port 81.
      Fix: write one of default/web:80.   [unknown-service-port]
    t.yaml:6:5  "laod" is no workload of the input.
      Fix: write one of default/Deployment/api, default/Deployment/load, default/Deployment/web.   [unknown-workload]
    t.yaml:4:31  calls[0].timeout: write a duration with its unit, such as 5ms or 1m30s.   [traffic-file]
    t.yaml:4:31  calls[0].connection: this should be "per-request" or "keep-alive" or "long-lived".   [traffic-file]
    t.yaml:4:5  Calls go round: default/Deployment/api -> default/Deployment/web -> default/Deployment/api. A request would never end.
      Fix: remove one of these calls.   [call-cycle]
    t.yaml:5:5  The client a of default/web:80 stands twice.
      Fix: write it once, or give the second another name.   [repeated-traffic]
    t.yaml:5:5  The call from web to default/api:9000 stands twice.
      Fix: write it once, or give the second another name.   [repeated-traffic]
    t.yaml:5:5  The server api stands twice.
      Fix: write it once, or give the second another name.   [repeated-traffic]
    t.yaml:4:62  servers[0].serviceTime.avg: there is no field "avg" here.   [traffic-file]
    t.yaml:4:35  servers[0].serviceTime.distribution: this should be one of constant, uniform, exponential, normal, logNormal, pareto, weibull and gamma.   [traffic-file]
    t.yaml:4:21  servers[0].workers: this should be more than 0.   [traffic-file]
    t.yaml:1:1  t.yaml holds more than one document.
      Fix: pass a file with one document.   [not-one-document]"
  `);
});

const ns = fc.integer({ min: 1, max: 10_000_000_000 });
const shape = fc.double({ min: 0.1, max: 50, noNaN: true });
const distribution: fc.Arbitrary<DistributionSpec> = fc.oneof(
  fc.record({ distribution: fc.constant("constant" as const), valueNs: ns }),
  fc.record({ distribution: fc.constant("uniform" as const), lowNs: ns, highNs: ns }),
  fc.record({ distribution: fc.constant("exponential" as const), meanNs: ns }),
  fc.record({
    distribution: fc.constantFrom("normal" as const, "logNormal" as const),
    meanNs: ns,
    standardDeviationNs: ns,
  }),
  fc.record({
    distribution: fc.constantFrom("pareto" as const, "weibull" as const, "gamma" as const),
    scaleNs: ns,
    shape,
  }),
);
const optional = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(fields, { requiredKeys: [] });
const bytes = fc.integer({ min: 0, max: 1e9 });
const connection = fc.oneof(
  fc.record({
    kind: fc.constantFrom("per-request" as const, "long-lived" as const),
    reason: fc.constant("given"),
  }),
  fc.record({
    kind: fc.constant("keep-alive" as const),
    requestsPerConnection: fc.integer({ min: 1, max: 1e6 }),
    reason: fc.constant("given"),
  }),
  fc.record({
    kind: fc.constantFrom("keep-alive" as const, "long-lived" as const),
    connections: fc.integer({ min: 1, max: 1e5 }),
    maxAgeNs: ns,
    reason: fc.constant("given"),
  }),
);
const backoff = fc.tuple(ns, ns).map(([a, b]) => ({
  baseNs: Math.min(a, b),
  maxNs: Math.max(a, b),
}));
const retryBudget = fc.record(
  {
    ratio: fc.integer({ min: 0, max: 1_000 }).map((percent) => percent / 100),
    burst: fc.integer({ min: 1, max: 1e6 }),
    perSecond: fc.integer({ min: 0, max: 1e6 }),
  },
  { requiredKeys: ["ratio"] },
);
const request = optional({
  requestBytes: bytes,
  responseBytes: bytes,
  connection,
  timeoutNs: ns,
  retries: fc.integer({ min: 0, max: 100 }),
  backoff,
  retryBudget,
  retriesOverloaded: fc.boolean(),
  hedgeAfterNs: ns,
});
const count = fc
  .double({ min: 0, max: 1e6, noNaN: true })
  .map((value) => (value === 0 ? 0 : value));
const to = fc.constantFrom(
  { service: "default/web", port: 80 },
  { service: "default/api", port: 9000 },
);
const load = fc.oneof(
  optional({ rateHz: count }).map((rate) => ({ mode: "open" as const, ...rate })),
  fc
    .tuple(fc.integer({ min: 1, max: 1e6 }), optional({ thinkTime: distribution }))
    .map(([users, think]) => ({ mode: "closed" as const, users, ...think })),
);
const name = fc.oneof(
  fc.stringMatching(/^[a-z0-9-]{1,20}$/),
  fc.constantFrom("yes", "12", "a: b", "# x", '"', "0644", "é", "-"),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const spec: fc.Arbitrary<TrafficSpec> = fc.record({
  clients: fc.uniqueArray(
    fc
      .tuple(
        name,
        to,
        load,
        request,
        optional({ workload: fc.constant("default/Deployment/load"), zone: name }),
      )
      .map(([clientName, target, clientLoad, rest, where]) => ({
        name: clientName,
        ...where,
        to: target,
        load: clientLoad,
        ...rest,
      })),
    { maxLength: 3, selector: (client) => client.name },
  ),
  calls: fc.array(
    fc.tuple(request, optional({ callsPerRequest: count })).map(([rest, calls]) => ({
      from: "default/Deployment/web",
      to: { service: "default/api", port: 9000 },
      ...calls,
      ...rest,
    })),
    { maxLength: 1 },
  ),
  servers: fc.array(
    optional({
      workers: fc.integer({ min: 1, max: 1e6 }),
      serviceTime: distribution,
      queueLimit: fc.integer({ min: 0, max: 1e6 }),
      cores: fc.integer({ min: 1, max: 1e6 }).map((eighths) => eighths / 8),
    }).map((server) => ({ workload: "default/Deployment/api", ...server })),
    { maxLength: 1 },
  ),
  defaults: optional({
    rateHz: count,
    thinkTime: distribution,
    requestBytes: bytes,
    requestsPerConnection: fc.integer({ min: 1, max: 1e6 }),
    timeoutNs: ns,
    workers: fc.integer({ min: 1, max: 1e6 }),
    serviceTime: distribution,
  }),
});

test("traffic that is rendered and read again is the same", () => {
  fc.assert(
    fc.property(spec, (given) => {
      const { traffic, diagnostics } = parseTraffic(renderTraffic(given), "t.yaml");
      expect(diagnostics).toEqual([]);
      const applied = applyTraffic(graph, traffic as NonNullable<typeof traffic>);
      expect(applied.diagnostics).toEqual([]);
      expect(withoutOrigin(applied.spec)).toEqual(withoutOrigin(given));
    }),
    { numRuns: 300, seed: 3 },
  );
});

/** Evidence is a comment and does not come back; everything else does. */
function withoutOrigin(traffic: TrafficSpec): unknown {
  const bare = (entries: readonly object[]) =>
    entries.map((entry) => {
      const { evidence, connection, ...rest } = entry as Record<string, unknown>;
      const inferred = (connection as { reason?: string } | undefined)?.reason !== "given";
      return inferred ? rest : { ...rest, connection };
    });
  return { ...traffic, clients: bare(traffic.clients), calls: bare(traffic.calls) };
}
