import type { EncodedBytes } from "./text-size.ts";
import { varintBytes } from "./wire.ts";

const SECONDS_PER_DAY = 86_400;
const NULL_BYTES = 4;
/** `"2006-01-02T15:04:05Z"` and `"2006-01-02T15:04:05.000000Z"`. */
const SECOND_TEXT_BYTES = 22;
const MICRO_TEXT_BYTES = 29;

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** What an absent or unreadable time is: Go's zero time, no bytes of message, `null` in JSON. */
const ZERO_TIME: EncodedBytes = { protobuf: 0, json: NULL_BYTES };

/** `metav1.Time`: whole seconds, in UTC whatever the offset that was given. */
export function timeBytes(value: unknown): EncodedBytes {
  const time = readTime(value);
  if (time === undefined) return ZERO_TIME;
  return { protobuf: messageBytes(time.seconds, 0), json: SECOND_TEXT_BYTES };
}

/** `metav1.MicroTime`, as Leases have it. */
export function microTimeBytes(value: unknown): EncodedBytes {
  const time = readTime(value);
  if (time === undefined) return ZERO_TIME;
  return { protobuf: messageBytes(time.seconds, time.micros * 1000), json: MICRO_TEXT_BYTES };
}

function messageBytes(seconds: number, nanos: number): number {
  return 1 + varintBytes(seconds) + 1 + varintBytes(nanos);
}

function readTime(value: unknown): { seconds: number; micros: number } | undefined {
  const match = typeof value === "string" ? RFC3339.exec(value) : null;
  if (match === null) return undefined;
  const field = (index: number): number => Number(match[index] ?? 0);
  const offset = (match[8] === "-" ? -1 : 1) * (field(9) * 3600 + field(10) * 60);
  const days = daysSince1970(field(1), field(2), field(3));
  const seconds = days * SECONDS_PER_DAY + field(4) * 3600 + field(5) * 60 + field(6) - offset;
  return { seconds, micros: Number((match[7] ?? "").padEnd(6, "0").slice(0, 6)) };
}

/** Days of the Gregorian calendar, counted in years that begin in March. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}
