import { describe, expect, test } from "vitest";
import { formatDiagnostic, readManifests } from "../../../src/manifests/index.ts";
import {
  isEdgeTable,
  readEdgeTable,
  renderEdgeTable,
  trafficOfEdges,
} from "../../../src/traffic/import/index.ts";
import { inferCallGraph } from "../../../src/traffic/inference/index.ts";
import type { TrafficSpec } from "../../../src/traffic/spec.ts";

function deployment(name: string, replicas = 2): string {
  return `---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}, namespace: shop}, spec: {replicas: ${replicas}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c}]}}}}\n`;
}

function service(name: string, ports: string, app = name): string {
  return `---\n{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: shop}, spec: {selector: {app: ${app}}, ports: ${ports}}}\n`;
}

const SHOP = [
  ...["web", "cart", "stock", "batch"].map((name) => deployment(name)),
  service("web", "[{port: 80}]"),
  service("cart", "[{port: 7000, name: grpc}, {port: 9090, name: http-metrics}]"),
  service("stock", "[{port: 80, name: http}]"),
].join("");
const graph = inferCallGraph(readManifests([{ file: "shop.yaml", text: SHOP }]).objects);

function apply(csv: string): { readonly spec: TrafficSpec; readonly told: string } {
  const { edges, diagnostics } = readEdgeTable({ file: "t.csv", text: csv });
  if (diagnostics.length > 0) {
    return {
      spec: { clients: [], calls: [], servers: [], defaults: {} },
      told: diagnostics.map(formatDiagnostic).join("\n"),
    };
  }
  const applied = trafficOfEdges(graph, edges);
  return { spec: applied.spec, told: applied.diagnostics.map(formatDiagnostic).join("\n") };
}

const HEAD =
  "source,destination,requests_per_second,request_bytes_per_second,response_bytes_per_second\n";

