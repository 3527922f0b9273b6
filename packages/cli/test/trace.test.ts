import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { command, inFolder, SHOP } from "./run-command.ts";

function trace(folder: string, ...more: readonly string[]): ReturnType<typeof command> {
  return command("trace", "-f", join(folder, "shop.yaml"), ...more);
}

describe("trace", () => {
  it("tells the way of a packet and the rule that chose the endpoint", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { code, out } = await trace(folder);
      expect(code).toBe(0);
      expect(out).toMatch(/pod\/\S+ -> svc\/\S+\/cart:\d+ \(TCP\): answered by/);
      expect(out).toContain("-j DNAT --to-destination");
      expect(out).toMatch(/tracked at \S+: tcp 6 120 SYN_SENT/);
    }));

  it("shows no cluster IP to pods that balance in the socket", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { out } = await trace(folder, "--proxy", "ebpf");
      const inside = out.slice(out.indexOf("\npod/", 1));
      expect(inside).toContain("TCP S");
      expect(inside).not.toContain("dnat");
    }));

  it("writes the same bytes under the same seed, fewer for one kind of interface", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const [one, two, pods] = ["one", "two", "pods"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      await trace(folder, "--pcap", one);
      await trace(folder, "--pcap", two);
      await trace(folder, "--pcap", pods, "--interface", "pod");
      expect(readFileSync(two).equals(readFileSync(one))).toBe(true);
      expect(readFileSync(pods).length).toBeLessThan(readFileSync(one).length);
      const reader = process.env.TSHARK ?? "tshark";
      // Wireshark's tools are not on every machine.
      if (spawnSync(reader, ["--version"]).status !== 0) return;
      const sums = ["ip", "tcp", "udp"].flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]);
      const bad = ["ip", "tcp", "udp", "icmp"].map((name) => `${name}.checksum.status==0`);
      const filter = [...bad, "_ws.malformed"].join(" or ");
      const read = spawnSync(reader, ["-r", pods, ...sums, "-Y", filter], { encoding: "utf8" });
      expect({ status: read.status, stdout: read.stdout }).toEqual({ status: 0, stdout: "" });
    }));

  it("says which interfaces there are where one is unknown", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { code, err } = await trace(folder, "--pcap", join(folder, "x"), "--interface", "eth9");
      expect(code).toBe(2);
      expect(err).toContain("use pod, node, overlay, or one of cl:eth0");
      expect(err).toContain("[unknown-interface]");
    }));
});
