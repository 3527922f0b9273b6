import { type Measure, type Result, renderHtml } from "@k8s-netsim/reports";
import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { visible } from "../src/words/visible.ts";
import { harmlessResult, hostileNames, hostileResult } from "./fixtures/hostile-result.ts";
import {
  gridResult,
  sampleResult,
  serviceNames,
  studyResult,
  transientResult,
} from "./fixtures/sample-result.ts";

const page = (html: string): Document => parseHTML(html).document;

describe("the HTML report", () => {
  it("shows question, answer, verdict and warnings before anything else", () => {
    const header = page(renderHtml(sampleResult)).querySelector("header")?.textContent ?? "";
    const { question, answer, warnings } = sampleResult;
    const places = [question, answer, "An expectation is missed", ...warnings].map((text) =>
      header.indexOf(text),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  it("has every Service, finding, patch, assumption, kind and the command", () => {
    const text = page(renderHtml(sampleResult)).body.textContent ?? "";
    const { findings, assumptions, input, reproduce, billExcludes = [] } = sampleResult;
    const wanted = [
      ...serviceNames,
      ...findings.flatMap(({ message, rule, patch }) => [
        message,
        rule ?? "",
        patch?.yaml.trim() ?? "",
      ]),
      ...assumptions.flatMap(({ name, value, source }) => [name, value, source]),
      ...[...input.simulated, ...input.inferenceOnly, ...input.ignored].map(({ kind }) => kind),
      ...input.callGraph.map(({ evidence }) => evidence),
      ...input.unschedulable.map(({ reason }) => reason),
      ...billExcludes,
      reproduce.command,
    ];
    expect(wanted.filter((part) => !text.includes(part))).toEqual([]);
  });

  it("scrolls a grid of many measures, and folds differences that fill pages, without empty columns", () => {
    const measures = Array.from({ length: 9 }, (_, i) => ({
      ...(gridResult.measures[0] as Measure),
      id: `m${i}`,
      label: `Measure ${i}`,
    }));
    const interval = { value: 1, low: 0.5, high: 1.5, n: 3 };
    const [first, ...others] = gridResult.configurations.map(({ id }) => id) as [string];
    const wide: Result = {
      ...gridResult,
      measures,
      estimates: gridResult.configurations.flatMap(({ id: configuration }) =>
        measures.map(({ id }) => ({
          measure: id,
          configuration,
          scope: "all",
          estimate: interval,
        })),
      ),
      differences: others.flatMap((to) =>
        measures.map(({ id }) => ({
          measure: id,
          from: first,
          to,
          scope: "all",
          estimate: interval,
          relative: null,
        })),
      ),
    };
    const estimates = page(renderHtml(wide)).querySelector("#estimates");
    expect(estimates?.querySelector(".scroll > table")?.textContent).toContain("Measure 8");
    const folded = estimates?.querySelector("details:not([open])");
    expect(folded?.querySelector("summary")?.textContent).toContain("45 rows");
    const heads = [...(folded?.querySelectorAll("thead th") ?? [])].map((one) => one.textContent);
    expect(heads).toEqual(["Measure", "From", "To", "Change", "95% interval"]);
  });

  it("keeps the sampling interval apart from the range of assumptions", () => {
    const rows = [...page(renderHtml(sampleResult)).querySelectorAll("#estimates tbody tr")];
    const cells = [...(rows[0]?.querySelectorAll("td") ?? [])].map((cell) => [
      cell.getAttribute("data-label"),
      cell.textContent,
    ]);
    expect(cells).toEqual([
      ["as it is", "66.6%"],
      ["changed", "2.14%"],
      ["Change", "−64.5 pp"],
      ["95% interval", "−64.6 … −64.4 pp"],
      ["Relative", "−96.8%"],
      ["Assumptions ½ … 2×", "−91.6 … −45.1 pp"],
    ]);
  });

  it("draws traffic between zones, latency and load, and a timeline where there is one", () => {
    const titles = (html: string) =>
      [...page(html).querySelectorAll("figcaption h3")].map((title) => title.textContent);
    expect(titles(renderHtml(sampleResult))).toEqual([
      "Traffic between zones",
      "Latency",
      "Load per endpoint",
    ]);
    expect(titles(renderHtml(transientResult))[0]).toBe("Over time");
  });

  it("shows a grid of configurations where there is no pair to compare", () => {
    const rows = page(renderHtml(gridResult)).querySelectorAll("#estimates tbody tr");
    expect([...rows].map((row) => row.querySelector("th")?.textContent)).toEqual(
      gridResult.configurations.map(({ label }) => label),
    );
  });

  it("names every figure and scrolling region for a screen reader", () => {
    const document = page(renderHtml(transientResult));
    const named = [...document.querySelectorAll("svg.figure, [role=region], pre")];
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((element) => !element.getAttribute("aria-label"))).toEqual([]);
    expect(document.querySelectorAll("table:not(:has(caption))")).toHaveLength(0);
  });

  it("needs nothing from outside and forbids it", () => {
    const html = renderHtml(transientResult);
    const document = page(html);
    expect(
      document.querySelector("meta[http-equiv=Content-Security-Policy]")?.getAttribute("content"),
    ).toBe("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'");
    expect(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
      /https?:|url\(|@import|<link|<script|\ssrc=|\shref=/,
    );
  });
});

describe("a hostile input", () => {
  const html = renderHtml(hostileResult);
  const document = page(html);

  it("adds no element and no handler to the page", () => {
    const names = new Set([...document.querySelectorAll("*")].map(({ localName }) => localName));
    for (const name of ["script", "img", "iframe", "b", "a", "object", "base"]) {
      expect(names.has(name), name).toBe(false);
    }
    const attributes = [...document.querySelectorAll("*")].flatMap((one) =>
      one.getAttributeNames(),
    );
    expect(attributes.filter((name) => name.startsWith("on"))).toEqual([]);
  });

  it("has the same structure as a harmless one", () => {
    const shape = (one: Document) =>
      [...one.querySelectorAll("body *")]
        .filter(({ localName }) => localName !== "tspan")
        .map(({ localName }) => localName)
        .sort()
        .join(" ");
    const harmless = page(renderHtml(harmlessResult));
    expect(shape(document).match(/\b(?:section|table|figure|article|svg)\b/g)).toEqual(
      shape(harmless).match(/\b(?:section|table|figure|article|svg)\b/g),
    );
  });

  it("shows each name as it is written, invisible characters spelled out", () => {
    const text = document.body.textContent ?? "";
    const missing = hostileNames.filter(
      (name) => !text.includes(visible(name)) && !text.includes(visible(name, { keepLines: true })),
    );
    expect(missing).toEqual([]);
  });

  it("cannot reorder text or write a control character", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for control characters
    expect(html).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  });
});

it("a scenario's own charts and tables are on the page, and what a logarithm cannot show is not", () => {
  const shown = page(renderHtml(studyResult));
  expect(shown.querySelector("#tables")?.textContent).toContain("1.50 GB");
  const chart = [...shown.querySelectorAll("figure")].find((figure) =>
    figure.textContent?.includes("Egress"),
  );
  expect(chart?.querySelectorAll(".legend li")).toHaveLength(2);
  const line = chart?.querySelector(".wide svg g[aria-label=line] path")?.getAttribute("d") ?? "";
  expect(line.split("L")).toHaveLength(2);
  expect(chart?.querySelectorAll(".wide svg g[aria-label=dot] circle")).toHaveLength(1);
});