describe("observed edges become traffic", () => {
  test("what a workload sends while it serves is a number of calls for each request served", () => {
    const { spec, told } = apply(
      `${HEAD}outside,shop/web:80,100,50000,1000000\nshop/web,shop/cart:7000,250,25000,50000\nshop/web,shop/stock,10,,\n`,
    );
    expect(told).toBe("");
    expect(spec.clients).toMatchObject([
      {
        to: { service: "shop/web", port: 80 },
        load: { mode: "open", rateHz: 100 },
        requestBytes: 500,
        responseBytes: 10_000,
      },
    ]);
    expect(spec.calls).toMatchObject([
      { from: "shop/Deployment/web", callsPerRequest: 2.5, requestBytes: 100, responseBytes: 200 },
      {
        from: "shop/Deployment/web",
        to: { service: "shop/stock", port: 80 },
        callsPerRequest: 0.1,
      },
    ]);
    expect(spec.calls[1]?.requestBytes).toBeUndefined();
  });

  test("a workload that serves nobody is a source, and so is one that sends far more than it serves", () => {
    const { spec, told } = apply(
      `${HEAD}shop/batch,shop/stock:80,40,,\noutside,shop/web:80,0.1,,\nshop/web,shop/stock:80,30,,\n`,
    );
    expect(spec.clients.map(({ workload, load }) => [workload, load])).toEqual([
      ["shop/Deployment/batch", { mode: "open", rateHz: 40 }],
      [undefined, { mode: "open", rateHz: 0.1 }],
      ["shop/Deployment/web", { mode: "open", rateHz: 30 }],
    ]);
    expect(told).toContain("send more than 20 times what they serve");
  });

  test("calls that go round keep their rates: one of them begins a round of its own", () => {
    const { spec, told } = apply(
      `${HEAD}outside,shop/web:80,100,,\nshop/web,shop/cart:7000,100,,\nshop/cart,shop/web:80,10,,\nshop/web,shop/web:80,5,,\n`,
    );
    expect(told).toContain("Observed calls go round (");
    expect(spec.clients).toHaveLength(3);
    expect(spec.calls).toHaveLength(1);
    const [call] = spec.calls;
    // Everything that leads to the caller counts as served by it: 115 a second at web.
    const served = call?.from === "shop/Deployment/web" ? 115 : 100;
    expect(((call?.callsPerRequest ?? 0) * served) % 5).toBeCloseTo(0, 9);
  });

  test("records of one edge add up; with start and end each counts for its part of the time", () => {
    const head = "source;destination;requests_per_second;start;end\n";
    const { spec } = apply(
      `${head}outside;shop/web;30;2026-10-01T12:00:00Z;2026-10-01T12:01:00Z\noutside;shop/web;90;2026-10-01T12:01:00Z;2026-10-01T12:02:00Z\n`,
    );
    expect(spec.clients[0]?.load).toEqual({ mode: "open", rateHz: 60 });
  });

  test("edges known in bytes keep their bytes, whatever number of requests is assumed", () => {
    const head = "source,destination,request_bytes_per_second,response_bytes_per_second\n";
    const { spec, told } = apply(
      `${head}outside,shop/web,20000,1e9\nshop/web,shop/stock:http,5000,6000\n`,
    );
    const [client] = spec.clients;
    expect(client).toMatchObject({
      load: { rateHz: 100 },
      requestBytes: 200,
      responseBytes: 10_000_000,
    });
    const [call] = spec.calls;
    const rateHz = 100 * (call?.callsPerRequest ?? 0);
    expect(rateHz * (call?.requestBytes ?? 0)).toBeCloseTo(5000, 6);
    expect(rateHz * (call?.responseBytes ?? 0)).toBeCloseTo(6000, 6);
    expect(told).toContain("known in bytes only");
  });

  test("bytes that went without a request are not lost", () => {
    const { spec } = apply(`${HEAD}outside,shop/web,0,1000,10000\n`);
    expect(spec.clients).toMatchObject([{ requestBytes: 1_000, load: { rateHz: 1 } }]);
  });

  test("more requests than can be simulated are refused, with a way out", () => {
    expect(
      apply(`${HEAD}outside,shop/web,600000,,\nshop/web,shop/stock,600000,,\n`).told,
    ).toContain(
      "t.csv:2:1  1200000 requests a second were observed in all; at most 1000000 can be simulated.",
    );
  });

  test("counted connections say how many requests share one", () => {
    const head = "source,destination,requests_per_second,connections_per_second\n";
    const { spec } = apply(
      `${head}outside,shop/web,100,100\nshop/web,shop/cart:7000,100,0\nshop/web,shop/stock,100,4\nshop/batch,shop/stock,,3\n`,
    );
    expect([...spec.clients, ...spec.calls].map(({ connection }) => connection)).toEqual([
      { kind: "per-request", reason: "measured" },
      { kind: "per-request", reason: "measured" },
      { kind: "long-lived", reason: "measured" },
      { kind: "keep-alive", requestsPerConnection: 25, reason: "measured" },
    ]);
  });

  test("users outside come in by zone where that was seen; a port follows from the protocol", () => {
    const head = "source,source_zone,destination,protocol,requests_per_second\n";
    const { spec } = apply(
      `${head}203.0.113.0/24,zone-a,shop/cart.shop.svc.cluster.local,grpc,5\ninternet,zone-b,cart.shop,http,7\n`,
    );
    expect(spec.clients).toMatchObject([
      { zone: "zone-a", to: { port: 7000 }, load: { rateHz: 5 } },
      { zone: "zone-b", to: { port: 9090 }, load: { rateHz: 7 } },
    ]);
  });
});

test("the same traffic in YAML, JSON and CSV is the same", () => {
  const csv = apply(`${HEAD}outside,shop/web,100,50000,1000000\n`).spec;
  const yaml = `# ours\napiVersion: netsim/v1\nkind: ObservedTraffic\nedges:\n  - {source: outside, destination: shop/web, requestsPerSecond: 100, requestBytesPerSecond: 50000, responseBytesPerSecond: 1e6}\n`;
  const json = `{"apiVersion":"netsim/v1","kind":"ObservedTraffic","edges":[{"source":"outside","destination":"shop/web","requestsPerSecond":100,"requestBytesPerSecond":50000,"responseBytesPerSecond":1000000}]}`;
  expect(isEdgeTable(yaml) && isEdgeTable(json)).toBe(true);
  expect(apply(yaml).spec).toEqual(csv);
  expect(apply(json).spec).toEqual(csv);
  expect(isEdgeTable("apiVersion: netsim/v1\nkind: Traffic\nclients: []\n")).toBe(false);
});

