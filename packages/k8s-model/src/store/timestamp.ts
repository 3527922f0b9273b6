import type { SimTime } from "@k8s-netsim/sim-core";

const NS_PER_SECOND = 1e9;
const SECONDS_PER_DAY = 86_400;

/** Days between 1970-01-01 and a date of the Gregorian calendar (Howard Hinnant's method). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/**
 * The date that simulated time 0 stands for: later than any dump, so that what the simulation
 * writes is always younger than what it was given.
 */
const EPOCH_SECONDS: number = daysFromCivil(2100, 1, 1) * SECONDS_PER_DAY;

const pad = (value: number, width: number): string => String(value).padStart(width, "0");

/** The RFC 3339 time, to the second, that the API server would write at a simulated time. */
export function timestampAt(timeNs: number): string {
  const seconds = EPOCH_SECONDS + Math.floor(timeNs / NS_PER_SECOND);
  const days = Math.floor(seconds / SECONDS_PER_DAY);
  const rest = seconds - days * SECONDS_PER_DAY;
  const { year, month, day } = civilFromDays(days);
  const clock = `${pad(Math.floor(rest / 3600), 2)}:${pad(Math.floor(rest / 60) % 60, 2)}:${pad(rest % 60, 2)}`;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${clock}Z`;
}

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|([+-])(\d{2}):(\d{2}))$/;

/**
 * The simulated time of an RFC 3339 timestamp, in whole seconds. What a dump says lies before the
 * start and is negative; what is not a timestamp is `undefined`.
 */
export function timeOfTimestamp(timestamp: string | null | undefined): SimTime | undefined {
  if (timestamp === null || timestamp === undefined) return undefined;
  let time = known.get(timestamp);
  if (time === undefined && !known.has(timestamp)) {
    if (known.size >= MOST_KNOWN) known.clear();
    time = parsed(timestamp);
    known.set(timestamp, time);
  }
  return time;
}

/** Timestamps read before: sorting pods by age reads few of them again and again. */
const known = new Map<string, SimTime | undefined>();
const MOST_KNOWN = 10_000;

function parsed(timestamp: string): SimTime | undefined {
  const match = RFC3339.exec(timestamp);
  if (match === null) return undefined;
  const field = (index: number): number => Number(match[index] ?? 0);
  const days = daysFromCivil(field(1), field(2), field(3));
  const offset = (match[8] === "-" ? -1 : 1) * (field(9) * 3600 + field(10) * 60);
  const seconds =
    days * SECONDS_PER_DAY + field(4) * 3600 + field(5) * 60 + field(6) - offset - EPOCH_SECONDS;
  return (seconds * NS_PER_SECOND) as SimTime;
}
