import type { ConfigurationSummary, Transfer } from "@k8s-netsim/k8s-model/scenario";
import type { ResultTable } from "@k8s-netsim/reports";

/** More rows than this are for a spreadsheet, not for a report. */
const MOST_ROWS = 100;

const COLUMNS: ResultTable["columns"] = [
  { label: "source" },
  { label: "Service" },
  { label: "from zone" },
  { label: "to zone" },
  { label: "bytes a run", unit: "bytes" },
  { label: "low", unit: "bytes" },
  { label: "high", unit: "bytes" },
  { label: "sender pays, USD" },
  { label: "receiver pays, USD" },
];

/** Bytes and cost by source workload, destination Service and zone pair, for one configuration. */
export function transfersTable(
  configuration: string,
  { transfers }: ConfigurationSummary,
): ResultTable {
  const left = transfers.length - MOST_ROWS;
  return {
    title: "Bytes and cost by source, Service and zone pair",
    configuration,
    note:
      "Means over the runs with 95 % intervals; requests one way, answers the other. An empty price: none is published." +
      (left > 0 ? ` ${left} rows with fewer bytes are left out.` : ""),
    columns: COLUMNS,
    rows: transfers.slice(0, MOST_ROWS).map(rowOf),
  };
}

function rowOf(transfer: Transfer): ResultTable["rows"][number] {
  const { source, service, from, to, bytes, senderUsd, receiverUsd } = transfer;
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const usd = (mean: number | undefined): number | null => (mean === undefined ? null : mean);
  return [
    source,
    service,
    from,
    to,
    bytes.mean,
    finite(Math.max(0, bytes.low)),
    finite(bytes.high),
    usd(senderUsd?.mean),
    usd(receiverUsd?.mean),
  ];
}
