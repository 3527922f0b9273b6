/**
 * Reads an IPv4 address as an unsigned 32-bit number, undefined for anything else. Strict like Go's
 * netip: four decimal parts, no leading zeros, no signs, no spaces.
 */
export function parseIPv4(text: string): number | undefined {
  if (hasLeadingZero(text)) return undefined;
  return parseIPv4Sloppy(text);
}

/** Like {@link parseIPv4}, but `010.0.0.1` is 10.0.0.1: how old Kubernetes releases read addresses. */
export function parseIPv4Sloppy(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^[0-9]{1,16}$/.test(part)) return undefined;
    const octet = Number(part);
    if (octet > 255) return undefined;
    value = value * 256 + octet;
  }
  return value;
}

/** Whether a part of the dotted text is written with leading zeros. */
export function hasLeadingZero(text: string): boolean {
  return /(?:^|[.:])0[0-9]+(?=\.|$)/.test(text);
}

/** `10.96.0.1` from its 32-bit number. */
export function formatIPv4(value: number): string {
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}
