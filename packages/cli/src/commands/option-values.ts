import { PRICE_TABLES, type PriceTable, type Provider } from "@k8s-netsim/k8s-model/topology";
import { parseDuration, type SimTime } from "@k8s-netsim/sim-core";
import { UsageError } from "../command-line/usage-error.ts";

/** A whole number of at least `least`. */
export function wholeNumber(option: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(
    "bad-option-value",
    `--${option} ${text}: not a whole number of at least ${least}.`,
    `write for example --${option} ${Math.max(least, 3)}.`,
  );
}

/** A time span such as `60s`, `1m30s` or `300ms`. */
export function timeSpan(option: string, text: string): SimTime {
  try {
    return parseDuration(text);
  } catch {
    throw new UsageError(
      "bad-option-value",
      `--${option} ${text}: not a time span, or one of more than 104 days.`,
      "write it as Kubernetes does, such as 60s, 1m30s, 300ms or 1.5h.",
    );
  }
}

/** A time span that is not nothing. */
export function positiveTimeSpan(option: string, text: string): SimTime {
  const span = timeSpan(option, text);
  if (span > 0) return span;
  throw new UsageError(
    "bad-option-value",
    `--${option} ${text}: nothing happens in no time.`,
    `write for example --${option} 60s.`,
  );
}

/** More would take days to simulate: what is asked of one entry in one second. */
const HIGHEST_RATE_HZ = 1_000_000;

/** `900/s`, `5/min`, `0.5/s` or a bare number per second. */
function requestRateHz(option: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)(?:\/(s|sec|m|min|h))?$/.exec(text);
  const perSecond: Readonly<Record<string, number>> = { s: 1, sec: 1, m: 60, min: 60, h: 3600 };
  if (match === null) {
    throw new UsageError(
      "bad-option-value",
      `--${option} ${text}: not a rate.`,
      "write for example 900/s, 30/min or 2.5/s.",
    );
  }
  const rateHz = Number(match[1]) / (perSecond[match[2] ?? "s"] as number);
  if (rateHz <= HIGHEST_RATE_HZ) return rateHz;
  throw new UsageError(
    "bad-option-value",
    `--${option} ${text}: more than ${HIGHEST_RATE_HZ} requests a second cannot be simulated.`,
    "give a lower rate: shares and cost per million requests hardly depend on it.",
  );
}

/** `ENTRY=RATE` pairs; the rate is behind the last equals sign. */
export function namedRates(texts: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    texts.map((text) => {
      const at = text.lastIndexOf("=");
      if (at <= 0) {
        throw new UsageError(
          "bad-option-value",
          `--rate ${text}: no entry is named.`,
          "write ENTRY=RATE, such as --rate frontend=900/s.",
        );
      }
      return [text.slice(0, at), requestRateHz("rate", text.slice(at + 1))] as const;
    }),
  );
}

/** The price table of a provider. */
export function providerPrices(text: string): PriceTable {
  if (Object.hasOwn(PRICE_TABLES, text)) return PRICE_TABLES[text as Provider];
  throw new UsageError(
    "unknown-provider",
    `--provider ${text}: there is no price table of that name.`,
    `use one of ${Object.keys(PRICE_TABLES).join(", ")}.`,
  );
}
