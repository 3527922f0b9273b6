import type { SliceEvent } from "./slice-changes.ts";

/** An event about hints; the real one appends the address type to the message. */
export function familyEvent(
  type: SliceEvent["type"],
  reason: string,
  message: string,
  addressType: string,
): SliceEvent {
  return { type, reason, message: `${message}, addressType: ${addressType}` };
}
