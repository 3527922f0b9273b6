import type { SocketErrorCode } from "./socket-error.ts";

/** Where a connection stands (RFC 9293). */
export type TcpState =
  | "SYN_SENT"
  | "SYN_RECEIVED"
  | "ESTABLISHED"
  | "FIN_WAIT_1"
  | "FIN_WAIT_2"
  | "CLOSING"
  | "CLOSE_WAIT"
  | "LAST_ACK"
  | "TIME_WAIT"
  | "CLOSED";

/** How a connection attempt ended. */
export type Opened = "connected" | SocketErrorCode;

/** The largest segment of a side that does not say what it takes. */
export const DEFAULT_SEGMENT = 536;
/** How long a connection's ends are kept after its end (2 MSL). */
export const TIME_WAIT_NS = 60_000_000_000;
