import {
  type IcmpMessage,
  ipHeaderBytes,
  isIcmp,
  isIcmpError,
  isIPv6,
  type Packet,
  packetBytes,
} from "../wire/index.ts";

/** What an error says, whichever protocol carries it. */
export type IcmpErrorKind =
  | "no-route"
  | "host-unreachable"
  | "protocol-unknown"
  | "port-unreachable"
  | "too-big"
  | "time-exceeded"
  | "redirect";

type TypeAndCode = readonly [type: number, code: number];

/** RFC 792 and RFC 1191. */
const ICMP: Readonly<Record<IcmpErrorKind, TypeAndCode>> = {
  "no-route": [3, 0],
  "host-unreachable": [3, 1],
  "protocol-unknown": [3, 2],
  "port-unreachable": [3, 3],
  "too-big": [3, 4],
  "time-exceeded": [11, 0],
  redirect: [5, 1],
};

/** RFC 4443; redirects are neighbour discovery's there and are not sent. */
const ICMPV6: Readonly<Partial<Record<IcmpErrorKind, TypeAndCode>>> = {
  "no-route": [1, 0],
  "host-unreachable": [1, 3],
  "protocol-unknown": [4, 1],
  "port-unreachable": [1, 4],
  "too-big": [2, 0],
  "time-exceeded": [3, 0],
};

const MAX_ERROR_BYTES = { IPv4: 576, IPv6: 1280 } as const;
/** Every link of IPv6 carries this much; a smaller MTU is never asked for. */
const MIN_MTU_IPV6 = 1280;
/** Where an IPv6 header says what follows it. */
const NEXT_HEADER_AT = 6;

/** Limits of the path, and the better way, that an error tells. */
export interface IcmpDetails {
  readonly mtu?: number;
  readonly gateway?: string;
}

/**
 * The error about a packet, with as much of it as 576 bytes in all leave room for (IPv6: 1280).
 * Undefined where none may be sent: about another error, or about a later fragment.
 */
export function icmpErrorAbout(
  about: Packet,
  source: string,
  kind: IcmpErrorKind,
  { mtu, gateway }: IcmpDetails,
): Packet | undefined {
  const { transport, fragment } = about;
  if (isIcmp(transport) && isIcmpError(transport)) return undefined;
  if (fragment !== undefined && fragment.offset > 0) return undefined;
  const overIPv6 = isIPv6(about.source);
  const [type, code] = (overIPv6 ? ICMPV6[kind] : ICMP[kind]) ?? [];
  if (type === undefined || code === undefined) return undefined;
  const limit = MAX_ERROR_BYTES[overIPv6 ? "IPv6" : "IPv4"];
  const bytes = Math.min(packetBytes(about), limit - ipHeaderBytes(source) - 8);
  const told = overIPv6 && mtu !== undefined ? Math.max(mtu, MIN_MTU_IPV6) : mtu;
  return {
    source,
    destination: about.source,
    ttl: 64,
    dontFragment: false,
    identification: 0,
    transport: {
      kind: overIPv6 ? "icmpv6" : "icmp",
      type,
      code,
      quoted: { packet: about, bytes },
      ...(told === undefined ? {} : { mtu: told }),
      ...(gateway === undefined ? {} : { gateway }),
      ...(overIPv6 && kind === "protocol-unknown" ? { pointer: NEXT_HEADER_AT } : {}),
    },
  };
}

/** What a message reports; undefined where it is no error, or one that nobody here sends. */
export function icmpErrorKind({ kind, type, code }: IcmpMessage): IcmpErrorKind | undefined {
  const table = Object.entries(kind === "icmp" ? ICMP : ICMPV6);
  const found = table.find(([, pair]) => pair[0] === type && pair[1] === code);
  return found?.[0] as IcmpErrorKind | undefined;
}

/** Whether a packet tells its receiver of a shorter way. */
export function isRedirect({ transport }: Packet): boolean {
  return isIcmp(transport) && icmpErrorKind(transport) === "redirect";
}
