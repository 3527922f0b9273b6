import type { ConfigurationSummary, PreparedInput } from "@k8s-netsim/k8s-model/scenario";
import type { PriceTable, ServicePrice } from "@k8s-netsim/k8s-model/topology";
import type { ResultTable } from "@k8s-netsim/reports";

export interface NorthSouthOptions {
  readonly input: PreparedInput;
  readonly before: ConfigurationSummary;
  readonly after: ConfigurationSummary;
  readonly prices: PriceTable;
  readonly lengthSeconds: number;
}

/** One line of the bill of what goes in and out of the cluster. */
interface BillRow {
  readonly what: string;
  /** Bytes or hours a month, before and after; undefined: the input does not say. */
  readonly amounts: readonly [number, number] | undefined;
  readonly isHours: boolean;
  /** US dollars for a unit of data or an hour; undefined: no sourced price. */
  readonly usd: number | undefined;
  readonly note: string;
}

const HOURS_PER_MONTH = 730;
const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;

/**
 * What goes in and out, as far as it is known and priced, a month of 730 hours; none where rates or
 * sizes are assumed, or where no such price is known.
 */
export function northSouthTables(options: NorthSouthOptions): readonly ResultTable[] {
  const { input, prices } = options;
  const isPriced = Object.keys(prices.northSouth ?? {}).length > 0;
  if (!input.traffic.moneyIsGiven || !isPriced) return [];
  const rows = billRows(options).filter(({ amounts }) => amounts === undefined || amounts[1] > 0);
  return [
    {
      title: "North-south bill",
      note: `What goes in and out of the cluster, a month of 730 hours; not part of the cost of zone traffic. An empty price: none is published in ${prices.label} (${prices.date}); an empty amount: the input does not say. Means over the runs.`,
      columns: [
        { label: "what" },
        { label: "as it is" },
        { label: "as changed" },
        { label: "price, USD" },
        { label: "as it is a month", unit: "usd-per-month" },
        { label: "as changed a month", unit: "usd-per-month" },
        { label: "how it is counted" },
      ],
      rows: rows.map((row) => cellsOf(row, prices)),
    },
  ];
}

/** What the cost of zone traffic leaves out, and why. */
export function billExcludes({ input, prices }: NorthSouthOptions): readonly string[] {
  const { loadBalancer, natGateway, internetEgress } = prices.northSouth ?? {};
  const table = input.traffic.moneyIsGiven ? "in the table North-south bill" : ASSUMED;
  const unpriced = `no sourced price in ${prices.label} (${prices.date}); a price file may give one`;
  const nat =
    natGateway === undefined
      ? unpriced
      : input.traffic.egress === undefined
        ? "the input does not say what pods send to the Internet (destination internet in --traffic)"
        : table;
  return [
    "the way from a load balancer to a node in another zone: an ideal balancer stands in front, and its hop is not simulated",
    `what a load balancer charges for data and hours: ${loadBalancer === undefined ? unpriced : balanced(input).size === 0 ? "no Service is of type LoadBalancer" : table}`,
    `NAT gateways: ${nat}`,
    `data sent to the Internet: ${internetEgress === undefined ? unpriced : table}`,
    "bytes below the application: headers, handshakes, retransmissions",
  ];
}

const ASSUMED = "rates or sizes are assumed, so there is no bill a month";

function billRows(options: NorthSouthOptions): readonly BillRow[] {
  const { input, prices, before, after } = options;
  const { loadBalancer = {}, natGateway = {}, internetEgress = {} } = prices.northSouth ?? {};
  const services = balanced(input);
  const outside = (
    which: (service: string) => boolean,
    ways: readonly Way[],
  ): BillRow["amounts"] => [
    outsideBytes(before, which, ways, options.lengthSeconds),
    outsideBytes(after, which, ways, options.lengthSeconds),
  ];
  const { egress } = input.traffic;
  const sent = egress === undefined ? undefined : egress.sentBytesPerSecond * SECONDS_PER_MONTH;
  const passed =
    egress === undefined
      ? undefined
      : (sent as number) + egress.receivedBytesPerSecond * SECONDS_PER_MONTH;
  const zones = before.nodesByZone.size;
  return [
    dataRow(
      "answers to users outside",
      outside(() => true, ["toOutsideBytes"]),
      internetEgress,
      "sent to the Internet",
    ),
    dataRow(
      "data through load balancers",
      outside((service) => services.has(service), ["fromOutsideBytes", "toOutsideBytes"]),
      loadBalancer,
      "both ways, Services of type LoadBalancer",
    ),
    hourRow(
      "load balancers",
      services.size,
      loadBalancer,
      "one for each Service of type LoadBalancer",
    ),
    dataRow("what pods send to the Internet", same(sent), internetEgress, "as observed"),
    dataRow("data through NAT gateways", same(passed), natGateway, "both ways, as observed"),
    hourRow("NAT gateways", zones, natGateway, "assumed: one in each zone"),
  ];
}

function balanced({ callGraph }: PreparedInput): ReadonlySet<string> {
  return new Set(
    callGraph.services.filter(({ type }) => type === "LoadBalancer").map(({ key }) => key),
  );
}

type Way = "fromOutsideBytes" | "toOutsideBytes";

/** Bytes a month of calls from outside, mean over the runs. */
function outsideBytes(
  { totals }: ConfigurationSummary,
  which: (service: string) => boolean,
  ways: readonly Way[],
  lengthSeconds: number,
): number {
  let bytes = 0;
  for (const { byService } of totals.runs) {
    for (const [service, amounts] of byService) {
      if (which(service)) for (const way of ways) bytes += amounts[way];
    }
  }
  return (bytes / Math.max(1, totals.runs.length) / lengthSeconds) * SECONDS_PER_MONTH;
}

function same(amount: number | undefined): BillRow["amounts"] {
  return amount === undefined ? undefined : [amount, amount];
}

function dataRow(
  what: string,
  amounts: BillRow["amounts"],
  { perUnitUsd }: ServicePrice,
  note: string,
): BillRow {
  return { what, amounts, isHours: false, usd: perUnitUsd, note };
}

function hourRow(what: string, count: number, { perHourUsd }: ServicePrice, note: string): BillRow {
  const hours = count * HOURS_PER_MONTH;
  return {
    what: `${count} ${what}, hours`,
    amounts: [hours, hours],
    isHours: true,
    usd: perHourUsd,
    note,
  };
}

function cellsOf(
  { what, amounts, isHours, usd, note }: BillRow,
  { unitBytes, unitName }: PriceTable,
): ResultTable["rows"][number] {
  const unit = isHours ? 1 : unitBytes;
  const units = amounts?.map((amount) => amount / unit);
  const shown = (amount: number | undefined): string | null =>
    amount === undefined ? null : `${amount.toFixed(isHours ? 0 : 1)} ${isHours ? "h" : unitName}`;
  const cost = (amount: number | undefined): number | null =>
    amount === undefined || usd === undefined ? null : amount * usd;
  const price = usd === undefined ? null : `${usd} per ${isHours ? "h" : unitName}`;
  const [first, second] = units ?? [];
  return [what, shown(first), shown(second), price, cost(first), cost(second), note];
}
