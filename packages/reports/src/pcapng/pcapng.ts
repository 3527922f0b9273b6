import { BlockWriter } from "./block-writer.ts";

/** What the frames of an interface begin with. */
export type LinkType = "ethernet" | "ip";

/** An interface of a capture. */
export interface CapturedInterface {
  readonly name: string;
  readonly description?: string;
  readonly linkType: LinkType;
}

/** One frame of a capture. */
export interface CapturedFrame {
  /** Index into the capture's interfaces. */
  readonly interface: number;
  /** Since the start of the capture's clock, in nanoseconds. */
  readonly atNs: number;
  readonly bytes: Uint8Array;
  readonly comments?: readonly string[];
  /** Seen when it was sent (`true`), or when it was received. */
  readonly sent?: boolean;
}

/** A capture as plain data. */
export interface Capture {
  readonly application: string;
  readonly comment?: string;
  /** In the order in which frames refer to them. */
  readonly interfaces: readonly CapturedInterface[];
  /** In order of time. */
  readonly frames: readonly CapturedFrame[];
  /** What the clock's zero stands for, in whole seconds since 1970; 0 where absent. */
  readonly epochSeconds?: number;
}

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

const LINK_TYPES: Readonly<Record<LinkType, number>> = { ethernet: 1, ip: 101 };

const OPTION = {
  comment: 1,
  application: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  timeResolution: 9,
  packetFlags: 2,
} as const;

/** 10^-9 s. */
const NANOSECONDS = 9;
const RECEIVED = 1;
const SENT = 2;
const NS_PER_SECOND = 1_000_000_000n;

/**
 * A capture file in pcapng (draft-ietf-opsawg-pcapng): one section, little-endian, times in nanoseconds.
 * The same capture gives the same bytes.
 */
export function renderPcapng(capture: Capture): Uint8Array {
  const writer = new BlockWriter();
  writeSection(writer, capture);
  for (const one of capture.interfaces) writeInterface(writer, one);
  const epochNs = BigInt(capture.epochSeconds ?? 0) * NS_PER_SECOND;
  for (const frame of capture.frames) writeFrame(writer, frame, epochNs);
  return writer.bytes();
}

function writeSection(writer: BlockWriter, { application, comment }: Capture): void {
  writer.block(SECTION_HEADER, () => {
    writer.uint32(BYTE_ORDER_MAGIC);
    writer.uint16(1);
    writer.uint16(0);
    // The length of the section is not told.
    writer.uint32(0xffffffff);
    writer.uint32(0xffffffff);
    if (comment !== undefined) writer.textOption(OPTION.comment, comment);
    writer.textOption(OPTION.application, application);
    writer.endOfOptions();
  });
}

function writeInterface(
  writer: BlockWriter,
  { name, description, linkType }: CapturedInterface,
): void {
  writer.block(INTERFACE_DESCRIPTION, () => {
    writer.uint16(LINK_TYPES[linkType]);
    writer.uint16(0);
    // Frames are never cut.
    writer.uint32(0);
    writer.textOption(OPTION.interfaceName, name);
    if (description !== undefined) writer.textOption(OPTION.interfaceDescription, description);
    writer.option(OPTION.timeResolution, Uint8Array.of(NANOSECONDS));
    writer.endOfOptions();
  });
}

function writeFrame(writer: BlockWriter, frame: CapturedFrame, epochNs: bigint): void {
  const { bytes, comments = [], sent } = frame;
  const atNs = epochNs + BigInt(frame.atNs);
  writer.block(ENHANCED_PACKET, () => {
    writer.uint32(frame.interface);
    writer.uint32(Number(atNs >> 32n));
    writer.uint32(Number(atNs & 0xffffffffn));
    writer.uint32(bytes.length);
    writer.uint32(bytes.length);
    writer.padded(bytes);
    for (const comment of comments) writer.textOption(OPTION.comment, comment);
    if (sent !== undefined) {
      writer.option(OPTION.packetFlags, Uint8Array.of(sent ? SENT : RECEIVED, 0, 0, 0));
    }
    if (comments.length > 0 || sent !== undefined) writer.endOfOptions();
  });
}
