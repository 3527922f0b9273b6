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

/** The error that an ICMP message means to a connected socket; undefined: it goes on trying. */
export function errorOfIcmp(type: number, code: number): SocketErrorCode | undefined {
  if (type === 11) return "EHOSTUNREACH";
  if (type !== 3) return undefined;
  if (code === 3 || code === 2) return "ECONNREFUSED";
  if (code === 4) return "EMSGSIZE";
  return code === 0 ? "ENETUNREACH" : "EHOSTUNREACH";
}
