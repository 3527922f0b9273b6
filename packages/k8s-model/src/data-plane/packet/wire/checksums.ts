/** The Internet checksum (RFC 1071) over bytes, continuing from a sum of 16-bit words. */
export function internetChecksum(bytes: Uint8Array, from = 0): number {
  let sum = from;
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  }
  if (bytes.length % 2 === 1) sum += (bytes[bytes.length - 1] as number) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** The sum of 16-bit words, to be continued. */
export function wordSum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
  }
  return bytes.length % 2 === 1 ? sum + ((bytes[bytes.length - 1] as number) << 8) : sum;
}

/** Castagnoli's polynomial, bits reversed. */
const CRC32C_POLYNOMIAL = 0x82f63b78;

const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) {
    value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ CRC32C_POLYNOMIAL;
  }
  return value >>> 0;
});

/** CRC-32C, the checksum of SCTP (RFC 9260). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] as number);
  return ~crc >>> 0;
}
