import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { command, inFolder, SHOP } from "./run-command.ts";

const SHORT = ["--replications", "4", "--length", "4s", "--warm-up", "1s"];
const TRAFFIC = `source,destination,requests_per_second,request_bytes_per_second,response_bytes_per_second
outside,web:80,200,100000,4000000
web,cart:7070,400,80000,400000
`;
const FILES = { "shop.yaml": SHOP, "traffic.csv": TRAFFIC };

function ask(folder: string, ...more: readonly string[]): ReturnType<typeof command> {
  const files = ["-f", join(folder, "shop.yaml"), "--traffic", join(folder, "traffic.csv")];
  return command("what-if", ...files, ...SHORT, ...more);
}

/** All that the same traffic moves each second is known: of three zones two are others. */
const MET = `measure,scope,value,unit
requests,web,200,/s
requests,cart,400,/s
crossZoneBytes,all,3.05,MB/s
`;
const OFF = `${MET}p99,cart,1,ms\n`;

describe("the back-check", () => {
  test("today's numbers are met: said in every format, and money per month is counted", () =>
    inFolder({ ...FILES, "observed.csv": MET }, async (folder) => {
      const out = join(folder, "out");
      const observed = ["--observed", join(folder, "observed.csv")];
      const { code, out: text } = await ask(folder, ...observed, "--fail-on-misfit", "--out", out);
      expect(code).toBe(0);
      expect(text).toContain("Back-check: 3 of 3 observed numbers are met");
      expect(text).toContain("✔ Requests default/web");
      expect(text).toContain("per month");
      const written = (file: string): string => readFileSync(join(out, file), "utf8");
      expect(written("report.md")).toContain("### Back-check");
      expect(written("report.html")).toContain('id="back-check"');
      expect(written("junit.xml")).toContain("back-check: today");
      expect(JSON.parse(written("result.json"))).toMatchObject({
        backCheck: {
          verdict: "met",
          rows: [
            { label: "Requests", scope: "default/web", unit: "per-second", observed: 200 },
            { label: "Requests", scope: "default/cart", observed: 400, verdict: "met" },
            { label: "Bytes between zones", scope: "all", unit: "bytes-per-second" },
          ],
        },
      });
    }));

  test("a number that is off is warned of, and decides the exit code where asked for", () =>
    inFolder({ ...FILES, "observed.csv": OFF }, async (folder) => {
      const observed = ["--observed", join(folder, "observed.csv")];
      const told = await ask(folder, ...observed);
      expect(told.code).toBe(0);
      expect(told.out).toContain("! Today's numbers are not met: see the back-check");
      expect(told.out).toContain("Service times are assumed: --save-traffic");
      expect((await ask(folder, ...observed, "--fail-on-misfit")).code).toBe(1);
    }));

  test("an allowance says how far off a number may be", () =>
    inFolder({ ...FILES, "observed.csv": "measure,value\nrequests,230\n" }, async (folder) => {
      const asked = ["--observed", join(folder, "observed.csv"), "--fail-on-misfit", "--misfit"];
      expect((await ask(folder, ...asked, "20%")).code).toBe(0);
      expect((await ask(folder, ...asked, "0.05")).code).toBe(1);
    }));

  test.each([
    [
      [
        "--observed",
        "DIR/observed.csv",
        "--fault",
        "zone=zone-a@1s",
        "--replicas",
        "4",
        "--set",
        "Service/web:spec.sessionAffinity=ClientIP",
      ],
      "--observed is compared with the cluster as it is",
    ],
    [["--misfit", "20%"], "--misfit says nothing without observed numbers."],
    [["--fail-on-misfit"], "--fail-on-misfit says nothing without observed numbers."],
    [["--observed", "DIR/none.csv"], "none.csv cannot be read: it does not exist."],
    [
      ["--observed", "DIR/traffic.csv"],
      "neither a CSV table nor a document of kind ObservedMeasures",
    ],
    [["--observed", "DIR/observed.csv", "--misfit", "-1"], "ambiguous"],
    [["--observed", "DIR/observed.csv", "--misfit=much"], "--misfit much: not a misfit"],
  ])("%j ends with 2 and a remedy", (words, message) =>
    inFolder({ ...FILES, "observed.csv": MET }, async (folder) => {
      const { code, err } = await ask(folder, ...words.map((word) => word.replace("DIR", folder)));
      expect({ code, told: err.includes(message) }).toEqual({ code: 2, told: true });
      expect(err).toContain("Fix: ");
    }),
  );

  test("an anonymised report names nothing of the observed numbers", () =>
    inFolder(
      {
        "shop.yaml": SHOP.replaceAll("cart", "plantedcart"),
        "traffic.csv": TRAFFIC.replaceAll("cart", "plantedcart"),
        "observed.csv": OFF.replaceAll("cart", "plantedcart"),
      },
      async (folder) => {
        const observed = ["--observed", join(folder, "observed.csv")];
        const { out } = await ask(folder, ...observed, "--anonymise", "--json");
        expect(out).not.toContain("plantedcart");
        expect(out).not.toContain(folder);
      },
    ));
});
