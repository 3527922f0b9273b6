import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Capture, renderPcapng } from "@k8s-netsim/reports";
import { describe, expect, it } from "vitest";

/** An ARP request, padded to the smallest frame. */
const FRAME = Uint8Array.from({ length: 60 }, (_, i) =>
  i < 6
    ? 0xff
    : i === 12
      ? 0x08
      : i === 13
        ? 0x06
        : i === 15
          ? 1
          : i === 16
            ? 8
            : i === 18
              ? 6
              : i === 19
                ? 4
                : i === 21
                  ? 1
                  : 0,
);

const CAPTURE: Capture = {
  application: "k8s-netsim",
  comment: "Zürich → München",
  interfaces: [
    { name: "a1:eth0", description: "10.244.1.2/32, MTU 1500", linkType: "ethernet" },
    { name: "n1:wg0", linkType: "ip" },
  ],
  frames: [
    { interface: 0, atNs: 500_000, bytes: FRAME, comments: ["why", "and why not"], sent: true },
    { interface: 0, atNs: 5_000_000_001, bytes: FRAME.subarray(0, 57) },
  ],
  epochSeconds: 1_700_000_000,
};

interface Block {
  readonly type: number;
  readonly body: DataView;
}

/** Takes a file apart again and checks what every reader relies on. */
function blocksOf(file: Uint8Array): readonly Block[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at + 4, true);
    expect(length % 4).toBe(0);
    expect(view.getUint32(at + length - 4, true)).toBe(length);
    const body = new DataView(file.buffer, file.byteOffset + at + 8, length - 12);
    blocks.push({ type: view.getUint32(at, true), body });
    at += length;
  }
  return blocks;
}

function optionsOf(body: DataView, from: number): ReadonlyMap<number, readonly Uint8Array[]> {
  const options = new Map<number, Uint8Array[]>();
  for (let at = from; at + 4 <= body.byteLength; ) {
    const code = body.getUint16(at, true);
    const length = body.getUint16(at + 2, true);
    if (code === 0) return options;
    const value = new Uint8Array(body.buffer, body.byteOffset + at + 4, length);
    options.set(code, [...(options.get(code) ?? []), value]);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return options;
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

describe("a capture as pcapng", () => {
  const blocks = blocksOf(renderPcapng(CAPTURE));

  it("is one section, its interfaces, its frames", () => {
    expect(blocks.map(({ type }) => type)).toEqual([0x0a0d0d0a, 1, 1, 6, 6]);
    const [section] = blocks;
    expect(section?.body.getUint32(0, true)).toBe(0x1a2b3c4d);
    const options = optionsOf(section?.body as DataView, 16);
    expect(text(options.get(4)?.[0])).toBe("k8s-netsim");
    expect(text(options.get(1)?.[0])).toBe("Zürich → München");
  });

  it("describes every interface, with times in nanoseconds", () => {
    const [, ethernet, ip] = blocks;
    expect(ethernet?.body.getUint16(0, true)).toBe(1);
    expect(ip?.body.getUint16(0, true)).toBe(101);
    const options = optionsOf(ethernet?.body as DataView, 8);
    expect(text(options.get(2)?.[0])).toBe("a1:eth0");
    expect(text(options.get(3)?.[0])).toBe("10.244.1.2/32, MTU 1500");
    expect([...(options.get(9)?.[0] ?? [])]).toEqual([9]);
  });

  it("keeps each frame's time, bytes and comments", () => {
    const body = blocks[3]?.body as DataView;
    const atNs = (BigInt(body.getUint32(4, true)) << 32n) | BigInt(body.getUint32(8, true));
    expect(atNs).toBe(1_700_000_000_000_500_000n);
    expect(body.getUint32(12, true)).toBe(60);
    const options = optionsOf(body, 20 + 60);
    expect(options.get(1)?.map(text)).toEqual(["why", "and why not"]);
    expect([...(options.get(2)?.[0] ?? [])]).toEqual([2, 0, 0, 0]);
    const second = blocks[4]?.body as DataView;
    expect(second.getUint32(12, true)).toBe(57);
    expect(second.byteLength).toBe(20 + 60);
  });

  it("has the same bytes each time", () => {
    expect(renderPcapng(CAPTURE)).toEqual(renderPcapng(CAPTURE));
  });

  const reader = process.env.CAPINFOS ?? "capinfos";
  const found = spawnSync(reader, ["--version"]).status === 0;

  // Wireshark's tools are not on every machine.
  it.skipIf(!found)("is read by capinfos without a complaint (needs capinfos)", () => {
    const folder = mkdtempSync(join(tmpdir(), "pcapng-"));
    try {
      const file = join(folder, "capture.pcapng");
      writeFileSync(file, renderPcapng(CAPTURE));
      const { status, stdout, stderr } = spawnSync(reader, [file], { encoding: "utf8" });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toContain("Number of packets:   2");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
