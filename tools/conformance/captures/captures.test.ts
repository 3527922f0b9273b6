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

/** What the runner says of a file, and its exit code. */
async function saidOf(text: string): Promise<string> {
  const said: string[] = [];
  const code = await runConformance(["captures", "FILE"], [captures], {
    read: () => text,
    out: (line) => said.push(line),
    err: (line) => said.push(line),
  });
  return `${said.join("")}exit ${code}`;
}

describe("a file that is no capture is told so", () => {
  const [whole = ""] = fixture.split("\n");

  it.each<[string, string, string]>([
    ["cut off", whole.slice(0, 5000), "FILE:1:5001: not JSON: "],
    [
      "of another kind",
      '{\n "scenario": {\n "iptables": [] }\n}',
      "FILE:1: not a record of captures",
    ],
    ["without situations", '{"mode":"nftables","scenarios":[]}', "FILE: holds no record."],
  ])("%s", async (_, text, says) => {
    const said = await saidOf(text);
    expect(said).toContain(says);
    expect(said).toContain("exit 2");
  });

  it("but packets in another order, and fields in another order, are the same capture", async () => {
    const file = JSON.parse(whole) as File;
    const scenario = file.scenarios.find((one: File) => one.scenario === "hairpin");
    const order = file.columns.map((_: string, i: number) => i).reverse();
    const columns = order.map((i: number) => file.columns[i]);
    const packets = [...scenario.packets]
      .reverse()
      .map((row: File) => order.map((i: number) => row[i] ?? null));
    const altered = { ...file, columns, scenarios: [{ ...scenario, packets }] };
    expect(await saidOf(JSON.stringify(altered))).toContain("passed  hairpin");
  });

  it("and a mode without rules here is not compared", async () => {
    const file = JSON.parse(whole) as File;
    const ipvs = { ...file, mode: "ipvs", scenarios: file.scenarios.slice(0, 2) };
    expect(await saidOf(JSON.stringify(ipvs))).toContain("2 not comparable");
  });

  it("and a situation with holes fails with what is missing", async () => {
    const file = JSON.parse(whole) as File;
    const { packets: _, ...rest } = file.scenarios[0];
    expect(await saidOf(JSON.stringify({ ...file, scenarios: [rest] }))).toContain(
      "not a capture: no list of packets.",
    );
    const columns = file.columns.filter((name: string) => name !== "ttl");
    expect(await saidOf(JSON.stringify({ ...file, columns }))).toContain("no column ttl.");
  });
});
