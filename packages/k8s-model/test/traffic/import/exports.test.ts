import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatDiagnostic, readManifests } from "../../../src/manifests/index.ts";
import {
  type AddressBook,
  addressBook,
  awsFlowLog,
  FlowLogImport,
  gcpFlowLog,
  HubbleImport,
  type ImportedTraffic,
  importPrometheus,
  renderEdgeTable,
  renderMeasureTable,
  trafficOfEdges,
} from "../../../src/traffic/import/index.ts";
import { inferCallGraph } from "../../../src/traffic/inference/index.ts";

/** Exports of a cluster of two zones: web and cart, a pod of each in both. */
const folder = new URL("../../fixtures/traffic-exports/", import.meta.url);
const fixture = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const { objects } = readManifests([{ file: "dump.json", text: fixture("dump.json") }]);
const book = addressBook(objects);

interface LineImport {
  line(text: string, file: string, line: number): void;
  finish(): ImportedTraffic;
}

function byLine(into: LineImport, text: string): ImportedTraffic {
  for (const [index, line] of text.split("\n").entries()) into.line(line, "log", index + 1);
  return into.finish();
}

function flowLog(text: string, format?: string): ImportedTraffic {
  return byLine(new FlowLogImport(book, awsFlowLog(format)), text);
}

function shown({ edges, measures, notes, diagnostics }: ImportedTraffic): string {
  expect(diagnostics).toEqual([]);
  return `${renderEdgeTable(edges, notes)}\n${renderMeasureTable(measures)}`;
}

function told({ diagnostics }: ImportedTraffic): string {
  return diagnostics.map(formatDiagnostic).join("\n");
}

