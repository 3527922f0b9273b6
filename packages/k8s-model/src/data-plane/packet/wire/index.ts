export { crc32c, internetChecksum } from "./checksums.ts";
export { encodeFrame, encodePacket } from "./encode.ts";
export { fragmentsOf, Reassembly } from "./fragments.ts";
export * from "./packet.ts";
