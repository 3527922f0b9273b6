import { describe, expect, test } from "vitest";
import { formatDiagnostic } from "../../../src/manifests/index.ts";
import { readObservedNumbers } from "../../../src/scenario/back-check/index.ts";

const about = {
  services: new Set(["default/web", "shop/cart"]),
  zones: new Set(["eu-1a", "eu-1b"]),
};

function read(text: string): ReturnType<typeof readObservedNumbers> {
  return readObservedNumbers({ file: "o.csv", text }, about);
}

function told(row: string): string {
  return read(`measure,scope,value,unit\n${row}\n`).diagnostics.map(formatDiagnostic).join("\n");
}

const DAY = 86_400;
const MONTH = 730 * 3600;

test.each([
  ["crossZoneShare,all,64,%", 0.64],
  ["crossZoneShare,,0.64,", 0.64],
  ["crossZoneBytes,shop/cart,1.5,MB/s", 1.5e6],
  ["crossZoneBytes,all,100 GiB/day,", (100 * 2 ** 30) / DAY],
  ["crossZoneBytes,all,8,Mbit/s", 1e6],
  ["zonePairBytes,eu-1a->eu-1b,2,TB/month", 2e12 / MONTH],
  ["zonePairBytes,eu-1b → eu-1a,2,B/s", 2],
  ["requests,web,90,/min", 1.5],
  ["requests,web,90,", 90],
  ["p99,shop/cart,12.5,ms", 12.5e6],
  ["latencyP50,shop/cart,800us,", 800_000],
  ["cost,all,310,USD/month", 310],
  ["costPerMonth,all,10,USD/day", 10 * (MONTH / DAY)],
  ["failed,all,0.1%,", 0.001],
  ["busiestEndpoint,web,1.4,", 1.4],
])("%s is %f in the quantity's own unit", (row, value) => {
  const { numbers, diagnostics } = read(`measure,scope,value,unit\n${row}\n`);
  expect(diagnostics).toEqual([]);
  expect(numbers[0]?.value).toBeCloseTo(value, 6);
});

describe("what cannot be is told with its place and a remedy", () => {
  test("whole sentences", () => {
    expect(
      told("crossZoneBites,all,1,MB/s\np99,shop/card,5,ms\nzonePairBytes,eu-1a->eu-1c,1,B/s"),
    ).toMatchInlineSnapshot(`
      "o.csv:2:1  There is no measure "crossZoneBites".
        Fix: write crossZoneBytes or crossZoneShare.   [observed-measures]
      o.csv:3:5  latencyP99: "shop/card" is no Service that is called.
        Fix: write all, or one of shop/cart, default/web.   [observed-measures]
      o.csv:4:15  "eu-1a->eu-1c" is no pair of zones of the input.
        Fix: write FROM->TO with two of the zones eu-1a, eu-1b.   [observed-measures]"
    `);
  });

  test.each([
    ["p99,web,5,", "o.csv:2:9  latencyP99 has no unit."],
    ["p99,web,5,MB/s", 'o.csv:2:11  latencyP99 cannot be in "MB/s".'],
    ["crossZoneBytes,all,5,GB", 'crossZoneBytes cannot be in "GB".'],
    ["crossZoneBytes,all,5,__proto__/s", 'cannot be in "__proto__/s".'],
    ["requests,all,-3,/s", 'requests: "-3" is negative.'],
    ["requests,all,NaN,/s", 'requests: "NaN" is no number.'],
    ["requests,all,1e999,/s", 'requests: "1e999" is no number.'],
    ["crossZoneShare,all,64,", 'crossZoneShare: "64" is more than all.'],
    ["__proto__,all,1,", 'There is no measure "__proto__".'],
    ["constructor,all,1,", 'There is no measure "constructor".'],
    [",all,1,", "The record names no measure."],
    ["requests,all,,", 'requests: "" is no number.'],
    ["zonePairBytes,all,1,B/s", '"all" is no pair of zones of the input.'],
    ["requests,all,1,/s\nrequests,all,2,/s", "o.csv:3:1  requests of all is given twice."],
  ])("%s", (row, message) => {
    expect(told(row)).toContain(message);
  });

  test("a file without a number", () => {
    expect(read("measure,value\n").diagnostics[0]?.message).toBe("No number is given.");
    expect(read("nothing").diagnostics[0]?.message).toContain("neither a CSV table nor a document");
  });
});
