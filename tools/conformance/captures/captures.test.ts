import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runConformance } from "../runner.ts";
import { captures } from "../suites/captures.ts";

const fixture = readFileSync(
  new URL("../../../packages/k8s-model/test/fixtures/captures.jsonl", import.meta.url),
  "utf8",
);

// biome-ignore lint/suspicious/noExplicitAny: a capture file, to be altered anywhere
type File = any;

/** The first file of the fixture with one situation of it, altered. */
async function verdictOn(id: string, alter: (scenario: File) => void): Promise<string> {
  const file = JSON.parse(fixture.split("\n")[0] as string) as File;
  const scenario = file.scenarios.find((one: File) => one.scenario === id);
  alter(scenario);
  const out: string[] = [];
  await runConformance(["captures", "altered"], [captures], {
    read: () => JSON.stringify({ ...file, scenarios: [scenario] }, undefined, 1),
    out: (text) => out.push(text),
    err: (text) => out.push(text),
  });
  return out[0] as string;
}

const TTL = 11;
const INFO = 7;
const LENGTH = 12;
const DESTINATION = 4;
const DESTINATION_PORT = 5;

describe("a capture that differs is told by its situation", () => {
  it("and an unaltered one passes", async () => {
    expect(await verdictOn("hairpin", () => undefined)).toBe("passed  hairpin (iptables-nft)\n");
  });

  it.each<[string, string, (scenario: File) => void]>([
    ["a TTL", "hairpin", ({ packets }) => (packets[3][TTL] -= 1)],
    ["flags", "hairpin", ({ packets }) => (packets[5][INFO] = "PA")],
    ["a length", "gone-pod", ({ packets }) => (packets[9][LENGTH] += 1)],
    ["an address", "closed-backend-port", ({ packets }) => (packets[2][DESTINATION] = "10.0.0.1")],
    ["a port that a rule chooses", "hairpin", ({ packets }) => (packets[1][DESTINATION_PORT] = 80)],
    [
      "a missing packet",
      "empty-clusterip",
      (scenario) => {
        scenario.packets.pop();
        scenario.packetCount -= 1;
      },
    ],
    ["a packet too many", "unknown-port", ({ packets }) => packets.push(packets[0])],
    ["an ICMP code", "closed-backend-port", ({ packets }) => (packets[12][INFO][1] = 1)],
    [
      "what a tunnel carries",
      "tcp-clusterip-other-node-vxlan",
      ({ packets }) => {
        packets[2][15].vxlan.vni = 2;
      },
    ],
    [
      "a state of tracking",
      "hairpin",
      ({ conntrackEvents: { n1 } }) => {
        n1[1][1] = n1[1][1].replace("SYN_RECV", "ESTABLISHED");
      },
    ],
    [
      "a timeout of tracking",
      "hairpin",
      ({ conntrackEvents: { n1 } }) => {
        n1[2][1] = n1[2][1].replace("86400", "432000");
      },
    ],
    [
      "an entry that stays",
      "gone-pod",
      ({ conntrackTables }) => conntrackTables[0].tables.n1.pop(),
    ],
    ["the outcome", "unknown-port", ({ notes }) => (notes[0][2] = "error: [Errno 111]")],
    [
      "a retransmission's time",
      "gone-pod",
      ({ packets }) => {
        for (const packet of packets) if (packet[0] > 1_700_000) packet[0] += 500_000;
      },
    ],
  ])("by %s", async (_, id, alter) => {
    expect(await verdictOn(id, alter)).toMatch(/^failed /);
  });
});
