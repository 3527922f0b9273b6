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

  it("writes the same bytes under the same seed, more of them for all interfaces", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const [one, two, all] = ["one", "two", "all"].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      await trace(folder, "--pcap", one);
      await trace(folder, "--pcap", two);
      await trace(folder, "--pcap", all, "--interface", "all");
      expect(readFileSync(two).equals(readFileSync(one))).toBe(true);
      expect(readFileSync(all).length).toBeGreaterThan(readFileSync(one).length);
    }));

  it("takes an address of a Service and a family that it has, and says so where it has none", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const endpoint = await trace(folder, "--address", "endpoint");
      expect(endpoint.out).toMatch(/cart:\d+ \(TCP\): answered by/);
      expect(endpoint.out).not.toContain("DNAT");
      const { code, err } = await trace(folder, "--family", "IPv6");
      expect(code).toBe(2);
      expect(err).toContain("the Service has no IPv6.");
      expect((await trace(folder, "--address", "somewhere")).err).toContain("[bad-option-value]");
    }));

  it("captures what fails while a node is down, and tells why", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { out } = await trace(folder, "--fault", "zone=zone-b@1s", "--length", "6s");
      expect(out).toMatch(/web -> svc\/\S+\/cart:\d+ \(TCP\): \d+ answered, \d+ timed-out/);
      expect(out).toMatch(/why: At [\d.]+ s .* vanished: its kube-proxy still had/);
    }));

  it("says which interfaces there are where one is unknown", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { code, err } = await trace(folder, "--pcap", join(folder, "x"), "--interface", "eth9");
      expect(code).toBe(2);
      expect(err).toContain("use all, pod, node, overlay, client, or one of cl:eth0");
      expect(err).toContain("[unknown-interface]");
    }));
});
