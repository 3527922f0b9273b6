import { type ConfigurationSummary, failureInWords } from "@k8s-netsim/k8s-model/scenario";
import { FAILURES } from "@k8s-netsim/k8s-model/traffic";
import type { ResultTable } from "@k8s-netsim/reports";

/** Failures by cause, and where a sample of them came from; none where nothing failed. */
export function failureTables(
  configuration: string,
  { totals, failures }: ConfigurationSummary,
): readonly ResultTable[] {
  const rows = FAILURES.map((cause, code) => [
    cause,
    totals.failures[code] as number,
    totals.retriedFailures[code] as number,
  ]).filter(([, failed, retried]) => (failed as number) + (retried as number) > 0);
  const byCause: ResultTable = {
    title: "Failures by cause",
    configuration,
    note: "Calls on all edges that failed for good, and failed attempts that were tried again; sums over the runs.",
    columns: [{ label: "cause" }, { label: "calls failed" }, { label: "attempts retried" }],
    rows,
  };
  const traced: ResultTable = {
    title: "What made attempts fail",
    configuration,
    note: "The first attempts of each cause in the first run, with the view, the slice and the sync. Times count from the end of warm-up.",
    columns: [{ label: "cause" }, { label: "what happened" }],
    rows: failures.map((failure) => [failure.failure, failureInWords(failure)]),
  };
  return [byCause, traced].filter((table) => table.rows.length > 0);
}
