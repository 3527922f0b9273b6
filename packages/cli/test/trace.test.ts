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

  it("refuses a capture that cannot be written before it simulates anything", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      for (const file of ["", folder, join(folder, "no-such-folder/capture.pcapng")]) {
        const { code, out, err } = await trace(folder, "--pcap", file);
        expect(code).toBe(2);
        expect(out).toBe("");
        expect(err).toContain("[unwritable-file]");
      }
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

describe("explain --packet", () => {
  function explain(folder: string, ...more: readonly string[]): ReturnType<typeof command> {
    const file = join(folder, "shop.yaml");
    return command("explain", "pod/web -> svc/cart:7070", "-f", file, "--packet", ...more);
  }

  it("tells the packet's way, the rule, the translation and the tracked connection", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const { out } = await explain(folder);
      expect(out).toMatch(
        /rule of KUBE-SEP-\w+: .* \(\d+ rules? before it did not match: .*chance\)/,
      );
      expect(out).toMatch(/translated at \S+: destination [\d.]+:7070 -> [\d.]+:/);
    }));

  it("is of the moment that is asked about: a node that has just died swallows it", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const lost = ["zone-a", "zone-b"].flatMap((zone) => ["--fault", `zone=${zone}@1s`]);
      const { out } = await explain(folder, ...lost, "--at", "2s", "--from", "node/node-1-zone-c");
      expect(out).toMatch(/-> svc\/default\/cart:7070 \(TCP\): (error: timed out|answered by)/);
      expect(out).toContain("The packet leaves from the pod's own node, not node-1-zone-c.");
    }));

  it("comes from outside on demand, and as JSON", () =>
    inFolder({ "shop.yaml": SHOP }, async (folder) => {
      const how = ["--outside", "--json", "--proxy", "nftables", "--network", "vxlan"];
      const { out } = await explain(folder, ...how);
      const { packet } = JSON.parse(out) as { packet: { from: string; way: { notes: string[] } } };
      expect(packet.from).toBe("cl");
      expect(packet.way.notes.join()).toMatch(
        /destination .* source .*: 50 bytes more on the wire/,
      );
    }));
});