describe("flow logs of a VPC", () => {
  test("version 2: both ends of a flow count once, answers go to those who asked, the rest is named", () => {
    expect(shown(flowLog(fixture("vpc-flow-v2.log")))).toMatchInlineSnapshot(`
      "# 1 record is left out: their sender is a node's own address: probes, pods on the host's network, or users outside who were counted where they came in.
      # 1 record is left out: they were rejected.
      # 1 record is left out: AWS recorded nothing for lack of capacity (SKIPDATA): rates are too low.
      # Traffic inside a node does not pass an interface that is logged: it is missing.
      source,destination,request_bytes_per_second,response_bytes_per_second
      outside,shop/web:80,5000,50000
      shop/Deployment/web,internet,41.6667,
      shop/Deployment/web,shop/cart:7070,750,2000

      measure,scope,value,unit
      crossZoneBytes,all,2750,B/s
      zonePairBytes,eu-central-1a->eu-central-1b,2250,B/s
      zonePairBytes,eu-central-1b->eu-central-1a,500,B/s
      "
    `);
  });

  test("a custom format: addresses of pods rather than of interfaces, and connections by their SYN", () => {
    expect(shown(flowLog(fixture("vpc-flow-custom.log")))).toMatchInlineSnapshot(`
      "# Traffic inside a node does not pass an interface that is logged: it is missing.
      source,destination,request_bytes_per_second,response_bytes_per_second,connections_per_second
      shop/Deployment/web,shop/cart:7070,1000,4000,0.0166667

      measure,scope,value,unit
      crossZoneBytes,all,5000,B/s
      zonePairBytes,eu-central-1a->eu-central-1b,4000,B/s
      zonePairBytes,eu-central-1b->eu-central-1a,1000,B/s
      "
    `);
  });

  test("Google Cloud's entries give what AWS's give for the same flows", () => {
    const gcp = byLine(new FlowLogImport(book, gcpFlowLog()), fixture("gcp-flow.jsonl"));
    const [header = "", ...lines] = fixture("vpc-flow-custom.log").split("\n");
    const without = (line: string): string => line.replace(/ 6 (2|18) /, " 6 - ");
    const aws = flowLog([header, ...lines.map(without)].join("\n"));
    expect(shown(gcp)).toBe(shown(aws));
  });

  test("Google Cloud's entries may be a list over many lines, or all in one", () => {
    const entries = fixture("gcp-flow.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    const read = (text: string) => byLine(new FlowLogImport(book, gcpFlowLog()), text);
    const lines = shown(read(fixture("gcp-flow.jsonl")));
    expect(shown(read(JSON.stringify(entries, null, 2)))).toBe(lines);
    expect(shown(read(JSON.stringify(entries)))).toBe(lines);
    expect(told(read("[{]"))).toContain("log:1:1  The");
    expect(told(read('{"jsonPayload":{}}'))).toContain("The entry has no connection.");
    expect(told(read("2 1 eni-1"))).toContain("The line is no part of an entry in JSON.");
  });

  test("what CloudWatch exports has a time before each record", () => {
    const stamped = fixture("vpc-flow-v2.log").replaceAll(/^(?=2 )/gm, "2026-09-21T14:13:20.000Z ");
    expect(shown(flowLog(stamped))).toBe(shown(flowLog(fixture("vpc-flow-v2.log"))));
  });

  test("a format that is given reads what a header would", () => {
    const [header = "", ...lines] = fixture("vpc-flow-custom.log").split("\n");
    const format = header.replaceAll(/\S+/g, (name) => `\${${name}}`);
    expect(shown(flowLog(lines.join("\n"), format))).toBe(
      shown(flowLog(fixture("vpc-flow-custom.log"))),
    );
  });

  const record = (text: string): string => `2 1 eni-1 ${text} 1790000000 1790000060 ACCEPT OK`;
  test.each([
    ["2 1 eni-1 10.0.0.20", "log:1:1  The record has 4 fields, the log's format 14."],
    [record("10.0.0.299 10.0.1.41 1 7070 6 1 5"), 'log:1:11  srcaddr: "10.0.0.299" is no address.'],
    [record("10.0.0.20 10.0.1.41 1 7070 6 1 -5"), 'bytes: "-5" is no whole number.'],
    [record("10.0.0.20 10.0.1.41 1 7070 6 1 NaN"), 'bytes: "NaN" is no whole number.'],
    [
      "2 1 eni-1 10.0.0.20 10.0.1.41 1 7070 6 1 5 20 10 ACCEPT OK",
      'log:1:47  end: "10" is before the start.',
    ],
    [
      "version srcaddr dstaddr bytes",
      "The log has no field srcport, dstport, protocol, start, end.",
    ],
    ["", "The log holds no record."],
  ])("%j", (line, message) => {
    expect(told(flowLog(line))).toContain(message);
  });

  test("a file of another kind is given up on rather than complained about for ever", () => {
    const read = new FlowLogImport(book, awsFlowLog());
    for (let line = 1; line < 1_000; line += 1) read.line("{}", "log", line);
    expect(read.gaveUp).toBe(true);
    expect(read.finish().diagnostics).toHaveLength(20);
  });
});

describe("flows of Hubble", () => {
  const hubble = (text: string, with_: AddressBook | undefined = book): ImportedTraffic =>
    byLine(new HubbleImport(with_), text);

  test("connections by their first packet, requests where layer 7 is seen, each once", () => {
    expect(shown(hubble(fixture("hubble.jsonl")))).toMatchInlineSnapshot(`
      "# 1 flow is left out: their sender is a node or Cilium itself.
      # 1 flow is left out: they were dropped.
      # 1 flow is left out: no Service leads to where they go (outside:443).
      # 1 flow is left out: Hubble itself lost them: rates are too low.
      source,destination,requests_per_second,connections_per_second
      outside,shop/web:80,0.133333,0.2
      shop/Deployment/web,shop/cart:7070,,0.2

      measure,scope,value,unit
      requests,shop/web,0.133333,/s
      latencyP50,shop/web,5.0135,ms
      latencyP90,shop/web,6.97958,ms
      latencyP99,shop/web,6.97958,ms
      "
    `);
  });

  test("without manifests flows count that name the Service that was called", () => {
    const named = fixture("hubble.jsonl").replaceAll(
      '"event_type":',
      '"destination_service":{"name":"cart","namespace":"shop"},"event_type":',
    );
    const { edges } = byLine(new HubbleImport(undefined), named);
    expect(edges.map(({ source, destination }) => [source, destination])).toContainEqual([
      "shop/web",
      "shop/cart",
    ]);
    expect(byLine(new HubbleImport(undefined), fixture("hubble.jsonl")).edges).toEqual([]);
  });

  test("a gateway may count as users outside", () => {
    const outside = new Set(["shop/web"]);
    const { edges } = byLine(new HubbleImport(book, outside), fixture("hubble.jsonl"));
    expect(new Set(edges.map(({ source }) => source))).toEqual(new Set(["outside"]));
  });

  test.each([
    ["{", "log:1:1  The line is no flow of Hubble in JSON."],
    ["[1]", "The line is no flow of Hubble in JSON."],
    ['{"flow":{"time":"soon","verdict":"FORWARDED"}}', `The flow's time "soon" is none.`],
    ["", "The file holds no flow."],
    [
      '{"flow":{"time":"2026-01-01T00:00:00Z","verdict":"FORWARDED"}}',
      "All flows are of one moment",
    ],
    [
      '{"flow":{"time":"2026-01-01T00:00:00Z","verdict":"FORWARDED","__proto__":{"l4":1}}}',
      "All flows",
    ],
  ])("%j", (text, message) => {
    expect(told(hubble(text))).toContain(message);
  });
});

describe("answers of Prometheus", () => {
  const requests = { file: "requests.json", text: fixture("istio-requests.json") };
  const bytes = { file: "bytes.json", text: fixture("istio-response-bytes.json") };
  const p99 = { file: "p99.json", text: fixture("istio-p99.json"), quantity: "p99" as const };

  test("rates of the source's proxy, growth of counters across a restart, quantiles to compare with", () => {
    const outside = new Set(["istio-system/istio-ingressgateway"]);
    expect(shown(importPrometheus([requests, bytes, p99], outside))).toMatchInlineSnapshot(`
      "# 2 series are left out: what is called is no Service of the cluster (api.payments.example, PassthroughCluster).
      source,destination,protocol,requests_per_second,response_bytes_per_second
      outside,shop/web,http,103,1000000
      shop/web,shop/cart,grpc,210.25,83333.3

      measure,scope,value,unit
      requests,shop/web,103,/s
      requests,shop/cart,210.25,/s
      latencyP99,shop/cart,23.75,ms
      "
    `);
  });

  test("Linkerd's labels are understood, too", () => {
    const metric = {
      deployment: "web",
      namespace: "shop",
      dst_service: "cart",
      dst_namespace: "shop",
    };
    const result = [
      {
        metric,
        values: [
          [1, "10"],
          [2, "20"],
        ],
      },
    ];
    const text = JSON.stringify({ status: "success", data: { resultType: "matrix", result } });
    const { edges } = importPrometheus([{ file: "l.json", text }]);
    expect(edges).toMatchObject([
      { source: "shop/web", destination: "shop/cart", requestsPerSecond: 15 },
    ]);
  });

  const answer = (metric: object, value: unknown): string =>
    JSON.stringify({
      status: "success",
      data: { resultType: "vector", result: [{ metric, value }] },
    });
  const known = {
    source_workload: "web",
    source_workload_namespace: "shop",
    destination_service_name: "cart",
    destination_service_namespace: "shop",
  };
  test.each([
    [answer(known, [1, "-3"]), 'The value "-3" is no rate.'],
    [answer(known, [1, "NaN"]), 'The value "NaN" is no rate.'],
    [answer(known, [1, "+Inf"]), 'The value "+Inf" is no rate.'],
    [answer(known, "3"), "This is no pair of a time and a value."],
    [answer({}, [1, "3"]), "The series does not say which Service is called."],
    [answer({ ...known, source_workload: "" }, [1, "3"]), "The series does not say who calls."],
    [answer({ ...known, __name__: "istio_requests_total" }, [1, "3"]), "A counter at one moment"],
    [answer({ ...known, __name__: "up" }, [1, "3"]), 'The metric "up" is not known.'],
    ['{"status":"error","error":"parse error"}', "Prometheus answered with an error: parse error"],
    ["[]", "This is no vector and no matrix of Prometheus' HTTP API."],
    ["{", "q.json:1:2"],
  ])("%s", (text, message) => {
    expect(told(importPrometheus([{ file: "q.json", text }]))).toContain(message);
  });
});

test("every import gives edges that what-if can simulate on the same cluster", () => {
  const graph = inferCallGraph(objects);
  const imports = [
    flowLog(fixture("vpc-flow-v2.log")),
    byLine(new HubbleImport(book), fixture("hubble.jsonl")),
    importPrometheus(
      [{ file: "r.json", text: fixture("istio-requests.json") }],
      new Set(["istio-ingressgateway"]),
    ),
  ];
  for (const { edges } of imports) {
    const { spec, diagnostics } = trafficOfEdges(graph, edges);
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(spec.clients.map(({ to }) => to.service)).toEqual(["shop/web"]);
    expect(spec.calls.map(({ from, to }) => [from, to.service])).toEqual([
      ["shop/Deployment/web", "shop/cart"],
    ]);
  }
});
