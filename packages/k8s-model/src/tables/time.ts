const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(\.\d{1,12})?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/**
 * Seconds since 1970 (UTC) of a time as RFC 3339 writes it (`2026-10-01T12:00:00Z`) or of a number of
 * seconds since then; undefined for anything else, such as the 30th of February.
 */
export function instantSeconds(text: string): number | undefined {
  if (/^\d{1,11}(\.\d+)?$/.test(text)) return Number(text);
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const days = dayNumber(year, month, day);
  if (days === undefined || hour > 23 || minute > 59 || second > 60) return undefined;
  const sign = match[8] === "-" ? -1 : 1;
  const offset = sign * (Number(match[9] ?? 0) * 3600 + Number(match[10] ?? 0) * 60);
  const fraction = Number(match[7] ?? 0);
  return days * 86_400 + hour * 3600 + minute * 60 + second - offset + fraction;
}

/** Days since 1970-01-01 in the Gregorian calendar; undefined for a day that does not exist. */
export function dayNumber(year: number, month: number, day: number): number | undefined {
  const before = DAYS_BEFORE_MONTH[month - 1];
  if (before === undefined || day < 1) return undefined;
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const next = DAYS_BEFORE_MONTH[month] ?? 365;
  if (day > next - before + (isLeap && month === 2 ? 1 : 0)) return undefined;
  const past = year - 1;
  const leaps = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 477;
  return (year - 1970) * 365 + leaps + before + (isLeap && month > 2 ? 1 : 0) + day - 1;
}
