import type { Dimension } from "./quantity.ts";

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  h: 3600,
  hour: 3600,
  d: 86_400,
  day: 86_400,
  month: 730 * 3600,
};

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  bytes: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
  TiB: 1_099_511_627_776,
  bit: 1 / 8,
  kbit: 125,
  Mbit: 125_000,
  Gbit: 125_000_000,
};

const NANOSECONDS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 };

/** Units to write an amount in, for messages. */
export const UNIT_EXAMPLES: Readonly<Record<Dimension, string>> = {
  "bytes-per-second": "MB/s, GB/day, GiB/month or Mbit/s",
  "per-second": "/s, /min or /h",
  ns: "us, ms or s",
  share: "% (or no unit for a number from 0 to 1)",
  ratio: "no unit",
  "usd-per-month": "USD/month or USD/day",
  "usd-per-million": "USD (per million requests)",
};

/**
 * By what a number in this unit is multiplied to be in the dimension's own; undefined for a unit of
 * another kind. No unit is enough only where nothing else can be meant.
 */
export function unitFactor(dimension: Dimension, unit: string): number | undefined {
  switch (dimension) {
    case "bytes-per-second":
      return perTime(unit, BYTES);
    case "per-second":
      return unit === "" || unit === "rps" || unit === "qps"
        ? 1
        : perTime(unit, { "": 1, req: 1, requests: 1 });
    case "ns":
      return own(NANOSECONDS, unit);
    case "share":
      return own({ "": 1, "%": 0.01 }, unit);
    case "ratio":
      return own({ "": 1, x: 1, "×": 1 }, unit);
    case "usd-per-month":
      return unit === "" ? 1 : monthly(unit);
    case "usd-per-million":
      return own({ "": 1, USD: 1, $: 1 }, unit);
  }
}

function perTime(unit: string, amounts: Readonly<Record<string, number>>): number | undefined {
  const slash = unit.indexOf("/");
  if (slash < 0) return undefined;
  const amount = own(amounts, unit.slice(0, slash));
  const seconds = own(SECONDS, unit.slice(slash + 1));
  return amount === undefined || seconds === undefined ? undefined : amount / seconds;
}

function monthly(unit: string): number | undefined {
  const perSecond = perTime(unit.includes("/") ? unit : `${unit}/month`, { USD: 1, $: 1 });
  return perSecond === undefined ? undefined : perSecond * 730 * 3600;
}

function own(table: Readonly<Record<string, number>>, key: string): number | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
