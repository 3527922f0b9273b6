import { ipHeaderBytes, isIcmpError, type Packet, packetBytes } from "../wire/index.ts";

/** Codes of type 3, destination unreachable. */
export const IcmpCode = {
  NET: 0,
  HOST: 1,
  PROTOCOL: 2,
  PORT: 3,
  FRAGMENTATION_NEEDED: 4,
} as const;

const MAX_ERROR_BYTES = 576;

export function destinationUnreachable(code: keyof typeof IcmpCode): { type: 3; code: number } {
  return { type: 3, code: IcmpCode[code] };
}

/**
 * The ICMP error about a packet, with as much of it as 576 bytes in all leave room for. Undefined where
 * none may be sent: about another error, or about a later fragment.
 */
export function icmpErrorAbout(
  about: Packet,
  source: string,
  type: number,
  code: number,
  extra: { readonly mtu?: number; readonly gateway?: string },
): Packet | undefined {
  const { transport, fragment } = about;
  if (transport.kind === "icmp" && isIcmpError(transport)) return undefined;
  if (fragment !== undefined && fragment.offset > 0) return undefined;
  const room = MAX_ERROR_BYTES - ipHeaderBytes(source) - 8;
  const bytes = Math.min(packetBytes(about), room);
  return {
    source,
    destination: about.source,
    ttl: 64,
    dontFragment: false,
    identification: 0,
    transport: { kind: "icmp", type, code, quoted: { packet: about, bytes }, ...extra },
  };
}
