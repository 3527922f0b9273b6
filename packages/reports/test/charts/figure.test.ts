import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { callGraphChart } from "../../src/charts/call-graph.ts";
import { standaloneSvg } from "../../src/charts/figure.ts";
import { intervalChart } from "../../src/charts/intervals.ts";
import { latencyChart } from "../../src/charts/latency.ts";
import { layOut } from "../../src/charts/layered-layout.ts";
import { loadChart, selectLoad } from "../../src/charts/load.ts";
import { linearTicks, logTicks } from "../../src/charts/scale.ts";
import { timelineChart } from "../../src/charts/timeline.ts";
import { sampleResult, transientResult } from "../fixtures/sample-result.ts";

const { charts, input, measures } = transientResult;
const configurations = ["before", "after"];
const label = (id: string): string => id;
const intervals = [
  { label: "as it is", series: 0, estimate: { value: 0.66, low: 0.62, high: 0.7, n: 10 } },
  { label: "changed", estimate: { value: 0.02, low: null, high: null, n: 1 } },
];

function allCharts(): readonly string[] {
  const [measure] = measures;
  if (measure === undefined || charts.timeline === undefined) throw new Error("fixture");
  return [
    latencyChart(charts.latency, { width: 700, label }),
    loadChart(selectLoad(charts.load), { width: 700, configurations, label }),
    timelineChart(charts.timeline, { width: 700, measure, configurations }),
    callGraphChart(input.callGraph, input.services),
    intervalChart(intervals, { width: 700, unit: "share", title: "t", description: "d" }),
  ];
}

describe("charts", () => {
  it("have the same bytes on every release of Node", () => {
    const hash = createHash("sha256").update(allCharts().join("\n")).digest("hex");
    expect(hash).toMatchInlineSnapshot(
      `"68ee72d35dc56eebacef21352c6b99da77d35f272e486e16c089d0d0bc0580a9"`,
    );
  });

  it("write no coordinate finer than a hundredth", () => {
    for (const chart of allCharts()) expect(chart).not.toMatch(/\d\.\d{3,}/);
  });

  it("are empty where there is nothing to draw", () => {
    expect(latencyChart([], { width: 700, label })).toBe("");
    expect(loadChart(selectLoad([]), { width: 700, configurations, label })).toBe("");
    expect(callGraphChart([])).toBe("");
    expect(intervalChart([], { width: 700, unit: "ns", title: "t", description: "d" })).toBe("");
  });

  it("draw an estimate without an interval as a bar alone", () => {
    const chart = allCharts().at(-1) ?? "";
    expect(chart.match(/<circle/g)).toHaveLength(2);
    expect(chart).toContain(">66.0%</text>");
  });

  it("bring their colours along where they stand alone", () => {
    const [chart = ""] = allCharts();
    expect(standaloneSvg(chart)).toMatch(/^<svg [^>]*><style>\.figure\{--ink:/);
  });
});

describe("the load chart's choice", () => {
  it("puts the most uneven Service first and leaves out those with one endpoint", () => {
    const chosen = selectLoad(sampleResult.charts.load);
    expect(chosen.single).toBe(1);
    expect(chosen.services).not.toContain("shop/redis-cart");
    const peak = (service: string): number =>
      Math.max(
        ...chosen.points.filter((one) => one.service === service).map((one) => one.relativeToMean),
      );
    expect(chosen.services.map(peak)).toEqual([...chosen.services.map(peak)].sort((a, b) => b - a));
  });

  it("keeps the busiest and the idlest endpoint of a Service with thousands", () => {
    const load = Array.from({ length: 5000 }, (_, index) => ({
      configuration: "before",
      service: "web",
      endpoint: `web-${index}`,
      zone: "a",
      relativeToMean: index / 2500,
    }));
    const { points, thinned } = selectLoad(load);
    const loads = points.map(({ relativeToMean }) => relativeToMean);
    expect(points.length + thinned).toBe(5000);
    expect(points.length).toBeLessThan(100);
    expect([Math.min(...loads), Math.max(...loads)]).toEqual([0, 4999 / 2500]);
  });
});

describe("the call graph", () => {
  it("draws cycles and calls to itself", () => {
    const edge = { port: "http", callsPerRequest: 1, evidence: "assumed", connection: "" };
    const chart = callGraphChart([
      { ...edge, from: "a", to: "b" },
      { ...edge, from: "b", to: "a" },
      { ...edge, from: "b", to: "b" },
    ]);
    expect(chart.match(/<rect/g)).toHaveLength(2);
    expect(chart.match(/<path/g)).toHaveLength(3);
  });

  it("draws a workload that calls as the Service it stands behind", () => {
    const edge = { port: "http", callsPerRequest: 1, evidence: "web.yaml:3", connection: "" };
    const calls = [
      { ...edge, from: "client", to: "shop/web" },
      { ...edge, from: "shop/Deployment/web", to: "shop/cart" },
    ];
    const web = {
      name: "shop/web",
      type: "ClusterIP",
      ports: [],
      workloads: ["shop/Deployment/web"],
      endpointsByZone: {},
    };
    expect(callGraphChart(calls).match(/<rect/g)).toHaveLength(4);
    expect(callGraphChart(calls, [web]).match(/<rect/g)).toHaveLength(3);
  });

  it("leads a call past the boxes between its ends", () => {
    const { boxes, routes } = layOut(
      [
        { from: "a", to: "b" },
        { from: "b", to: "c" },
        { from: "a", to: "c" },
      ],
      { box: 40, gap: 10 },
    );
    expect(boxes.map(({ name, layer }) => [name, layer])).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 2],
    ]);
    const gap = routes[2]?.[1];
    const between = boxes[1];
    expect([gap?.isGap, gap?.layer]).toEqual([true, 1]);
    expect(Math.abs((gap?.y ?? 0) - (between?.y ?? 0))).toBe(25);
  });

  it("gives way to the table where it would be a hairball", () => {
    const edges = Array.from({ length: 100 }, (_, index) => ({
      from: "a",
      to: `b${index}`,
      port: "http",
      callsPerRequest: 1,
      evidence: "assumed",
      connection: "",
    }));
    expect(callGraphChart(edges)).toBe("");
  });
});

describe("ticks", () => {
  it("are round numbers inside the range", () => {
    expect(linearTicks(0, 1.34, 8)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1, 1.2]);
    expect(linearTicks(3, 3, 5)).toEqual([3]);
    expect(logTicks(2e6, 3e8, 10)).toEqual([2e6, 5e6, 1e7, 2e7, 5e7, 1e8, 2e8]);
    expect(logTicks(1, 1e6, 4)).toEqual([1, 1e6]);
  });
});
