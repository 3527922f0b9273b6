import type { SctpPacket } from "../wire/index.ts";

export type SctpTrackingState =
  | "CLOSED"
  | "COOKIE_WAIT"
  | "COOKIE_ECHOED"
  | "ESTABLISHED"
  | "SHUTDOWN_SENT"
  | "SHUTDOWN_RECD"
  | "SHUTDOWN_ACK_SENT";

/** The state after a packet, as connection tracking follows an association by its chunks. */
export function sctpStep(
  state: SctpTrackingState,
  direction: "original" | "reply",
  { chunks }: SctpPacket,
): SctpTrackingState {
  let after = state;
  for (const { kind } of chunks) after = chunkStep(after, direction, kind);
  return after;
}

function chunkStep(
  state: SctpTrackingState,
  direction: "original" | "reply",
  kind: SctpPacket["chunks"][number]["kind"],
): SctpTrackingState {
  switch (kind) {
    case "INIT":
      return state === "ESTABLISHED" ? state : direction === "original" ? "CLOSED" : "COOKIE_WAIT";
    case "INIT_ACK":
      return state === "CLOSED" && direction === "reply" ? "COOKIE_WAIT" : state;
    case "COOKIE_ECHO":
      return state === "COOKIE_WAIT" && direction === "original" ? "COOKIE_ECHOED" : state;
    case "COOKIE_ACK":
      return state === "COOKIE_ECHOED" && direction === "reply" ? "ESTABLISHED" : state;
    case "SHUTDOWN":
      if (state !== "ESTABLISHED") return state;
      return direction === "original" ? "SHUTDOWN_SENT" : "SHUTDOWN_RECD";
    case "SHUTDOWN_ACK":
      return state === "SHUTDOWN_SENT" || state === "SHUTDOWN_RECD" ? "SHUTDOWN_ACK_SENT" : state;
    case "SHUTDOWN_COMPLETE":
      return state === "SHUTDOWN_ACK_SENT" ? "CLOSED" : state;
    default:
      return state;
  }
}
