import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { command, inFolder } from "./run-command.ts";

/** Exports of a cluster of two zones, and what kubectl said of it. */
const EXPORTS = fileURLToPath(
  new URL("../../k8s-model/test/fixtures/traffic-exports/", import.meta.url),
);
const DUMP = join(EXPORTS, "dump.json");

function imported(...words: readonly string[]): ReturnType<typeof command> {
  return command("import-traffic", ...words.map((word) => word.replace("EXPORTS/", EXPORTS)));
}

describe("import-traffic", () => {
  test("what it writes is what what-if takes: traffic to simulate, numbers to compare with", () =>
    inFolder({}, async (folder) => {
      const [traffic, observed] = [join(folder, "t.csv"), join(folder, "o.csv")];
      const made = await imported(
        ...[
          "--from",
          "prometheus",
          "EXPORTS/istio-requests.json",
          "EXPORTS/istio-response-bytes.json",
        ],
        ...[
          "p99=EXPORTS/istio-p99.json",
          "-f",
          DUMP,
          "--outside",
          "istio-system/istio-ingressgateway",
        ],
        ...["-o", traffic, "--measures", observed],
      );
      expect(made).toMatchObject({
        code: 0,
        out: `wrote ${traffic}: 2 edges\nwrote ${observed}: 3 numbers\n`,
      });
      expect(made.err).toContain("note: 2 series are left out");
      const short = ["--replications", "4", "--length", "5s", "--warm-up", "0s"];
      const asked = ["--traffic", traffic, "--observed", observed, "--json"];
      const { code, out } = await command("what-if", "-f", DUMP, ...short, ...asked);
      expect(code).toBe(0);
      const { backCheck } = JSON.parse(out) as {
        backCheck: { rows: readonly { label: string; scope: string; verdict: string }[] };
      };
      expect(backCheck.rows.map(({ label, scope, verdict }) => [label, scope, verdict])).toEqual([
        ["Requests", "shop/web", "met"],
        ["Requests", "shop/cart", "met"],
        ["Latency p99", "shop/cart", expect.any(String)],
      ]);
    }));

  test("a log that is packed reads as it does unpacked; lines may end as on Windows", () =>
    inFolder({}, async (folder) => {
      const log = readFileSync(join(EXPORTS, "vpc-flow-custom.log"), "utf8");
      const packed = join(folder, "flow.log.gz");
      writeFileSync(packed, gzipSync(log.replaceAll("\n", "\r\n")));
      const from = ["--from", "vpc-flow-logs", "-f", DUMP];
      const plain = await imported(...from, "EXPORTS/vpc-flow-custom.log");
      expect(plain.out).toContain("shop/Deployment/web,shop/cart:7070,1000,4000,0.0166667");
      expect((await imported(...from, packed)).out).toBe(plain.out);
    }));

  test("a table of one's own is checked, and names that are unknown are warned of", () =>
    inFolder(
      { "t.csv": "source,destination,requests_per_second\noutside,shop/wep,1\n" },
      async (folder) => {
        const { code, out, err } = await imported(
          "--from",
          "csv",
          join(folder, "t.csv"),
          "-f",
          DUMP,
        );
        expect(code).toBe(0);
        expect(out).toContain("outside,shop/wep,1");
        expect(err).toContain("warning: ");
        expect(err).toContain("is no Service of the input");
      },
    ));

  test.each([
    [["EXPORTS/hubble.jsonl"], "--from is missing."],
    [["--from", "wireshark", "EXPORTS/hubble.jsonl"], "--from wireshark: not known."],
    [["--from", "hubble"], "No file is named."],
    [["--from", "hubble", "EXPORTS/none.jsonl"], "none.jsonl cannot be read: it does not exist."],
    [["--from", "hubble", "EXPORTS/vpc-flow-v2.log"], "The line is no flow of Hubble in JSON."],
    [["--from", "hubble", "EXPORTS/hubble.jsonl"], "give the manifests with -f to find it"],
    [["--from", "vpc-flow-logs", "EXPORTS/vpc-flow-v2.log"], "the input has no pod with one."],
    [["--from", "vpc-flow-logs", "EXPORTS/hubble.jsonl", "-f", DUMP], "hubble.jsonl:1:1"],
    [["--from", "prometheus", "EXPORTS/dump.json"], "This is no vector and no matrix"],
    [["--from", "csv", "EXPORTS/dump.json"], "neither a CSV table nor a document"],
  ])("%j ends with 2 and a remedy", async (words, message) => {
    const { code, out, err } = await imported(...words);
    expect({ code, out, told: err.includes(message) }).toEqual({ code: 2, out: "", told: true });
    expect(err).toContain("Fix: ");
  });
});