test("what is rendered is read again as the same traffic", () => {
  const { edges } = readEdgeTable({
    file: "t.csv",
    text: `${HEAD}outside,shop/web,100,50000,1e6\n`,
  });
  const text = renderEdgeTable(edges, ["from\nsomewhere"]);
  expect(text).toMatchInlineSnapshot(`
    "# from somewhere
    source,destination,requests_per_second,request_bytes_per_second,response_bytes_per_second
    outside,shop/web,100,50000,1000000
    "
  `);
  expect(apply(text).spec).toEqual(apply(`${HEAD}outside,shop/web,100,50000,1e6\n`).spec);
});

describe("what cannot be is told with its place and a remedy", () => {
  test("names that are not in the input, with those most like them", () => {
    expect(
      apply(
        `${HEAD}shop/wep,shop/cart:7000,1,,\nshop/web,shop/carts:7000,1,,\nshop/web,shop/cart,1,,\nshop/web,shop/cart:81,1,,\n`,
      ).told,
    ).toMatchInlineSnapshot(`
      "t.csv:2:1  "shop/wep" is no workload of the input.
        Fix: write one of shop/Deployment/web, shop/Deployment/cart, shop/Deployment/batch; or outside, for senders that are not simulated.   [unknown-workload]
      t.csv:3:1  "shop/carts:7000" is no Service of the input.
        Fix: write [NAMESPACE/]SERVICE:PORT, such as shop/cart, shop/stock, shop/web; remove records of what is not in the input.   [unknown-service]
      t.csv:4:1  Service shop/cart has several ports.
        Fix: write one of shop/cart:7000, shop/cart:9090.   [unknown-service-port]
      t.csv:5:1  Service shop/cart has no port 81.
        Fix: write one of shop/cart:7000, shop/cart:9090.   [unknown-service-port]"
    `);
  });

  test.each([
    ["outside,shop/web,-1,,", 't.csv:2:18  requestsPerSecond: "-1" is negative.'],
    ["outside,shop/web,NaN,,", 't.csv:2:18  requestsPerSecond: "NaN" is no number.'],
    ["outside,shop/web,Infinity,,", 'requestsPerSecond: "Infinity" is no number.'],
    ["outside,shop/web,1e300,,", 'requestsPerSecond: "1e300" is more than any cluster has.'],
    ['outside,shop/web,"1,000",,', 'requestsPerSecond: "1,000" is no number.'],
    ["outside,shop/web,,,", "t.csv:2:1  The record says nothing of how much was sent."],
    [",shop/web,1,,", "t.csv:2:1  The record has no source."],
    ["outside,shop/web,1", "t.csv:2:1  The row has 3 fields, its header 5."],
    ["outside,shop/web,0,,", "Every rate of the observed traffic is 0"],
    ["__proto__,shop/web,1,,", '"__proto__" is no workload of the input.'],
    ["outside,constructor,1,,", '"constructor" is no Service of the input.'],
    ["shop/web,shop/cart:__proto__,1,,", 't.csv:2:1  "shop/cart:__proto__" is no Service'],
  ])("%s", (row, told) => {
    expect(apply(`${HEAD}${row}\n`).told).toContain(told);
  });

  test.each([
    ["source,destination,rps\noutside,web,1\n", 't.csv:1:20  There is no column "rps".'],
    ["source,requests_per_second\noutside,1\n", 'The header has no column "destination".'],
    ["source,destination,source\na,b,c\n", 't.csv:1:20  The column "source" occurs twice.'],
    ["source,destination,__proto__\na,b,c\n", 'There is no column "__proto__".'],
    [HEAD, "t.csv:1:1  The table has no record: nothing was observed."],
    [
      "source,destination,requests_per_second,start,end\na,b,1,2026-02-30T00:00:00Z,2026-03-01T00:00:00Z\n",
      "t.csv:2:7  start and end are no times.",
    ],
    [
      "source,destination,requests_per_second,start,end\na,b,1,20,10\n",
      "t.csv:2:7  The observation ends before it began.",
    ],
    ['{"kind":"ObservedTraffic","edges":[]}', "is neither a CSV table nor a document of kind"],
    [
      '{"apiVersion":"netsim/v1","kind":"ObservedTraffic","edges":[{"source":{"name":1}}]}',
      "source: this is no text or number.",
    ],
  ])("%j", (text, told) => {
    expect(apply(text).told).toContain(told);
  });
});
