import { z } from "zod";
import { dayNumber } from "../../tables/index.ts";
import type { ServicePrice, TransferPrice } from "../../topology/index.ts";

const usd = z
  .number({ error: "write US dollars as a number, such as 0.01" })
  .nonnegative({ error: "a price is 0 or more" });

/** A price that the sender pays alone, or what each end pays. */
const transfer = z
  .union([usd, z.strictObject({ sender: usd, receiver: usd })], {
    error: "write a price of 0 or more, which the sender pays, or {sender: 0.01, receiver: 0.01}",
  })
  .transform(
    (price): TransferPrice =>
      typeof price === "number"
        ? { senderUsd: price, receiverUsd: 0 }
        : { senderUsd: price.sender, receiverUsd: price.receiver },
  );

const name = z
  .string({ error: "name a zone or a region" })
  .min(1, { error: "name a zone or a region" })
  .max(253);

const pair = z
  .strictObject({
    from: name,
    to: name,
    sender: usd,
    receiver: usd,
    bothWays: z.boolean().optional(),
  })
  .refine(({ from, to }) => from !== to, {
    error: "from and to are the same; what stays inside a zone is sameZone",
  });

const service = z
  .strictObject({ perUnit: usd.optional(), perHour: usd.optional() })
  .refine(({ perUnit, perHour }) => perUnit !== undefined || perHour !== undefined, {
    error: "give perUnit, perHour or both",
  })
  .transform(
    ({ perUnit, perHour }): ServicePrice => ({
      ...(perUnit === undefined ? {} : { perUnitUsd: perUnit }),
      ...(perHour === undefined ? {} : { perHourUsd: perHour }),
    }),
  );

const text = z.string({ error: "write text" }).min(1, { error: "say it in a few words" }).max(500);

const date = z.string({ error: 'write the date in quotes, as in "2026-10-01"' }).refine(isDate, {
  error: "this is no date; write 2026-10-01, 2026-10 or 2026",
});

/** A price file as written. */
export const pricesSchema: z.ZodType<WrittenPrices> = z.strictObject({
  apiVersion: z.literal("netsim/v1", { error: "write netsim/v1" }),
  kind: z.literal("Prices", { error: "write Prices" }),
  label: text,
  source: text,
  date,
  currency: z.literal("USD", { error: "amounts are in USD; convert others" }).optional(),
  unit: z.enum(["GB", "GiB"], { error: "write GB (10^9 bytes) or GiB (2^30 bytes)" }),
  sameZone: transfer.optional(),
  betweenZones: transfer.optional(),
  betweenRegions: transfer.optional(),
  zonePairs: z.array(pair, { error: "write a list" }).optional(),
  regionPairs: z.array(pair, { error: "write a list" }).optional(),
  loadBalancer: service.optional(),
  natGateway: service.optional(),
  internetEgress: service.optional(),
});

export interface WrittenPrices {
  readonly label: string;
  readonly source: string;
  readonly date: string;
  readonly unit: "GB" | "GiB";
  readonly sameZone?: TransferPrice | undefined;
  readonly betweenZones?: TransferPrice | undefined;
  readonly betweenRegions?: TransferPrice | undefined;
  readonly zonePairs?: readonly WrittenPair[] | undefined;
  readonly regionPairs?: readonly WrittenPair[] | undefined;
  readonly loadBalancer?: ServicePrice | undefined;
  readonly natGateway?: ServicePrice | undefined;
  readonly internetEgress?: ServicePrice | undefined;
}

export interface WrittenPair {
  readonly from: string;
  readonly to: string;
  readonly sender: number;
  readonly receiver: number;
  /** True where absent. */
  readonly bothWays?: boolean | undefined;
}

/** Every field that a price file may have, for hints. */
export const PRICE_FIELDS: readonly string[] =
  "apiVersion kind label source date currency unit sameZone betweenZones betweenRegions zonePairs regionPairs loadBalancer natGateway internetEgress from to sender receiver bothWays perUnit perHour".split(
    " ",
  );

/** `2026`, `2026-10` or `2026-10-01`, and a day that there is. */
export function isDate(given: string): boolean {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(given);
  if (match === null) return false;
  const [year = 0, month = 1, day = 1] = match.slice(1).map((part) => Number(part ?? 1));
  return dayNumber(year, month, day) !== undefined;
}
