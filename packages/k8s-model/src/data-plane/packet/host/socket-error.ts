import type { IcmpErrorKind } from "./icmp-errors.ts";

/** What a program's call on a socket fails with, by the names of errno. */
export type SocketErrorCode =
  | "ECONNREFUSED"
  | "ECONNRESET"
  | "EHOSTUNREACH"
  | "ENETUNREACH"
  | "EMSGSIZE"
  | "EPERM"
  | "EPIPE"
  | "ETIMEDOUT";

/** What a read gives: data, the end, or an error. */
export type Reading =
  | { readonly kind: "data"; readonly text: string }
  | { readonly kind: "end" }
  | { readonly kind: "error"; readonly error: SocketErrorCode };

/** The error that a report of ICMP means to a connected socket; undefined: it goes on trying. */
export function errorOfIcmp(kind: IcmpErrorKind | undefined): SocketErrorCode | undefined {
  return kind === undefined ? undefined : ERRORS[kind];
}

const ERRORS: Readonly<Partial<Record<IcmpErrorKind, SocketErrorCode>>> = {
  "no-route": "ENETUNREACH",
  "host-unreachable": "EHOSTUNREACH",
  "protocol-unknown": "ECONNREFUSED",
  "port-unreachable": "ECONNREFUSED",
  "too-big": "EMSGSIZE",
  "time-exceeded": "EHOSTUNREACH",
};
