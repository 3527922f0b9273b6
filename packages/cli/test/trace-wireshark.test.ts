import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command, inFolder, SHOP } from "./run-command.ts";

const TSHARK = process.env.TSHARK ?? "tshark";
const isThere = spawnSync(TSHARK, ["--version"]).status === 0;
const protocols = ["ip", "tcp", "udp"];
const sums = protocols.flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);

function tshark(file: string, ...more: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(TSHARK, ["-r", file, ...sums, ...more], {
    encoding: "utf8",
    maxBuffer: 1 << 27,
  });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

/** What Wireshark's experts find worth a warning, or worse; a reset is one to them. */
function warnings(file: string): string {
  const found = tshark(file, "-q", "-z", "expert,warn");
  const lines = found.split("\n").filter((line) => /^ +\d+ /.test(line));
  return lines.filter((line) => !/Connection reset|Comment/.test(line)).join("\n");
}

// Wireshark's tools are not on every machine.
if (!isThere) {
  process.stderr.write(
    `Skipped: ${TSHARK} is missing, so that no capture is read by Wireshark (Debian: tshark).\n`,
  );
}

describe.skipIf(!isThere)(
  "Wireshark reads captures without a complaint",
  { timeout: 120_000 },
  () => {
    for (const network of ["routed", "vxlan", "geneve", "ipip", "wireguard"]) {
      it(`at pods and nodes, ${network}`, () =>
        inFolder({ "shop.yaml": SHOP }, async (folder) => {
          for (const place of ["pod", "node"]) {
            const file = join(folder, place);
            await command(
              ...["trace", "-f", join(folder, "shop.yaml"), "--network", network],
              ...["--pcap", file, "--interface", place],
            );
            expect(warnings(file)).toBe("");
            const bad = ["ip", "tcp", "udp", "icmp"].map((name) => `${name}.checksum.status==0`);
            expect(tshark(file, "-Y", [...bad, "_ws.malformed"].join(" or "))).toBe("");
            expect(tshark(file, "-Y", "frame").length).toBeGreaterThan(0);
          }
        }));
    }

    it("with handshakes, retransmissions and resets, and the causes as comments", () =>
      inFolder({}, async (folder) => {
        const file = join(folder, "update");
        await command(
          ...["trace", "rolling-update-errors", "--quick", "--param", "minSyncSeconds=5"],
          ...["--pcap", file, "--interface", "pod"],
        );
        expect(warnings(file)).toBe("");
        const count = (filter: string): number => tshark(file, "-Y", filter).split("\n").length - 1;
        expect(count("tcp.flags.syn==1 and tcp.flags.ack==1")).toBeGreaterThan(2);
        expect(count("tcp.analysis.retransmission")).toBeGreaterThan(2);
        expect(count("tcp.flags.reset==1")).toBeGreaterThan(0);
        expect(count('frame.comment contains "kube-proxy still had"')).toBeGreaterThan(2);
      }));
  },
);
