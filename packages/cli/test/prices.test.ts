import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command, inFolder, type Outcome, SHOP } from "./run-command.ts";

const SHORT = ["--replications", "2", "--length", "2s", "--warm-up", "0s"];
const TRAFFIC = `source,destination,requests_per_second,request_bytes_per_second,response_bytes_per_second
outside,web:80,100,50000,2000000
web,cart:7070,100,20000,100000
web,internet,,3000,1000
`;
const PRICES = `apiVersion: netsim/v1
kind: Prices
label: ours
source: a contract
date: "2026-10-01"
unit: GB
betweenZones: { sender: 0.01, receiver: 0.01 }
loadBalancer: { perUnit: 0.008, perHour: 0.02 }
natGateway: { perUnit: 0.04, perHour: 0.05 }
`;
const FILES = { "shop.yaml": SHOP, "traffic.csv": TRAFFIC, "prices.yaml": PRICES };

function ask(folder: string, ...more: readonly string[]): Promise<Outcome> {
  const words = more.map((word) => word.replace("DIR", folder));
  return command("what-if", "-f", join(folder, "shop.yaml"), ...SHORT, ...words);
}

interface Bill {
  readonly tables: readonly {
    readonly title: string;
    readonly rows: readonly (readonly unknown[])[];
  }[];
  readonly billExcludes: readonly string[];
  readonly assumptions: readonly { readonly name: string; readonly value: string }[];
}

async function bill(folder: string, ...more: readonly string[]): Promise<Bill> {
  const { out } = await ask(folder, "--json", "--traffic", "DIR/traffic.csv", ...more);
  return JSON.parse(out) as Bill;
}

function northSouth({ tables }: Bill): readonly (readonly unknown[])[] {
  return tables.find(({ title }) => title === "North-south bill")?.rows ?? [];
}

describe("prices", () => {
  test("what goes in and out is on a bill of its own where prices are given", () =>
    inFolder(FILES, async (folder) => {
      const found = await bill(folder, "--prices", "DIR/prices.yaml");
      const costs = new Map(northSouth(found).map((row) => [row[0], row[4]]));
      // 4 kB a second both ways, 0.04 USD a GB; three zones, 730 hours.
      expect(costs.get("data through NAT gateways")).toBeCloseTo(0.04 * 4e-6 * 730 * 3600, 9);
      expect(costs.get("3 NAT gateways, hours")).toBeCloseTo(3 * 730 * 0.05, 9);
      expect(costs.get("1 load balancers, hours")).toBeCloseTo(730 * 0.02, 9);
      expect(Number(costs.get("data through load balancers"))).toBeGreaterThan(30);
      expect(costs.get("answers to users outside")).toBeNull();
      expect(found.billExcludes.join("\n")).toContain(
        "data sent to the Internet: no sourced price in ours",
      );
    }));

  test("what has no price, or is not known, is said to be missing", () =>
    inFolder(FILES, async (folder) => {
      const gcp = await bill(folder, "--prices", "gcp");
      expect(northSouth(gcp)).toEqual([]);
      expect(gcp.billExcludes.join("\n")).toContain(
        "NAT gateways: no sourced price in Google Cloud",
      );
      const { out } = await ask(folder, "--json");
      const assumed = JSON.parse(out) as Bill;
      expect(northSouth(assumed)).toEqual([]);
      expect(assumed.billExcludes.join("\n")).toContain(
        "the input does not say what pods send to the Internet",
      );
    }));

  test("a price on a date is the newest one that was in force", () =>
    inFolder(FILES, async (folder) => {
      expect((await ask(folder, "--prices", "azure@2025-01-01")).code).toBe(0);
    }));

  test.each([
    [["--prices", "awz"], "--prices awz: there is no price table and no file of that name."],
    [["--prices", "aws@soon"], "--prices aws@soon: this is no date."],
    [["--prices", "aws@2025-02-30"], "this is no date."],
    [["--prices", "azure@2024-05-01"], "the prices of Azure that are known are of 2024-05-21."],
    [
      ["--prices", "aws", "--provider", "aws"],
      "--provider and --prices both say whose prices count.",
    ],
    [["--prices", "DIR/traffic.csv"], "traffic.csv:1:1"],
    [["--prices", "__proto__"], "there is no price table and no file of that name."],
    [["--provider", "constructor"], "there is no price table of that name."],
  ])("%j ends with 2 and a remedy", (words, message) =>
    inFolder(FILES, async (folder) => {
      const { code, err } = await ask(folder, ...words);
      expect({ code, told: err.includes(message) }).toEqual({ code: 2, told: true });
      expect(err).toContain("Fix: ");
    }),
  );
});
