import { existsSync } from "node:fs";
import { isPriceDate, type PreparedInput, readPrices } from "@k8s-netsim/k8s-model/scenario";
import {
  PRICE_TABLES,
  type PriceTable,
  type Provider,
  priceTableOf,
} from "@k8s-netsim/k8s-model/topology";
import { type Invocation, textOf } from "../command-line/option.ts";
import { UsageError } from "../command-line/usage-error.ts";
import { readText } from "../input/read-files.ts";
import { showDiagnostics } from "../output/diagnostics.ts";
import { providerPrices } from "./option-values.ts";

/**
 * The prices that `--prices` (or `--provider`) names: a provider's, those in force on a date, or a
 * file's; without either those of the nodes' provider. "broken": the file cannot be used, which has
 * been told.
 */
export function priceOption(invocation: Invocation, input: PreparedInput): PriceTable | "broken" {
  const provider = textOf(invocation, "provider");
  const prices = textOf(invocation, "prices");
  if (prices === undefined) return providerPrices(provider ?? input.facts.provider?.value ?? "aws");
  if (provider !== undefined) {
    throw new UsageError(
      "bad-command-line",
      "--provider and --prices both say whose prices count.",
      "give --prices alone.",
    );
  }
  const [, name = "", date] = /^([a-z]+)(?:@(.*))?$/.exec(prices) ?? [];
  if (Object.hasOwn(PRICE_TABLES, name)) return datedPrices(name as Provider, date);
  if (!existsSync(prices)) {
    throw new UsageError(
      "unknown-provider",
      `--prices ${prices}: there is no price table and no file of that name.`,
      `use one of ${Object.keys(PRICE_TABLES).join(", ")}, or name a price file.`,
    );
  }
  const source = { file: prices, text: readText(prices) };
  const read = readPrices(source, input.before.objects);
  if (showDiagnostics(read.diagnostics) || read.prices === undefined) return "broken";
  return read.prices;
}

function datedPrices(provider: Provider, date: string | undefined): PriceTable {
  if (date !== undefined && !isPriceDate(date)) {
    throw new UsageError(
      "bad-option-value",
      `--prices ${provider}@${date}: this is no date.`,
      `write for example ${provider}@2026-10-01.`,
    );
  }
  const table = priceTableOf(provider, date);
  if (table !== undefined) return table;
  const known = PRICE_TABLES[provider];
  throw new UsageError(
    "no-prices-then",
    `--prices ${provider}@${date}: the prices of ${known.label} that are known are of ${known.date}.`,
    "leave the date out, or give the prices of that time in a file.",
  );
}
